/**
 * Who has which object in one run of Pulumi. A resource that was renamed in the program is two resources for the engine:
 * "two" is created and then "one" is deleted, and both are the same object. So each resource that a run keeps, makes or
 * takes notes its object here, and a delete looks whether another resource has it.
 */
import { randomBytes } from "node:crypto";
import { aliasFor } from "./alias";
import { ProviderError } from "./failure";
import { type Hidden, nameOf } from "./hidden";
import { notesOfSiblings, shareNote } from "./run-notes";

/** One entry of the state: what was created by one call of `create`, and its URN now. */
interface Claimant {
  readonly holder: string;
  readonly urn: string | undefined;
}

/** What one resource has to do with one object. */
interface Note extends Claimant {
  readonly object: string;
  /** `sought`: `create` has found the object, and has not taken it (yet). */
  readonly claim: "held" | "sought" | "released";
}

/** What a resource's steps may ask about the other resources of the run. */
export interface Claims {
  /**
   * Notes that `create` has found an object that is there already.
   *
   * @param what the object in words, for the error.
   * @throws ProviderError when another resource has it.
   */
  seek(object: string, what: string): void;
  /** Notes that `create` has made or taken an object, before it is done with it. */
  hold(object: string): void;
  /** Whether another resource has the object. */
  isHeldByAnother(object: string): boolean;
}

let notes: Note[] = [];

/** Another one for each call of `create`: a URN would not tell the two objects of a replacement apart. */
export const newHolder = (): string => randomBytes(8).toString("hex");

/** Who a state entry is. Entries of older versions have only the URN that they were last written with. */
export const holderOf = ({ __holder, __urn }: Hidden): string => __holder ?? __urn ?? "";

export const claimsOf = (claimant: Claimant): Claims => ({
  seek(object, what) {
    const other = othersWith(object, claimant).find(
      ({ claim, urn }) => claim === "held" && urn !== claimant.urn,
    );
    note({ ...claimant, object, claim: "sought" });
    if (other) throw alreadyHeld(other, claimant, what);
  },
  hold: (object) => hold(object, claimant),
  isHeldByAnother: (object) => othersWith(object, claimant).some(({ claim }) => claim === "held"),
});

/** Notes that a resource has an object. */
export function hold(object: string | undefined, claimant: Claimant): void {
  if (object !== undefined) note({ ...claimant, object, claim: "held" });
}

/** Notes that a resource has deleted its object. */
export function release(object: string | undefined, claimant: Claimant): void {
  if (object !== undefined) note({ ...claimant, object, claim: "released" });
}

/**
 * The resource that has taken the object of a resource that is to be deleted, by its name; `undefined` when the object
 * may be deleted.
 *
 * @throws ProviderError when another resource was to take it and could not.
 */
export function takenBy(object: string | undefined, claimant: Claimant): string | undefined {
  const others = object === undefined ? [] : othersWith(object, claimant);
  const holder = others.find(({ claim }) => claim === "held");
  if (holder) return nameOf(holder.urn) ?? holder.holder;
  const [seeker] = others;
  if (!seeker) return undefined;
  throw new ProviderError(
    `"${nameOf(seeker.urn)}" of this run means the same object and could not take it: nothing was deleted. ` +
      `See the error of "${nameOf(seeker.urn)}", and run again.`,
  );
}

function note(fresh: Note): void {
  notes = withNote(notes, fresh);
  shareNote(fresh);
}

/**
 * The newest note of a resource about an object counts. Who holds an object is in the program, and its delete will not
 * come in this run: nobody's search matters then.
 */
function withNote(before: readonly Note[], fresh: Note): Note[] {
  const isVoid = ({ object, holder, urn, claim }: Note): boolean =>
    object === fresh.object &&
    (holder === fresh.holder || (fresh.claim === "held" && (urn === fresh.urn || claim === "sought")));
  const kept = before.filter((old) => !isVoid(old));
  return fresh.claim === "released" ? kept : [...kept, fresh];
}

function othersWith(object: string, { holder }: Claimant): Note[] {
  const siblings = notesOfSiblings()
    .filter(isNote)
    .reduce(withNote, [] as Note[]);
  return [...siblings, ...notes].filter((other) => other.object === object && other.holder !== holder);
}

function isNote(value: unknown): value is Note {
  return (
    typeof value === "object" && value !== null && "object" in value && "holder" in value && "claim" in value
  );
}

function alreadyHeld(other: Note, { urn }: Claimant, what: string): ProviderError {
  const name = nameOf(other.urn);
  const alias = aliasFor(other.urn, urn);
  return new ProviderError(
    `${what} is "${name}" in this stack already: declare it once, and pass that resource on. ` +
      `If "${name}" was renamed or moved in the program, say so with the resource option \`${alias}\`.`,
  );
}
