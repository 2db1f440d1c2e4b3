import type { ContainerInspect } from "../../contract";
import { claim } from "../core/claim";
import { Unfinished } from "../core/failure";
import type { Place } from "../docker/place";
import type { ContainerSettled } from "./arguments";
import { findById } from "./find";
import { newCreateId } from "./labels";
import { createContainer, furnish } from "./new-container";
import { ready } from "./ready";
import type { ContainerState } from "./remembered";
import { bringTo, stateOf } from "./run-state";
import { outputsOf } from "./state";

/** Creates the container of a resource that has none, and waits until it is ready. */
export async function createNew(place: Place, inputs: ContainerSettled, id: string): Promise<ContainerState> {
  const born = await createContainer(place, inputs, { name: inputs.name, createId: newCreateId() });
  claim(born.id, place.context.urn);
  const { warnings } = born;
  for (const warning of warnings) place.context.warn(warning);
  try {
    await furnish(place, born, inputs);
    if (inputs.desiredState === "running" || inputs.desiredState === "paused") {
      const created = { Id: born.id, State: { Running: false, Paused: false, Restarting: false } };
      await bringTo(place, created as ContainerInspect, inputs.desiredState);
    }
    const { container: now, logs } = await ready(place, born.id, inputs, false);
    return { ...inputs, ...(await outputsOf(place, now, { warnings, logs })) };
  } catch (error) {
    throw await unfinished(place, id, born.id, inputs, error);
  }
}

/** The container is there and stays; state must name it, as it is now. */
async function unfinished(
  place: Place,
  id: string,
  containerId: string,
  inputs: ContainerSettled,
  error: unknown,
): Promise<Error> {
  const now = await findById(place, containerId).catch(() => undefined);
  const partial = now
    ? { ...inputs, desiredState: stateOf(now, inputs), ...(await outputsOf(place, now)) }
    : { ...inputs, containerId, createId: "", engineId: place.engineId, instanceId: place.instanceId };
  return new Unfinished(id, partial, error);
}
