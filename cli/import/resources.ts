import type { ContainerSettled, ImportableContainer } from "../../provider/container";

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
    inputs: hidden(inputs),
    outputs: hidden(outputs),
  }));
  return `${JSON.stringify({ resources: entries }, undefined, 2)}\n`;
}

/** The resource's class, under the name by which state refers to it. */
const hidden = (properties: ContainerSettled): object => ({ ...properties, __provider: PROVIDER });
