/**
 * Creates a container: pulls its image if needed, sends the create call, adds what that call cannot carry, and starts
 * it.
 */
import { isApiError } from "../../../client";
import { registryAuth } from "../../../contract/registry-auth";
import { messageOf, ProviderError, Unfinished } from "../../core/errors";
import { afterwards, type Place } from "../place";
import type { ContainerSettled } from "./arguments";
import { ownershipOf, setAccess } from "./arguments/access";
import { fileFolders } from "./arguments/files";
import { canonicalImage } from "./arguments/image";
import { carryOver } from "./arguments/storage";
import { findById, type NewContainer, sendCreation, stateOf } from "./calls";
import { createFileVolumes, fileVolumesFor, removeFileVolumes, uploadFiles } from "./files";
import { identityOf, newCreateId } from "./labels";
import { connect } from "./networks";
import { requireOwners } from "./observe";
import { bringUp } from "./ready";
import { refuseTooNew, specification } from "./specification";
import { type ContainerState, outputsOf } from "./state";

type Wish = Pick<ContainerSettled, "image" | "imageDigest" | "registryId" | "platform">;

/** Whether the engine refused a creation because it does not have the image. */
function isImageMissing(error: unknown): boolean {
  return isApiError(error) && error.status === 404 && /no such image/i.test(error.serverMessage);
}

/** Pulls an image and shows the progress. The engine reports a failed pull in the stream, after a status of success. */
async function pullImage({ docker, context, call }: Place, wish: Wish): Promise<void> {
  const { registryId } = wish;
  const layers = new Map<string, boolean>();
  context.progress(`pulling ${wish.image}`);
  const lines = docker.images.pull(
    { query: { ...reference(wish), ...(wish.platform !== undefined && { platform: wish.platform }) } },
    { ...call, headers: registryAuth(registryId === undefined ? undefined : { registryId }) },
  );
  for await (const { id, status, error, errorDetail } of lines) {
    const reason = errorDetail?.message ?? error;
    if (reason !== undefined) throw new ProviderError(`pulling ${wish.image}: ${reason}`);
    if (id === undefined || status === undefined || !/^[0-9a-f]{12}$/.test(id)) continue;
    layers.set(id, /^(?:pull complete|already exists)/i.test(status));
    const done = [...layers.values()].filter(Boolean).length;
    context.progress(`pulling ${wish.image}: ${done}/${layers.size} layers`);
  }
}

/** Without a tag the engine would pull every tag there is; beside a digest it ignores the tag. */
function reference({ image, imageDigest }: Wish): { fromImage: string; tag?: string } {
  const full = canonicalImage(image);
  if (full.includes("@")) return { fromImage: full };
  const split = full.lastIndexOf(":");
  return { fromImage: full.slice(0, split), tag: imageDigest ?? full.slice(split + 1) };
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
  place: Place,
  inputs: ContainerSettled,
  birth: CreateOptions,
): Promise<NewContainer> {
  await refuseTooNew(place, inputs);
  await requireOwners(place, inputs);
  if (inputs.pull === "always") await pullImage(place, inputs);
  const apiVersion = await place.docker.apiVersion(place.call);
  const wished = specification(inputs, apiVersion, place.context.urn, birth.createId);
  carryOver(wished.body, birth.volumes ?? []);
  const { name, createId } = birth;
  const send = () => sendCreation(place, wished.body, { name, createId, platform: inputs.platform });
  const fileVolumes = fileVolumesFor(inputs, createId);
  try {
    await createFileVolumes(place, fileVolumes, createId);
    try {
      return await send();
    } catch (error) {
      if (!isImageMissing(error) || inputs.pull === "never") throw error;
      await pullImage(place, inputs);
      return await send();
    }
  } catch (error) {
    if (fileVolumes.length > 0) {
      // Report what failed first. Volumes that are left are empty, and the next roll-out deletes them.
      await removeFileVolumes(afterwards(place, CLEAN_UP_SECONDS), createId).catch(() => undefined);
    }
    throw error;
  }
}

/** Adds to a container, before it starts, what the create call cannot carry. */
export async function finishCreation(
  place: Place,
  { id, createId, control }: NewContainer,
  inputs: ContainerSettled,
): Promise<void> {
  const apiVersion = await place.docker.apiVersion(place.call);
  const { body, furtherNetworks } = specification(inputs, apiVersion, undefined, createId);
  for (const { network, config } of furtherNetworks) await connect(place, id, network, config);
  const target = { id, image: body.Image, volumes: fileVolumesFor(inputs, createId) };
  if (inputs.files) await uploadFiles(place, target, inputs, inputs.files);
  if (inputs.access) await setAccess(place, id, control, await ownershipOf(place, inputs.access));
}

/** Creates the container of a resource that has none, and waits until it is ready. */
export async function createNew(place: Place, inputs: ContainerSettled, id: string): Promise<ContainerState> {
  const born = await createContainer(place, inputs, { name: inputs.name, createId: newCreateId() });
  place.context.claims.hold(identityOf(born.id));
  const { warnings } = born;
  for (const warning of warnings) place.context.warn(warning);
  let isFurnished = false;
  try {
    await finishCreation(place, born, inputs);
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
 * The inputs for the state when the files were not delivered. Files cannot be read back, so the next `up` delivers
 * those that the state lacks. The caller keeps files in volumes of ours, because the volumes are removed with the
 * resource.
 */
function withoutFiles({ files: _notDelivered, ...inputs }: ContainerSettled): ContainerSettled {
  return inputs;
}

/** The container exists and stays, so the state must name it, as it is now. If it has removed itself, nothing stays. */
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
