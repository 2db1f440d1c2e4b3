import { z } from "zod";

declare const reference: unique symbol;

/** Stands, in types alone, for another resource in the place of its id: the engine hands over the id. */
export interface ResourceReference {
  readonly [reference]: true;
}

const RULE = "must be an id: a whole number above 0, or the resource that has it";

/**
 * The id of an object in Portainer's database. The ids of other resources are texts in a program (`remote.id`), so
 * both forms are taken; `idNumber` makes one of them.
 */
export const IdSchema: z.ZodType<number | string, number | string | ResourceReference> = z.union(
  [z.int(RULE).positive(RULE), z.string().regex(/^[1-9]\d{0,15}$/, RULE)],
  RULE,
) as never;

/** The number that an id is: for the wire, and to compare ids. */
export function idNumber(id: number | string): number {
  return Number(id);
}
