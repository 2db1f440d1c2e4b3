/**
 * Creates a container: pulls its image if needed, sends the create call, adds what that call cannot carry, and starts
 * it.
 */
import { isApiError } from "../../../client";
import { messageOf, ProviderError, Unfinished } from "../../core/errors";
import { afterwards, type Engine } from "../engine";
import { pullImage } from "../image/calls";
import { type ContainerInputs, givenArguments } from "./arguments";
import { stateOf } from "./arguments/run";
import { carryOver } from "./arguments/storage";
import { findById, type NewContainer, sendCreation } from "./calls";
import { createFileVolumes, fileFolders, fileVolumesFor, removeFileVolumes } from "./file-volumes";
import { identityOf, newCreateId } from "./labels";
import { requireOwners } from "./observe";
import { bringUp } from "./ready";
import { refuseTooNew, specification } from "./specification";
import { type ContainerState, outputsOf } from "./state";

/** Whether the engine refused a creation because it does not have the image. */
function isImageMissing(error: unknown): boolean {
  return isApiError(error) && error.status === 404 && /no such image/i.test(error.serverMessage);
}

/**
 * Explains why an engine does not pass on the mounts of a container that has a tmpfs among its `volumes`: it looks for a
 * volume without a name (moby/moby#35194).
 */
function explained(error: unknown, { volumesFrom = [] }: ContainerInputs): unknown {
  const isTmpfs = isApiError(error) && /^get: (?:no such volume|volume not found)/.test(error.serverMessage);
  if (!isTmpfs || volumesFrom.length === 0) return error;
  return new ProviderError(
    "one of the containers of `volumesFrom` mounts a tmpfs by `volumes`, which engines do not pass on: nothing was changed. " +
      "Write it as `tmpfs` in that container.",
  );
}

/** Time limit for cleaning up after a failed creation, in seconds. */
const CLEAN_UP_SECONDS = 30;

/** How a container is to be created, besides its inputs. */
interface CreateOptions {
  readonly name: string;
  readonly createId: string;
  /** Anonymous volumes to keep from the old container. */
  readonly volumes?: readonly { readonly name: string; readonly target: string }[];
}

/** Whether the engine refused a creation because another container has the name. */
export function isNameTaken(error: unknown): boolean {
  return isApiError(error) && error.status === 409 && /already in use/i.test(error.serverMessage);
}

/**
 * Creates a container without starting it. The image is pulled only when the engine says that it is missing: asking
 * first would waste a request in most cases.
 */
export async function createContainer(
  engine: Engine,
  inputs: ContainerInputs,
  options: CreateOptions,
): Promise<NewContainer> {
  await refuseTooNew(engine, inputs);
  await requireOwners(engine, inputs);
  if (inputs.pull === "always") await pullImage(engine, inputs);
  const apiVersion = await engine.docker.apiVersion(engine.call);
  const { name, createId } = options;
  const body = specification(inputs, { createId, apiVersion }, engine.context.urn);
  carryOver(body, options.volumes ?? []);
  const send = () => sendCreation(engine, body, { name, createId, platform: inputs.platform });
  const fileVolumes = fileVolumesFor(inputs, createId);
  try {
    await createFileVolumes(engine, fileVolumes, createId);
    try {
      return await send();
    } catch (error) {
      if (!isImageMissing(error) || inputs.pull === "never") throw error;
      await pullImage(engine, inputs);
      return await send();
    }
  } catch (error) {
    if (fileVolumes.length > 0) {
      // Report what failed first. Volumes that are left are empty, and the next roll-out deletes them.
      await removeFileVolumes(afterwards(engine, CLEAN_UP_SECONDS), createId).catch(() => undefined);
    }
    throw explained(error, inputs);
  }
}

/** Adds to a container, before it starts, what the create call cannot carry. */
export async function finishCreation(
  engine: Engine,
  created: NewContainer,
  inputs: ContainerInputs,
): Promise<void> {
  for (const { argument, value } of givenArguments(inputs))
    await argument.finish?.(value, engine, created, inputs);
}

/** Creates the container of a resource that has none, and waits until it is ready. */
export async function createNew(
  engine: Engine,
  inputs: ContainerInputs,
  id: string,
): Promise<ContainerState> {
  const created = await createContainer(engine, inputs, { name: inputs.name, createId: newCreateId() });
  engine.context.claims.hold(identityOf(created.id));
  const { warnings } = created;
  for (const warning of warnings) engine.context.warn(warning);
  let isFinished = false;
  try {
    await finishCreation(engine, created, inputs);
    isFinished = true;
    const { container: now, logs } = await bringUp(engine, created.id, inputs);
    return { ...inputs, ...(await outputsOf(engine, now, { warnings, logs })) };
  } catch (error) {
    const hasVolumes = fileFolders(inputs).length > 0;
    const delivered = isFinished || hasVolumes ? inputs : withoutFiles(inputs);
    const safe = afterwards(engine, CLEAN_UP_SECONDS);
    const failure = await unfinished(safe, id, created, delivered, error);
    if (hasVolumes && !(failure instanceof Unfinished)) await removeFileVolumes(safe, created.createId);
    throw failure;
  }
}

/**
 * The inputs for the state when the files were not delivered. Files cannot be read back, so the next `up` delivers
 * those that the state lacks. The caller keeps files in volumes of ours, because the volumes are removed with the
 * resource.
 */
function withoutFiles({ files: _notDelivered, ...inputs }: ContainerInputs): ContainerInputs {
  return inputs;
}

/** The container exists and stays, so the state must name it, as it is now. If it has removed itself, nothing stays. */
async function unfinished(
  engine: Engine,
  id: string,
  { id: containerId, createId }: NewContainer,
  inputs: ContainerInputs,
  error: unknown,
): Promise<Error> {
  const { engineId, instanceId } = engine;
  const now = await findById(engine, containerId).catch(() => "unknown" as const);
  if (now === undefined) return error instanceof Error ? error : new Error(messageOf(error));
  const partial =
    now !== "unknown"
      ? { ...inputs, desiredState: stateOf(now, inputs), ...(await outputsOf(engine, now)) }
      : { ...inputs, containerId, createId, engineId, instanceId };
  return new Unfinished(id, partial, error);
}
