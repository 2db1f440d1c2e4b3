import type { DockerClient } from "../../client";
import { learnName } from "../core/names";
import type { Place } from "../docker/place";

type Listed = Awaited<ReturnType<DockerClient["containers"]["list"]>>;

const listed = new WeakMap<DockerClient, Promise<Listed>>();

/** All containers of the engine, running or not, that fit the filters. */
export async function listContainers(
  { docker, call }: Place,
  filters?: Readonly<Record<string, readonly string[]>>,
): Promise<Listed> {
  const list = await docker.containers.list(
    { query: { all: "1", ...(filters && { filters: JSON.stringify(filters) }) } },
    call,
  );
  for (const { Id, Names } of list) learnName(Id, (Names[0] ?? Id).replace(/^\//, ""));
  return list;
}

/**
 * The containers that the engine had when this process first asked. One request tells every resource what interrupted
 * roll-outs have left, and which container is Portainer itself.
 */
export function listOnce(place: Place): Promise<Listed> {
  const { docker } = place;
  const known = listed.get(docker);
  if (known) return known;
  const list = listContainers(place);
  listed.set(docker, list);
  list.catch(() => listed.delete(docker));
  return list;
}
