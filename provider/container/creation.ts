import { messageOf, Unfinished } from "../core/failure";
import type { Place } from "../docker/place";
import type { ContainerSettled } from "./arguments";
import { fileFolders } from "./arguments/file-placement";
import { removeFileVolumes } from "./file-volumes";
import { findById } from "./find";
import { identityOf, newCreateId } from "./labels";
import { createContainer, furnish } from "./new-container";
import { bringUp } from "./ready";
import type { ContainerState } from "./remembered";
import { stateOf } from "./run-state";
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
    const { container: now, logs } = await bringUp(place, born.id, inputs);
    return { ...inputs, ...(await outputsOf(place, now, { warnings, logs })) };
  } catch (error) {
    const hasVolumes = fileFolders(inputs).length > 0;
    const failure = await unfinished(
      place,
      id,
      born.id,
      isFurnished || hasVolumes ? inputs : withoutFiles(inputs),
      error,
    );
    if (hasVolumes && !(failure instanceof Unfinished)) await removeFileVolumes(place, born.createId);
    throw failure;
  }
}

/**
 * What cannot be read back is missing from the state until it is there: the next `up` sees that it has to deliver it.
 * Files in volumes of ours stay in it, since these are to be removed with the resource.
 */
function withoutFiles({ files: _notDelivered, ...inputs }: ContainerSettled): ContainerSettled {
  return inputs;
}

/** The container is there and stays; state must name it, as it is now. Of one that has removed itself nothing stays. */
async function unfinished(
  place: Place,
  id: string,
  containerId: string,
  inputs: ContainerSettled,
  error: unknown,
): Promise<Error> {
  const now = await findById(place, containerId).catch(() => "unknown" as const);
  if (now === undefined) return error instanceof Error ? error : new Error(messageOf(error));
  const partial =
    now !== "unknown"
      ? { ...inputs, desiredState: stateOf(now, inputs), ...(await outputsOf(place, now)) }
      : { ...inputs, containerId, createId: "", engineId: place.engineId, instanceId: place.instanceId };
  return new Unfinished(id, partial, error);
}
