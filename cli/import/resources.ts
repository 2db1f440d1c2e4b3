import type { ContainerSettled, ImportableContainer } from "../../provider/container";
import { isSecret } from "./secret-variables";

/** A container with the name that it gets in the program. */
export interface ImportedResource extends ImportableContainer {
  readonly name: string;
}

/** Names each container as the engine does; of two environments' containers with one name, the second gets a number. */
export function named(containers: readonly ImportableContainer[]): ImportedResource[] {
  const taken = new Set<string>();
  return containers.map((container) => {
    const base = container.inputs.name;
    let name = base;
    for (let count = 2; taken.has(name); count++) name = `${base}-${count}`;
    taken.add(name);
    return { ...container, name };
  });
}

const PROVIDER = 'exports.handler=()=>require("pulumi-portainer/provider").Container;';

/** What `pulumi import --file` takes: the state that the resources are to have. */
export function importFile(resources: readonly ImportedResource[]): string {
  const entries = resources.map(({ name, id, inputs, outputs }) => ({
    type: "pulumi-nodejs:dynamic/portainer:Container",
    name,
    id,
    inputs: stored(inputs),
    outputs: stored(outputs),
  }));
  return `${JSON.stringify({ resources: entries }, undefined, 2)}\n`;
}

/** With the resource's class, under the name by which state refers to it. */
function stored({ env, ...properties }: ContainerSettled): object {
  return { ...properties, ...(env !== undefined && { env: withSecrets(env) }), __provider: PROVIDER };
}

/** Pulumi's own form of a secret that is still to be encrypted. */
function withSecrets(env: Readonly<Record<string, string>>): object {
  const marked = (value: string) => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext: JSON.stringify(value),
  });
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, isSecret(name, value) ? marked(value) : value]),
  );
}
