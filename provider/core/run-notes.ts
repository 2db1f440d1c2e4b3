/**
 * Notes that the plugin processes of one run of Pulumi leave for each other: every explicit `Provider` has a process of
 * its own. Each process writes a file of its own, and the others read it for as long as it lives.
 */
import { appendFileSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProviderError } from "./failure";
import { engineAddress } from "./host";

/** The file of this process. */
let own: string | undefined;

/** Leaves a note. Outside of Pulumi's processes there is nobody to read it. */
export function shareNote(note: object): void {
  const address = engineAddress();
  if (address === undefined) return;
  own ??= openFile(address);
  appendFileSync(own, `${JSON.stringify(note)}\n`, { mode: 0o600 });
}

/** The notes of the other processes of this run, the older first in each. */
export function notesOfSiblings(): unknown[] {
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
