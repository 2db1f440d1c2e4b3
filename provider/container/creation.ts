import { Unfinished } from "../core/failure";
import type { Place } from "../docker/place";
import type { ContainerSettled } from "./arguments";
import { findById } from "./find";
import { identityOf, newCreateId } from "./labels";
import { createContainer, furnish } from "./new-container";
import { ready } from "./ready";
import type { ContainerState } from "./remembered";
import { bringTo, NOT_STARTED, stateOf } from "./run-state";
import { outputsOf } from "./state";

/** Creates the container of a resource that has none, and waits until it is ready. */
export async function createNew(place: Place, inputs: ContainerSettled, id: string): Promise<ContainerState> {
  const born = await createContainer(place, inputs, { name: inputs.name, createId: newCreateId() });
  place.context.claims.hold(identityOf(born.id));
  const { warnings } = born;
  for (const warning of warnings) place.context.warn(warning);
  let isFurnished = false;
  try {
    await furnish(place, born, inputs);
    isFurnished = true;
    const wasStarted = await bringTo(place, born.id, NOT_STARTED, inputs.desiredState);
    const { container: now, logs } = await ready(place, born.id, inputs, wasStarted);
    return { ...inputs, ...(await outputsOf(place, now, { warnings, logs })) };
  } catch (error) {
    throw await unfinished(place, id, born.id, isFurnished ? inputs : withoutFiles(inputs), error);
  }
}

/** What cannot be read back is missing from the state until it is there: the next `up` sees that it has to deliver it. */
function withoutFiles({ files: _notDelivered, ...inputs }: ContainerSettled): ContainerSettled {
  return inputs;
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
