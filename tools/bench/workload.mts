import { IMAGE } from "../setup/image/ensure.mts";

export const COUNT = 100;

/** What Pulumi does at once by default on two cores, for both sides of the comparison. */
export const PARALLEL = 8;

export const specification = { image: IMAGE, command: ["sleep", "1000"], stopSignal: "SIGKILL" };

export function nameOf(index: number): string {
  return `bench-${index}`;
}
