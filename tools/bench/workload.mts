import { IMAGE } from "../setup/image/ensure.mts";

export const COUNT = 100;

/** What Pulumi does at once by default on two cores, for both sides of the comparison. */
export const PARALLEL = 8;

export const specification = { image: IMAGE, command: ["sleep", "1000"], stopSignal: "SIGKILL" };

export function nameOf(index: number): string {
  return `bench-${index}`;
}

/** A program that declares so many containers. */
export function containersProgram(count: number, more: object = {}): string {
  return `
    const portainer = require("pulumi-portainer");
    for (let index = 0; index < ${count}; index += 1) {
      new portainer.Container("bench-" + index, { endpointId: 1, ...${JSON.stringify({ ...specification, ...more })} });
    }
  `;
}

/** A program that declares as many resources whose provider does nothing: what Pulumi itself costs. */
export function idleProgram(count: number): string {
  return `
    const pulumi = require("@pulumi/pulumi");
    const provider = { create: (inputs) => Promise.resolve({ id: "1", outs: inputs }) };
    for (let index = 0; index < ${count}; index += 1) {
      new pulumi.dynamic.Resource(provider, "idle-" + index, { endpointId: 1, ...${JSON.stringify(specification)} });
    }
  `;
}
