import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "./command.mts";

/** Whether process `pid` runs and has `argument` among its arguments: a pid read from a file may belong to someone else by now. */
export async function isRunning(pid: number, argument: string): Promise<boolean> {
  return (await commandLineOf(pid)).includes(argument);
}

/** Asks with SIGTERM, insists with SIGKILL, and returns when the process is gone. */
export async function endProcess(pid: number, argument: string, patience = 30_000): Promise<void> {
  const deadline = Date.now() + patience;
  if (await isRunning(pid, argument)) signal(pid, "SIGTERM");
  while (await isRunning(pid, argument)) {
    if (Date.now() > deadline) signal(pid, "SIGKILL");
    await sleep(100);
  }
}

/** A process may end between the look and the signal. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function commandLineOf(pid: number): Promise<string> {
  try {
    return process.platform === "linux"
      ? await linuxCommandLineOf(pid)
      : await run("ps", ["-o", "command=", "-p", String(pid)], { always: true });
  } catch {
    return "";
  }
}

/** It is empty for the dead that nobody has waited for, and for the blink in which a shell becomes the program it starts. */
async function linuxCommandLineOf(pid: number): Promise<string> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8");
    if (line) return line.replaceAll("\0", " ");
    await sleep(20);
  }
  return "";
}
