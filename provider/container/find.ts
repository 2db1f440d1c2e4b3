import type { ContainerInspect } from "../../contract";
import { isEnvironmentGone, isNotFound } from "../core/gone";
import { learnName } from "../core/names";
import type { Place } from "../docker/place";
import { listContainers } from "./list-once";

/** The container with this id, in full; `undefined` when there is none. */
export async function findById({ docker, call }: Place, id: string): Promise<ContainerInspect | undefined> {
  try {
    const found = await docker.containers.inspect({ params: { id } }, call);
    if (!found.Id.startsWith(id)) return undefined;
    learnName(found.Id, nameOfContainer(found));
    return found;
  } catch (error) {
    if (isNotFound(error) && !isEnvironmentGone(error)) return undefined;
    throw error;
  }
}

/**
 * The container with exactly this name. Not by `inspect`: an engine takes `cafe` for the beginning of an id, and
 * answers with a stranger.
 */
export async function findByName(place: Place, name: string): Promise<ContainerInspect | undefined> {
  const [found] = await listNamed(place, `^/${quote(name)}$`);
  return found === undefined ? undefined : await findById(place, found);
}

/** The ids of the containers whose names match, the newest first. */
export async function listNamed(place: Place, pattern: string): Promise<string[]> {
  const list = await listContainers(place, { name: [pattern] });
  const exact = new RegExp(pattern);
  return list.filter(({ Names }) => Names.some((name) => exact.test(name))).map(({ Id }) => Id);
}

export const quote = (name: string): string => name.replace(/[.]/g, "\\.");

export const nameOfContainer = ({ Name }: ContainerInspect): string => Name.replace(/^\//, "");
