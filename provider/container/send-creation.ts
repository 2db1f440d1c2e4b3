import type { ResourceControl } from "../../contract";
import { isLost } from "../core/lost";
import { learnName } from "../core/names";
import type { Place } from "../docker/place";
import type { Wire } from "./argument";
import { findByName } from "./find";
import { CREATE_LABEL, labelsOf } from "./labels";

export interface NewContainer {
  readonly id: string;
  readonly createId: string;
  readonly warnings: readonly string[];
  readonly control: ResourceControl | null | undefined;
}

/** Asks the engine for a container, once: when the answer is lost, the container is looked up by its id label. */
export async function sendCreation(
  place: Place,
  body: Wire & { Image: string },
  { name, createId, platform }: { name: string; createId: string; platform?: string | undefined },
): Promise<NewContainer> {
  try {
    const query = { name, ...(platform !== undefined && { platform }) };
    const { Id, Warnings, Portainer } = await place.docker.containers.create({ query, body }, place.call);
    learnName(Id, name);
    return { id: Id, createId, warnings: Warnings ?? [], control: Portainer?.ResourceControl };
  } catch (error) {
    const found = isLost(error) ? await findByName(place, name) : undefined;
    if (!found || labelsOf(found)[CREATE_LABEL] !== createId) throw error;
    return { id: found.Id, createId, warnings: [], control: found.Portainer?.ResourceControl };
  }
}
