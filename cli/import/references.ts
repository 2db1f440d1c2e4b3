/** Replaces names and ids in the arguments of imported resources by references to other resources of the program. */
import { isMap, type Properties } from "../../provider/core/properties";
import type { Code } from "./code";
import type { ImportedType } from "./resources";

/** Finds the variable of a resource; `undefined` if the program does not declare it. */
export interface References {
  /** By the id in Portainer. */
  object(type: ImportedType, id: unknown): Code | undefined;
  network(name: string): Code | undefined;
  volume(name: string): Code | undefined;
  /** By the whole name in the swarm. */
  secret(name: string): Code | undefined;
  config(name: string): Code | undefined;
  /** By the id in the swarm. */
  service(id: string): Code | undefined;
  /** By name, or by the engine's full id. */
  container(nameOrId: string): Code | undefined;
  /** A text that contains values of other resources. */
  interpolated(...parts: readonly (string | Code)[]): Code;
}

const MODES = ["networkMode", "pidMode", "ipcMode"] as const;
/** The arguments that are the id of an object in Portainer. */
const OBJECTS = {
  endpointId: "Endpoint",
  groupId: "EndpointGroup",
  registryId: "Registry",
  team: "Team",
  teamId: "Team",
  user: "User",
  userId: "User",
} as const satisfies Record<string, ImportedType>;
/** The lists of names, ids or entries that name other objects. */
const LISTS: Readonly<Record<string, (entry: never, to: References) => unknown>> = {
  networks: attachment,
  volumes: mount,
  mounts: mount,
  volumesFrom: source,
  links: link,
  secrets: (entry, to) => file("secret", entry, to),
  configs: (entry, to) => file("config", entry, to),
  tagIds: (id, to) => to.object("Tag", id) ?? id,
  users: (id, to) => to.object("User", id) ?? id,
  teams: (id, to) => to.object("Team", id) ?? id,
};
const FULL_ID = /^[0-9a-f]{64}$/;

/** The arguments with a reference wherever they name a resource that the program declares. */
export function withReferences(inputs: Properties, to: References): Properties {
  const { access, oauth, serviceId } = inputs;
  const modes = MODES.flatMap((key) => {
    const [, owner] = /^container:(.+)$/.exec(String(inputs[key])) ?? [];
    const reference = owner === undefined ? undefined : to.container(owner);
    return reference ? [[key, reference] as const] : [];
  });
  return {
    ...inputs,
    ...objectsIn(inputs, OBJECTS, to),
    ...listsIn(inputs, to),
    ...Object.fromEntries(modes),
    ...(isMap(access) && { access: listsIn(access, to) }),
    ...(isMap(oauth) && { oauth: { ...oauth, ...objectsIn(oauth, { defaultTeamId: "Team" }, to) } }),
    ...(typeof serviceId === "string" && {
      serviceId: to.service(serviceId)?.property("serviceId") ?? serviceId,
    }),
  };
}

/** The ids for which the program has a resource. An id is a number: a container's `user` is a text. */
function objectsIn(
  inputs: Properties,
  types: Readonly<Record<string, ImportedType>>,
  to: References,
): Properties {
  return Object.fromEntries(
    Object.entries(types).flatMap(([key, type]) => {
      const id = inputs[key];
      const reference = typeof id === "number" ? to.object(type, id) : undefined;
      return reference ? [[key, reference]] : [];
    }),
  );
}

function listsIn(inputs: Properties, to: References): Properties {
  return Object.fromEntries(
    Object.entries(LISTS).flatMap(([key, refer]) => {
      const list = inputs[key];
      return Array.isArray(list) ? [[key, list.map((entry) => refer(entry as never, to))]] : [];
    }),
  );
}

function attachment(entry: string | { readonly network: string }, to: References): unknown {
  if (typeof entry === "string") return to.network(entry) ?? entry;
  const network = to.network(entry.network);
  return network ? { ...entry, network } : entry;
}

/** A secret or config of a service: its name, or with details. */
function file(kind: "secret" | "config", entry: string | Properties, to: References): unknown {
  if (typeof entry === "string") return to[kind](entry) ?? entry;
  const reference = to[kind](String(entry[kind]));
  return reference ? { ...entry, [kind]: reference } : entry;
}

/** `"data:/var/lib/data:ro"`, or a mount with details. */
function mount(
  entry: string | { readonly type?: string; readonly source?: string },
  to: References,
): unknown {
  if (typeof entry !== "string") {
    const isVolume = (entry.type ?? "volume") === "volume" && entry.source !== undefined;
    const volume = isVolume ? to.volume(String(entry.source)) : undefined;
    return volume ? { ...entry, source: volume } : entry;
  }
  const [name = "", target = "", options = "rw"] = entry.split(":");
  const volume = to.volume(name);
  if (!volume) return entry;
  if (options === "rw") return { source: volume, target };
  if (options === "ro") return { source: volume, target, readOnly: true };
  return to.interpolated(volume.property("name"), `:${target}:${options}`);
}

/** `"db"` or `"db:ro"`: by name or id, whichever the engine shows. */
function source(entry: string, to: References): unknown {
  const [owner = "", mode] = entry.split(":");
  const container = to.container(owner);
  if (!container) return entry;
  const named = container.property(FULL_ID.test(owner) ? "containerId" : "name");
  return mode === undefined ? named : to.interpolated(named, `:${mode}`);
}

/** `"db:database"`. */
function link(entry: string, to: References): unknown {
  const [target = "", alias = target] = entry.split(":");
  const container = to.container(target);
  return container ? to.interpolated(container.property("name"), `:${alias}`) : entry;
}
