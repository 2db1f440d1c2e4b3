import { randomBytes } from "node:crypto";
import { engineAt } from "./engine-api";
import { freePort } from "./free-port";
import { type OwnEngine, startOwnEngine } from "./own-engine";

/** An engine of a test's own that can become a swarm, and leave it, beside other swarms of the machine. */
export interface SwarmEngine extends OwnEngine {
  /** Asks the engine itself. */
  readonly api: ReturnType<typeof engineAt>;
  /** Where its manager can listen. */
  readonly listenAddress: string;
}

export async function startSwarmEngine(): Promise<SwarmEngine> {
  const own = await startOwnEngine();
  const api = engineAt(own.url.replace(/^unix:\/\//, ""));
  // Left to itself, every swarm engine of a machine takes the same bridge for this network.
  await api("POST", "/networks/create", {
    Name: "docker_gwbridge",
    Options: {
      "com.docker.network.bridge.name": `gw${randomBytes(4).toString("hex")}`,
      "com.docker.network.bridge.enable_icc": "false",
    },
  });
  return { ...own, api, listenAddress: `127.0.0.1:${await freePort()}` };
}
