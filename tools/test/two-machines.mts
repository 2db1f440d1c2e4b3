// Two Docker engines for one test, as on two machines that reach each other: `fork("tools/test/two-machines.mts")`.
//
// Its parent is sent a list of `{ url, hostname, address }`. The engines go with their parent. TEST_OWN_ENGINE is the root folder
// of the system whose engines they are, `/` for this machine's own.

import { once } from "node:events";
import { connect, reserveThrowawayEngine } from "../setup/engine/private-engine.mts";
import { ensureImages } from "../setup/image.mts";

const HOSTNAMES = ["node-1", "node-2"] as const;

const { TEST_OWN_ENGINE: root = "/" } = process.env;

const gone = once(process, "disconnect");
await using stack = new AsyncDisposableStack();
const machines = [];
for (const hostname of HOSTNAMES) {
  const { engine } = stack.use(
    await reserveThrowawayEngine("machine", { hostname, ...(root !== "/" && { root }) }),
  );
  await ensureImages(await engine.start());
  machines.push({ engine, hostname });
}
const [one, other] = machines.map(({ engine }) => engine);
if (!one || !other) throw new Error("two machines are needed");
const addresses = await connect(one, other);
process.send?.(
  machines.map(({ engine, hostname }, index) => ({ url: engine.url, hostname, address: addresses[index] })),
);
await gone;
