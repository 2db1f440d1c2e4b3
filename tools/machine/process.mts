import { spawn } from "node:child_process";
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
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

/** A program that outlives this one. */
export interface Daemon {
  pidFile: string;
  logFile: string;
  /** One of its arguments that no other process has; with the pid it says who it is. */
  mark: string;
}

/**
 * Starts a program in a session of its own. The shell writes its pid and then becomes the program, so there is no moment in
 * which the program runs and nobody would find it again.
 */
export async function startDaemon(
  daemon: Daemon,
  command: string,
  args: readonly string[],
  env = process.env,
): Promise<void> {
  await mkdir(dirname(daemon.pidFile), { recursive: true });
  await mkdir(dirname(daemon.logFile), { recursive: true });
  const log = await open(daemon.logFile, "a", 0o600);
  try {
    const shell = spawn("/bin/sh", ["-c", 'echo $$ > "$0" && exec "$@"', daemon.pidFile, command, ...args], {
      detached: true,
      env,
      stdio: ["ignore", log.fd, log.fd],
    });
    await new Promise((resolve, reject) => shell.once("spawn", resolve).once("error", reject));
    while ((await pidOf(daemon)) !== shell.pid && shell.exitCode === null) await sleep(5);
    shell.unref();
  } finally {
    await log.close();
  }
}

export async function isDaemonRunning(daemon: Daemon): Promise<boolean> {
  const pid = await pidOf(daemon);
  return pid !== undefined && isRunning(pid, daemon.mark);
}

export async function stopDaemon(daemon: Daemon): Promise<void> {
  const pid = await pidOf(daemon);
  if (pid !== undefined) await endProcess(pid, daemon.mark);
  await rm(daemon.pidFile, { force: true });
}

export async function lastLogLines(daemon: Daemon, count = 15): Promise<string> {
  const log = await readFile(daemon.logFile, "utf8").catch(() => "");
  return log.trimEnd().split("\n").slice(-count).join("\n");
}

async function pidOf(daemon: Daemon): Promise<number | undefined> {
  const pid = Number.parseInt(await readFile(daemon.pidFile, "utf8").catch(() => ""), 10);
  return Number.isNaN(pid) ? undefined : pid;
}
