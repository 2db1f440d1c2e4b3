/**
 * Which resource has which object in one run of Pulumi. When a program renames a resource from "one" to "two", Pulumi
 * sees two resources: it creates "two" and then deletes "one", and both are the same object. So every resource that
 * keeps, creates or adopts an object notes it here, and a delete checks whether another resource has the object.
 *
 * Every explicit `Provider` runs in its own process. So each process also writes its notes to its own file, and the
 * other processes read that file while its owner runs.
 */
import { randomBytes } from "node:crypto";
import { appendFileSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProviderError } from "./errors";
import { type Hidden, nameOf } from "./properties";
import { engineAddress } from "./pulumi";

/** The parts of `urn:pulumi:dev::shop::app:Site$pulumi-nodejs:dynamic/portainer:Volume::data`. */
interface Urn {
  /** The stack and the project: the same for every resource of a stack. */
  readonly stack: string;
  /** The types of the parents and of the resource itself. */
  readonly type: string;
  readonly name: string;
}

function parseUrn(urn: string | undefined): Urn | undefined {
  const [stack, project, type, ...name] = urn?.split("::") ?? [];
  if (stack === undefined || project === undefined || type === undefined) return undefined;
  return { stack: `${stack}::${project}`, type, name: name.join("::") };
}

/** Whether both are resources of one stack. */
export function isSameStack(urn: string | undefined, other: string | undefined): boolean {
  const stack = parseUrn(urn)?.stack;
  return stack !== undefined && stack === parseUrn(other)?.stack;
}

/** The resource option that tells Pulumi a resource's former name, as code for the program. */
export function aliasFor(before: string | undefined, now: string | undefined): string {
  const [old, fresh] = [parseUrn(before), parseUrn(now)];
  if (!old || !fresh) return 'aliases: [{ name: "…" }]';
  const name = `name: ${JSON.stringify(old.name)}`;
  if (old.type === fresh.type) return `aliases: [{ ${name} }]`;
  if (old.type.includes("$")) return `aliases: [${JSON.stringify(before)}]`;
  const both = old.name === fresh.name ? "" : `${name}, `;
  return `aliases: [{ ${both}parent: pulumi.rootStackResource }]`;
}

/** The file of this process. */
let own: string | undefined;

/** Writes a note to the file of this process. Outside of a Pulumi run nobody would read it, so it writes nothing. */
function shareNote(note: object): void {
  const address = engineAddress();
  if (address === undefined) return;
  own ??= openFile(address);
  appendFileSync(own, `${JSON.stringify(note)}\n`, { mode: 0o600 });
}

/** The notes of the other processes of this run, oldest first per process. */
function notesOfSiblings(): unknown[] {
  const address = engineAddress();
  if (address === undefined) return [];
  return filesOf(address).flatMap((file) => (file === own ? [] : notesIn(file)));
}

/** The address of Pulumi's engine identifies the run; the process id shows whether the writer still runs. */
const fileOf = (address: string, pid: number): string =>
  join(folder(), `${address.replace(/\W/g, "-")}.${pid}.jsonl`);

function openFile(address: string): string {
  removeRest();
  const file = fileOf(address, process.pid);
  process.once("exit", () => rmSync(file, { force: true }));
  return file;
}

function filesOf(address: string): string[] {
  return entries()
    .filter(({ name, isAlive }) => isAlive && name.startsWith(`${address.replace(/\W/g, "-")}.`))
    .map(({ path }) => path);
}

/** Removes the files that killed processes left behind. */
function removeRest(): void {
  for (const { path, isAlive, pid } of entries())
    if (!isAlive || pid === process.pid) rmSync(path, { force: true });
}

function entries(): { name: string; path: string; pid: number; isAlive: boolean }[] {
  const parent = folder();
  return readdirSync(parent).map((name) => {
    const pid = Number(name.split(".").at(-2));
    return { name, path: join(parent, name), pid, isAlive: isAlive(pid) };
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Tolerates a half-written last line and a file that vanishes: its process may write or end during the read. */
function notesIn(file: string): unknown[] {
  try {
    const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line) as unknown);
  } catch {
    return [];
  }
}

/** A private folder below the temporary folder. A delete depends on these files, so no other user may write them. */
function folder(): string {
  const uid = process.getuid?.();
  const path = join(tmpdir(), `pulumi-portainer-${uid ?? "runs"}`);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  const isPrivate = uid === undefined || (found.uid === uid && (found.mode & 0o077) === 0);
  if (found.isDirectory() && isPrivate) return path;
  throw new ProviderError(
    `${path} is not a folder that only this user can write to: remove it, or set TMPDIR to another folder`,
  );
}

/** One entry of the state: identified by the `create` call that made it, with its present URN. */
interface Claimant {
  readonly holder: string;
  readonly urn: string | undefined;
}

/** One resource's claim on one object. */
interface Note extends Claimant {
  readonly object: string;
  /** `sought`: `create` has found the object and has not adopted it, or not yet. */
  readonly claim: "held" | "sought" | "released";
}

/** The claims of this run, as one resource uses them. */
export interface Claims {
  /**
   * Notes that `create` has found an existing object.
   *
   * @param what how the error names the object.
   * @throws ProviderError when another resource has it.
   */
  seek(object: string, what: string): void;
  /** Notes that `create` has made or adopted an object; called before `create` finishes. */
  hold(object: string): void;
  /** Whether another resource has the object. */
  isHeldByAnother(object: string): boolean;
  /** Whether `create` has found an existing object, which it then adopts, unless it fails. */
  hasSought(): boolean;
}

let notes: Note[] = [];

/** A new id for each `create`: in a replacement, the old and the new entry have the same URN. */
export const newHolder = (): string => randomBytes(8).toString("hex");

/**
 * The id of a state entry. One that has made its object has none: only one entry can have made it, so its URN will do.
 * Those of older versions have none either.
 */
export const holderOf = ({ __holder, __urn }: Hidden): string => __holder ?? __urn ?? "";

export function claimsOf(claimant: Claimant): Claims {
  let hasSought = false;
  return {
    seek(object, what) {
      hasSought = true;
      const other = othersWith(object, claimant).find(
        ({ claim, urn }) => claim === "held" && urn !== claimant.urn,
      );
      note({ ...claimant, object, claim: "sought" });
      if (other) throw alreadyHeld(other, claimant, what);
    },
    hold: (object) => hold(object, claimant),
    isHeldByAnother: (object) => othersWith(object, claimant).some(({ claim }) => claim === "held"),
    hasSought: () => hasSought,
  };
}

/** Notes that a resource has an object. */
export function hold(object: string | undefined, claimant: Claimant): void {
  if (object !== undefined) note({ ...claimant, object, claim: "held" });
}

/** Notes that a resource has deleted its object. */
export function release(object: string | undefined, claimant: Claimant): void {
  if (object !== undefined) note({ ...claimant, object, claim: "released" });
}

/**
 * The name of the resource that has taken over the object that `claimant` is about to delete; `undefined` when the
 * object may be deleted.
 *
 * @throws ProviderError when another resource tried to adopt the object and failed.
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
 * Adds a note, in place of the resource's earlier note about the object; `released` only removes that one. A `held`
 * note also drops all `sought` notes: its resource is in the program, so this run will not delete it.
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
