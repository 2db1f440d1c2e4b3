import { looksSecret } from "../../compose";
import type { ImportableObject } from "../../provider/core/importable";
import { isMap, type Properties } from "../../provider/core/properties";
import {
  ENGINE_TYPES,
  type EngineType,
  engineDefinition,
  isEngineType,
} from "../../provider/docker/importable";
import {
  PORTAINER_TYPES,
  type PortainerType,
  portainerDefinition,
} from "../../provider/portainer/importable";

export type ImportedType = PortainerType | EngineType;

/** In the order in which a program declares them, and in which each is named after those before it. */
export const IMPORTED_TYPES: readonly ImportedType[] = [
  ...PORTAINER_TYPES.filter((type) => type !== "Webhook"),
  ...ENGINE_TYPES,
  "Webhook",
];

export const definitionOf = (type: ImportedType) =>
  isEngineType(type) ? engineDefinition(type) : portainerDefinition(type);

/** An object, with its class and its resource name in the program. */
export interface ImportedResource extends ImportableObject {
  readonly type: ImportedType;
  readonly name: string;
}

/** Objects of a class, in the order in which a program declares them. */
export type ImportableOfType = readonly [type: ImportedType, objects: readonly ImportableObject[]];

/**
 * Names each resource after its object. If objects of the same class share a name, as those of two environments may, the
 * second gets a number.
 */
export function named(all: readonly ImportableOfType[]): ImportedResource[] {
  const resources: ImportedResource[] = [];
  for (const [type, objects] of all) {
    const taken = new Set<string>();
    for (const object of objects) {
      const base = nameOf(type, object, resources);
      let name = base;
      for (let count = 2; taken.has(name); count++) name = `${base}-${count}`;
      taken.add(name);
      resources.push({ type, name, ...object });
    }
  }
  return resources;
}

/** Those without a name of their own are named after the objects that they connect: `operators-alice`. */
function nameOf(type: ImportedType, object: ImportableObject, named: readonly ImportedResource[]): string {
  const { id, inputs } = object;
  const own = inputs["name"] ?? inputs["username"] ?? inputs["title"];
  if (own !== undefined) return String(own);
  const parts = partsOf(type, inputs, named);
  if (parts.length > 0 && parts.every((part) => part !== undefined))
    return parts.map(({ name }) => name).join("-");
  if (type === "Swarm" || type === "Settings" || type === "SslSettings") return type.toLowerCase();
  return `${type.toLowerCase()}-${id.replaceAll("/", "-")}`;
}

function partsOf(
  type: ImportedType,
  { teamId, userId, registryId, endpointId, user, team, serviceId }: Properties,
  named: readonly ImportedResource[],
): readonly (ImportedResource | undefined)[] {
  switch (type) {
    case "TeamMembership":
      return [find(named, "Team", teamId), find(named, "User", userId)];
    case "RegistryAccess":
      return [
        find(named, "Registry", registryId),
        find(named, "Endpoint", endpointId),
        user === undefined ? find(named, "Team", team) : find(named, "User", user),
      ];
    case "Webhook":
      return [named.find((one) => one.type === "Service" && one.outputs["serviceId"] === serviceId)];
    default:
      return [];
  }
}

/** The resource of a class that has this id in Portainer. */
export const find = (
  resources: readonly ImportedResource[],
  type: ImportedType,
  id: unknown,
): ImportedResource | undefined => resources.find((one) => one.type === type && one.id === String(id));

/** The name in stack config of a value that no server shows: `hub-password`. */
export const configName = (name: string, path: string): string => `${name}-${path.split(".").at(-1)}`;

/** The file for `pulumi import --file`. */
export const importFile = (resources: readonly object[]): string =>
  `${JSON.stringify({ resources }, undefined, 2)}\n`;

/**
 * A resource in that file, with its state.
 *
 * @param known the values that no server shows, by their names in stack config.
 */
export function fileEntry(resource: ImportedResource, known: Properties = {}) {
  const { type, name, id, inputs, outputs, unseen = [] } = resource;
  const given = unseen.flatMap((path) => {
    const value = known[configName(name, path)];
    return value === undefined ? [] : [[path, marked(value)] as const];
  });
  const whole = (properties: Properties) =>
    given.reduce((rest, [path, value]) => withPath(rest, path, value), secretsMarked(properties));
  return {
    type: `pulumi-nodejs:dynamic/portainer:${type}`,
    name,
    id,
    inputs: { ...whole(inputs), ...provider(type) },
    outputs: { ...definitionOf(type).secrets.reduce(withSecret, whole(outputs)), ...provider(type) },
  };
}

/** The `__provider` of the class. */
const provider = (type: ImportedType): object => ({
  __provider: `exports.handler=()=>require("pulumi-portainer/provider").${type};`,
});

/** The properties with what looks secret marked. */
function secretsMarked(properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).map(([property, value]) => {
      if (!MAPS_WITH_SECRETS.has(property) || typeof value !== "object" || value === null)
        return [property, value];
      const shown = Object.entries(value).map(([key, text]) => [
        key,
        looksSecret(key, text) ? marked(text) : text,
      ]);
      return [property, Object.fromEntries(shown)];
    }),
  );
}

/** The properties with the value at a path marked, where there is one: `"webhookUrl"`. */
function withSecret(properties: Properties, path: string): Properties {
  const value = properties[path];
  return value === undefined || isMap(value) ? properties : { ...properties, [path]: marked(value) };
}

const SIGNATURE = "4dabf18193072939515e22adb298388d";
/** A secret in the form of Pulumi's state, as plaintext that Pulumi then encrypts. */
export const marked = (value: unknown): object => ({
  [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});
export const isMarked = (value: object): boolean => SIGNATURE in value;

/** The properties with a value at a path: `"tls.caCert"`. */
export function withPath(properties: Properties, path: string, value: unknown): Properties {
  const [key = "", ...rest] = path.split(".");
  if (rest.length === 0) return { ...properties, [key]: value };
  return {
    ...properties,
    [key]: withPath((properties[key] ?? {}) as Properties, rest.join("."), value),
  };
}

/** Arguments that are maps of texts and may hold passwords. */
export const MAPS_WITH_SECRETS: ReadonlySet<string> = new Set(["env", "driverOpts"]);
