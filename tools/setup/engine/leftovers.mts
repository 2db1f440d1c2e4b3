import { readdir, readFile } from "node:fs/promises";
import { run } from "../../machine/command.mts";
import { endProcess } from "../../machine/process.mts";

/** Ends processes and mounts that a Docker engine (or what killed it) left in its folders; they hold on to its files. */
export async function removeLeftovers(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    for (const pid of await processesNaming(folder)) await endProcess(pid, folder, 5_000);
    for (const mount of await mountsIn(folder)) await run("umount", ["--lazy", mount], { always: true });
  }
}

/** containerd and its shims name the engine's folder in their arguments. */
async function processesNaming(folder: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => ({ pid, command: await commandOf(pid) })));
  return found
    .filter(({ command }) => /^(\S*\/)?containerd/.test(command) && command.includes(`${folder}/`))
    .map(({ pid }) => pid);
}

async function commandOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
}

/** The folder itself too: an engine mounts its data folder on itself. Innermost first. */
async function mountsIn(folder: string): Promise<string[]> {
  const mounts = (await readFile("/proc/self/mounts", "utf8"))
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "");
  return mounts.filter((mount) => mount === folder || mount.startsWith(`${folder}/`)).reverse();
}
