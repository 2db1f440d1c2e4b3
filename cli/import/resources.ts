import type { Properties } from "../../provider/core/properties";
import type { Importable, ImportableObject } from "../../provider/docker/importable";
import { isSecret } from "./secret-variables";

type Kind = "Container" | "Volume" | "Network";

/** An object, with its class and its resource name in the program. */
export interface ImportedResource {
  readonly type: Kind;
  readonly name: string;
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

/**
 * Names each resource after its object. If objects of the same class on two environments share a name, the second gets a
 * number.
 */
export function named(environments: readonly Importable[]): ImportedResource[] {
  return [
    ...numbered(
      "Network",
      environments.flatMap(({ networks }) => networks),
    ),
    ...numbered(
      "Volume",
      environments.flatMap(({ volumes }) => volumes),
    ),
    ...numbered(
      "Container",
      environments.flatMap(({ containers }) => containers),
    ),
  ];
}

function numbered(type: Kind, objects: readonly ImportableObject[]): ImportedResource[] {
  const taken = new Set<string>();
  return objects.map((object) => {
    const base = String(object.inputs["name"]);
    let name = base;
    for (let count = 2; taken.has(name); count++) name = `${base}-${count}`;
    taken.add(name);
    return { type, name, ...object };
  });
}

/** The file for `pulumi import --file`: the state of the resources. */
export function importFile(resources: readonly ImportedResource[]): string {
  const entries = resources.map(({ type, name, id, inputs, outputs }) => ({
    type: `pulumi-nodejs:dynamic/portainer:${type}`,
    name,
    id,
    inputs: stored(type, inputs),
    outputs: stored(type, outputs),
  }));
  return `${JSON.stringify({ resources: entries }, undefined, 2)}\n`;
}

/** The properties as state holds them: secrets marked, and with the `__provider` of the class. */
function stored(type: Kind, properties: Properties): object {
  return {
    ...Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, withSecrets(key, value)])),
    __provider: `exports.handler=()=>require("pulumi-portainer/provider").${type};`,
  };
}

/** Marks secrets in the form of Pulumi's state, as plaintext that Pulumi then encrypts. */
function withSecrets(property: string, value: unknown): unknown {
  if (!MAPS_WITH_SECRETS.has(property) || typeof value !== "object" || value === null) return value;
  const marked = (text: string) => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext: JSON.stringify(text),
  });
  return Object.fromEntries(
    Object.entries(value).map(([key, text]) => [key, isSecret(key, text) ? marked(text) : text]),
  );
}

/** Arguments that are maps of texts and may hold passwords. */
export const MAPS_WITH_SECRETS: ReadonlySet<string> = new Set(["env", "driverOpts"]);
