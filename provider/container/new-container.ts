import { isApiError } from "../../client";
import type { ResourceControl } from "../../contract";
import { isLost } from "../core/lost";
import type { Place } from "../docker/place";
import { ownershipOf, setAccess } from "./access";
import type { ContainerSettled } from "./arguments";
import { carryOver } from "./arguments/volume";
import { findByName } from "./find";
import { CREATE_LABEL, labelsOf } from "./labels";
import { connect } from "./networks";
import { isImageMissing, pullImage } from "./pull";
import { refuseTooNew } from "./requirements";
import { type Specification, specification } from "./specification";
import { uploadFiles } from "./upload";

export interface NewContainer {
  readonly id: string;
  readonly createId: string;
  readonly warnings: readonly string[];
  readonly control: ResourceControl | null | undefined;
}

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
  if (inputs.pull === "always") await pullImage(place, inputs);
  const apiVersion = await place.docker.apiVersion(place.call);
  const wished = specification(inputs, apiVersion, place.context.urn, birth.createId);
  carryOver(wished.body, birth.volumes ?? []);
  const send = () => sendCreation(place, inputs, wished, birth);
  try {
    return await send();
  } catch (error) {
    if (!isImageMissing(error) || inputs.pull === "never") throw error;
    await pullImage(place, inputs);
    return await send();
  }
}

/** Gives a container, not yet started, what its creation cannot carry. */
export async function furnish(
  place: Place,
  { id, control }: NewContainer,
  inputs: ContainerSettled,
): Promise<void> {
  const apiVersion = await place.docker.apiVersion(place.call);
  const { furtherNetworks } = specification(inputs, apiVersion, undefined, "");
  for (const { network, config } of furtherNetworks) await connect(place, id, network, config);
  if (inputs.files) await uploadFiles(place, id, inputs.files);
  if (inputs.access) await setAccess(place, id, control, await ownershipOf(place, inputs.access));
}

async function sendCreation(
  place: Place,
  { platform }: ContainerSettled,
  { body }: Specification,
  { name, createId }: Birth,
): Promise<NewContainer> {
  try {
    const query = { name, ...(platform !== undefined && { platform }) };
    const { Id, Warnings, Portainer } = await place.docker.containers.create({ query, body }, place.call);
    return { id: Id, createId, warnings: Warnings ?? [], control: Portainer?.ResourceControl };
  } catch (error) {
    const found = isLost(error) ? await findByName(place, name) : undefined;
    if (!found || labelsOf(found)[CREATE_LABEL] !== createId) throw error;
    return { id: found.Id, createId, warnings: [], control: found.Portainer?.ResourceControl };
  }
}
