import { ProviderError } from "./failure";
import { nameOf } from "./hidden";

/** The objects that resources have made or taken in this process, with the resource of each. */
const holders = new Map<string, string>();

/**
 * Notes that a resource has an object: two resources of one program that take the same one would undo each other's
 * changes.
 *
 * @param object a name for it that no other object has, the server's id included.
 */
export function claim(object: string, urn: string | undefined): void {
  if (urn === undefined) return;
  const holder = holders.get(object);
  if (holder !== undefined && holder !== urn) {
    throw new ProviderError(
      `this program has it already, as "${nameOf(holder)}": declare it once, and pass that resource on`,
    );
  }
  holders.set(object, urn);
}

/** The resource has it no more. */
export function release(object: string): void {
  holders.delete(object);
}
