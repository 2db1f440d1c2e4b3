import { isApiError } from "../../client";
import { afterwards, type Place } from "../docker/place";
import { ownershipOf, setAccess } from "./access";
import type { ContainerSettled } from "./arguments";
import { carryOver } from "./arguments/volume";
import { requireOwners } from "./by-id";
import { createFileVolumes, fileVolumesFor, removeFileVolumes } from "./file-volumes";
import { connect } from "./networks";
import { isImageMissing, pullImage } from "./pull";
import { refuseTooNew } from "./requirements";
import { type NewContainer, sendCreation } from "./send-creation";
import { specification } from "./specification";
import { uploadFiles } from "./upload";

/** How long it may take to put back what a creation began that failed, in seconds. */
const CLEAN_UP_SECONDS = 30;

/** How a container is to be created, besides its inputs. */
export interface Birth {
  readonly name: string;
  readonly createId: string;
  /** Volumes without a name that go over from the container before. */
  readonly volumes?: readonly { readonly name: string; readonly target: string }[];
}

/** Whether the engine refused a creation because another container has the name. */
export function isNameTaken(error: unknown): boolean {
  return isApiError(error) && error.status === 409 && /already in use/i.test(error.serverMessage);
}

/**
 * Creates a container without starting it. The image is pulled when the engine says that it has none: asking before
 * would be a request for nothing in most cases.
 */
export async function createContainer(
  place: Place,
  inputs: ContainerSettled,
  birth: Birth,
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
      // The reason is what failed first; volumes that are left are empty, and the next roll-out deletes them.
      await removeFileVolumes(afterwards(place, CLEAN_UP_SECONDS), createId).catch(() => undefined);
    }
    throw error;
  }
}

/** Gives a container, not yet started, what its creation cannot carry. */
export async function furnish(
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
