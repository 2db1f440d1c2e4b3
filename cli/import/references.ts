/** Replaces names and ids in the arguments of imported resources by references to other resources of the program. */
import type { Code } from "./code";
import type { ImportedType } from "./resources";

/** Finds the variable of a resource; `undefined` if the program does not declare it. */
export interface References {
  /** By the id in Portainer. */
  object(type: ImportedType, id: unknown): Code | undefined;
  network(name: string): Code | undefined;
  volume(name: string): Code | undefined;
  /** By name, or by the engine's full id. */
  container(nameOrId: string): Code | undefined;
  /** A text that contains values of other resources. */
  interpolated(...parts: readonly (string | Code)[]): Code;
}

type Properties = Readonly<Record<string, unknown>>;

const MODES = ["networkMode", "pidMode", "ipcMode"] as const;
/** The arguments that are the id of an object in Portainer. */
const OBJECTS = {
  endpointId: "Endpoint",
  groupId: "EndpointGroup",
  registryId: "Registry",
  teamId: "Team",
  userId: "User",
} as const satisfies Record<string, ImportedType>;
const FULL_ID = /^[0-9a-f]{64}$/;

/** The arguments with a reference wherever they name a resource that the program declares. */
export function withReferences(inputs: Properties, to: References): Properties {
  const { networks, volumes, volumesFrom, links, tagIds, access } = inputs;
  const ids = Object.entries(OBJECTS).flatMap(([key, type]) => {
    const reference = inputs[key] === undefined ? undefined : to.object(type, inputs[key]);
    return reference ? [[key, reference] as const] : [];
  });
  const each = (type: ImportedType, list: readonly unknown[]) => list.map((id) => to.object(type, id) ?? id);
  const modes = MODES.flatMap((key) => {
    const [, owner] = /^container:(.+)$/.exec(String(inputs[key])) ?? [];
    const reference = owner === undefined ? undefined : to.container(owner);
    return reference ? [[key, reference] as const] : [];
  });
  return {
    ...inputs,
    ...Object.fromEntries([...ids, ...modes]),
    ...(Array.isArray(tagIds) && { tagIds: each("Tag", tagIds) }),
    ...(isAccess(access) && {
      access: {
        ...(access.users && { users: each("User", access.users) }),
        ...(access.teams && { teams: each("Team", access.teams) }),
      },
    }),
    ...(Array.isArray(networks) && { networks: networks.map((entry) => attachment(entry, to)) }),
    ...(Array.isArray(volumes) && { volumes: volumes.map((entry) => mount(entry, to)) }),
    ...(Array.isArray(volumesFrom) && { volumesFrom: volumesFrom.map((entry) => source(entry, to)) }),
    ...(Array.isArray(links) && { links: links.map((entry) => link(entry, to)) }),
  };
}

interface Access {
  readonly users?: readonly unknown[];
  readonly teams?: readonly unknown[];
}
const isAccess = (access: unknown): access is Access => typeof access === "object" && access !== null;

function attachment(entry: string | { readonly network: string }, to: References): unknown {
  if (typeof entry === "string") return to.network(entry) ?? entry;
  const network = to.network(entry.network);
  return network ? { ...entry, network } : entry;
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
