import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

/** A process of this machine. Linux only, as the tests that kill are. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** All processes that this one has started, and those that they have started. */
export async function descendants(pid: number): Promise<ProcessInfo[]> {
  const all = (
    await Promise.all((await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(describe))
  ).filter((info) => info !== undefined);
  const below = (parent: number): ProcessInfo[] =>
    all.filter((info) => info.parent === parent).flatMap((info) => [info, ...below(info.pid)]);
  return below(pid);
}

async function describe(pid: string): Promise<ProcessInfo | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const command = (await readFile(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ");
    const [, parent = "0"] = /^\d+ \(.*\) \S (\d+)/s.exec(stat) ?? [];
    return { pid: Number(pid), parent: Number(parent), command };
  } catch {
    return undefined;
  }
}

/** Whether the process still runs; one that has ended and was not yet fetched by its parent does not. */
async function runs({ pid, command }: ProcessInfo): Promise<boolean> {
  const now = await describe(String(pid));
  return now !== undefined && now.command === command && command !== "";
}

/** Waits until all of these have ended. @returns how many milliseconds it took, or `undefined` when one still runs. */
export async function ended(processes: readonly ProcessInfo[], limitMs: number): Promise<number | undefined> {
  const start = Date.now();
  while (Date.now() - start <= limitMs) {
    const states = await Promise.all(processes.map(runs));
    if (!states.some(Boolean)) return Date.now() - start;
    await delay(25);
  }
  return undefined;
}

/** Waits until something is the case. */
export async function eventually(condition: () => Promise<boolean>, limitMs = 600_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("it did not come about in time");
    await delay(15);
  }
}
