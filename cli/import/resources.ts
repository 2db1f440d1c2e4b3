import type { Properties } from "../../provider/core/properties";
import type { Importable, ImportableObject } from "../../provider/docker/importable";
import { isSecret } from "./secret-variables";

type Kind = "Container" | "Volume" | "Network";

/** An object with the class and the name that it gets in the program. */
export interface ImportedResource {
  readonly type: Kind;
  readonly name: string;
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

/**
 * Names each object as the engine does; of two environments' objects of a class with one name, the second gets a
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

/** What `pulumi import --file` takes: the state that the resources are to have. */
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

/** With the resource's class, under the name by which state refers to it. */
function stored(type: Kind, properties: Properties): object {
  return {
    ...Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, withSecrets(key, value)])),
    __provider: `exports.handler=()=>require("pulumi-portainer/provider").${type};`,
  };
}

/** Pulumi's own form of a secret that is still to be encrypted. */
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

/** Maps of texts that people put passwords in. */
export const MAPS_WITH_SECRETS: ReadonlySet<string> = new Set(["env", "driverOpts"]);
