import { freePort } from "../../machine/free-port.mts";
import { step } from "../../machine/progress.mts";
import { SetUpError } from "../../machine/set-up-error.mts";
import { engineClient } from "./client.mts";
import type { Engine } from "./find.mts";
import { installEnginePackages, whyNoPrivateEngine } from "./install.mts";
import type { PrivateEngine } from "./private-engine.mts";

const LOOPBACK = "127.0.0.1";
const SWARM_PORT = 2377;

/** Starts an engine of our own as the one node of a swarm: swarm mode is never switched on in somebody's engine. */
export async function startSwarmEngine(own: PrivateEngine): Promise<Engine> {
  const obstacle = await whyNoPrivateEngine();
  if (obstacle) throw new SetUpError(`Swarm needs an engine of our own, and ${obstacle}`);
  await installEnginePackages();
  const engine = await own.start();
  await step("Swarm", () => ensureSwarm(engine, own.swarmBridge));
  return engine;
}

async function ensureSwarm({ url }: Engine, bridge: string): Promise<void> {
  using client = engineClient(url);
  const { Swarm } = await client.json<{ Swarm: { ControlAvailable: boolean } }>("/info");
  if (Swarm.ControlAvailable) return;
  // Left to itself, every swarm engine of a machine takes the same bridge for this network.
  await client.json("/networks/create", "POST", {
    Name: "docker_gwbridge",
    Options: {
      "com.docker.network.bridge.name": bridge,
      "com.docker.network.bridge.enable_icc": "false",
    },
  });
  await client.json("/swarm/init", "POST", {
    ListenAddr: `${LOOPBACK}:${await freePort(SWARM_PORT)}`,
    AdvertiseAddr: LOOPBACK,
  });
}
