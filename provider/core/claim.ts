import { ProviderError } from "./failure";
import { nameOf } from "./hidden";

/** The objects that resources have made or taken in this process, with the resource of each. */
const holders = new Map<string, string>();

/**
 * Notes that a resource has an object.
 *
 * @param object a name for it that no other object has, the server's id included.
 */
export function claim(object: string, urn: string | undefined): void {
  if (urn !== undefined) holders.set(object, urn);
}

/** Two resources of one program that take the same object would undo each other's changes. */
export function refuseClaimed(object: string, urn: string | undefined, what: string): void {
  const holder = holders.get(object);
  if (holder === undefined || urn === undefined || holder === urn) return;
  throw new ProviderError(
    `${what} is "${nameOf(holder)}" in this program already: declare it once, and pass that resource on`,
  );
}

/** The resource has it no more. */
export function release(object: string): void {
  holders.delete(object);
}
