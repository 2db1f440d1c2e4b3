// A Docker engine for one test, which may restart it: `fork("tools/test/own-engine.mts", ["--daemon-defaults"])`.
//
// Its parent is sent the engine's URL. Every message of the parent restarts the engine, and is answered by the URL. The engine
// goes with its parent. TEST_OWN_ENGINE is the root folder of the system whose engine it is, `/` for this machine's own.

import { once } from "node:events";
import { DAEMON_DEFAULTS, reserveThrowawayEngine } from "../setup/engine/private-engine.mts";
import { ensureImages } from "../setup/image.mts";

const { TEST_OWN_ENGINE: root = "/" } = process.env;
const args = process.argv.includes("--daemon-defaults") ? DAEMON_DEFAULTS : [];

const gone = once(process, "disconnect");
await using own = await reserveThrowawayEngine("own", { ...(root !== "/" && { root }), args });
const started = await own.engine.start();
await ensureImages(started);
process.on("message", async () => {
  process.send?.((await own.engine.restart()).url);
});
process.send?.(started.url);
await gone;
