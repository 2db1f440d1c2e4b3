/**
 * Who has which object in one run of Pulumi. A resource that was renamed in the program is two resources for the engine:
 * "two" is created and then "one" is deleted, and both are the same object. So each resource that a run keeps, makes or
 * takes notes its object here, and a delete looks whether another resource has it.
 *
 * Every explicit `Provider` has a process of its own. So each process writes its notes into a file of its own as well, and
 * the others read it for as long as it lives.
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
  /** The stack and the project, which every resource of a stack has in common. */
  readonly stack: string;
  /** The types of its parents and its own. */
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

/** The resource option that tells Pulumi what a resource was called before, as it is written in a program. */
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

/** Leaves a note. Outside of Pulumi's processes there is nobody to read it. */
function shareNote(note: object): void {
  const address = engineAddress();
  if (address === undefined) return;
  own ??= openFile(address);
  appendFileSync(own, `${JSON.stringify(note)}\n`, { mode: 0o600 });
}

/** The notes of the other processes of this run, the older first in each. */
function notesOfSiblings(): unknown[] {
  const address = engineAddress();
  if (address === undefined) return [];
  return filesOf(address).flatMap((file) => (file === own ? [] : notesIn(file)));
}

/** The engine's address names the run; the process id shows whether the file is of this run or of one that has ended. */
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

/** What killed processes have left. */
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

/** A process may write a line or end while its file is read. */
function notesIn(file: string): unknown[] {
  try {
    const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line) as unknown);
  } catch {
    return [];
  }
}

/** The user's own folder among the machine's temporary files; nobody else may write what a delete goes by. */
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
