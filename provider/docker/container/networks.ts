/** The networks that a container is on: reads, connects and disconnects them. */
import { mayHaveHappened } from "../../core/lost-answer";
import type { Engine } from "../engine";
import { findById } from "./calls";
import { at, isObject, type Wire } from "./wire";

/** The networks that the engine shows for a container, by name. */
export function actualNetworks(container: unknown): Record<string, Wire> {
  const wire = at(container, ["NetworkSettings", "Networks"]);
  return Object.fromEntries(
    Object.entries(isObject(wire) ? wire : {}).filter(([, value]) => isObject(value)),
  ) as Record<string, Wire>;
}

export async function connect(engine: Engine, id: string, network: string, config: Wire): Promise<void> {
  const { docker, call } = engine;
  try {
    await docker.networks.connect(
      { params: { id: network }, body: { Container: id, EndpointConfig: config } },
      call,
    );
  } catch (error) {
    if (!mayHaveHappened(error) || !(await isConnected(engine, id, network))) throw error;
  }
}

export async function disconnect(engine: Engine, id: string, network: string): Promise<void> {
  const { docker, call } = engine;
  try {
    await docker.networks.disconnect({ params: { id: network }, body: { Container: id } }, call);
  } catch (error) {
    if (!mayHaveHappened(error) || (await isConnected(engine, id, network))) throw error;
  }
}

async function isConnected(engine: Engine, id: string, network: string): Promise<boolean> {
  const container = await findById(engine, id);
  return container !== undefined && network in actualNetworks(container);
}
