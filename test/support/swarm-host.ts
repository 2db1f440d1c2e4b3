import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll } from "@jest/globals";
import { engineAt } from "./engine-api";
import { type Host, startHost } from "./host";
import { swarmOrSkip, swarmUrl } from "./needs";

/** A host whose environment 1 is a manager of a swarm. */
interface SwarmHost extends Host {
  /** Every name that a test makes begins with it; what is left of them is removed after each test. */
  readonly prefix: string;
}

/** Asks the swarm's manager itself, past the gateway. */
export const swarmApi = engineAt(swarmUrl.replace(/^unix:\/\//, ""));

/** Tests with a host for all of them, each with an empty state. `host` is filled in before the first of them runs. */
export function onSwarm(title: string, tests: (host: SwarmHost) => void): void {
  swarmOrSkip()(title, () => {
    const host = {} as SwarmHost;
    beforeAll(async () => {
      const prefix = `pp${randomBytes(4).toString("hex")}-`;
      Object.assign(host, await startHost({ engine: { url: swarmUrl } }), { prefix });
    });
    afterEach(async () => {
      host.stack.forget();
      await sweepSwarm(host.prefix);
    });
    afterAll(async () => {
      await host[Symbol.asyncDispose]();
    });
    tests(host);
  });
}

interface Item {
  readonly ID: string;
  readonly Spec: { readonly Name: string };
}

/** The objects of the swarm whose names begin so. */
export async function swarmObjects(
  kind: "services" | "secrets" | "configs",
  prefix: string,
): Promise<Item[]> {
  const { body } = await swarmApi("GET", `/${kind}`);
  return (body as unknown as Item[]).filter(({ Spec }) => Spec.Name.startsWith(prefix));
}

/** Removes every service, secret, config and network whose name begins so. */
export async function sweepSwarm(prefix: string): Promise<void> {
  for (const kind of ["services", "secrets", "configs"] as const)
    for (const { ID } of await swarmObjects(kind, prefix)) await swarmApi("DELETE", `/${kind}/${ID}`);
  const networks = (await swarmApi("GET", "/networks")).body as unknown as { Id: string; Name: string }[];
  for (const { Id, Name } of networks)
    if (Name.startsWith(prefix)) await swarmApi("DELETE", `/networks/${Id}`);
}
