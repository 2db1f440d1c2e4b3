import { nameOf } from "./properties";

/** How a resource manages who may use an object: the whole map, or one entry of it. */
export interface AccessClaim {
  /** The class and id of the object: `"Endpoint/3"`. */
  readonly object: string;
  readonly as: "whole" | "entry";
}

/** What each resource of this run manages, by its URN. All resources of a provider are in one process. */
const claims = new Map<string, AccessClaim>();

/**
 * Notes what a resource manages, now that it may be known.
 *
 * @returns why that is refused: another resource of the program manages the same access in the other way.
 */
export function claimAccess(urn: string | undefined, claim: AccessClaim | undefined): string | undefined {
  if (urn === undefined) return undefined;
  if (!claim) {
    claims.delete(urn);
    return undefined;
  }
  claims.set(urn, claim);
  const other = [...claims].find(
    ([owner, { object, as }]) => owner !== urn && object === claim.object && as !== claim.as,
  );
  if (!other) return undefined;
  const [whole, entry] = claim.as === "whole" ? [urn, other[0]] : [other[0], urn];
  return (
    `\`access\` of "${nameOf(whole)}" is the whole list of who may use it, and "${nameOf(entry)}" is one entry of the same list: ` +
    "each would undo the other. Leave `access` out there, or put the entry into it."
  );
}

/** Whether a resource of this run manages the whole map of an object. */
export const isManagedWhole = (object: string): boolean =>
  [...claims.values()].some((claim) => claim.object === object && claim.as === "whole");
