import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../machine/command.mts";
import { interruption } from "../machine/interruption.mts";
import { isRunning } from "../machine/process.mts";
import { say, step } from "../machine/progress.mts";
import { SetUpError } from "../machine/set-up-error.mts";

export interface Project {
  folder: string;
  stack: string;
  /** Folder of the state. */
  backend: string;
  environment: Record<string, string>;
}

/** What is read of `pulumi stack export`. */
interface Export {
  deployment: { pending_operations?: unknown[] };
}

/** The CLI on one stack. */
export function pulumiIn({ folder, stack, backend, environment }: Project) {
  const options = { cwd: folder, env: { ...process.env, ...environment } };
  const withStack = ([command, ...rest]: readonly string[]) => [
    command ?? "",
    "--stack",
    stack,
    "--non-interactive",
    ...rest,
  ];

  const runQuietly = (args: readonly string[], input?: string) =>
    run("pulumi", withStack(args), { ...options, ...(input !== undefined && { input }) });

  /** Prints what the CLI prints, except the dots with which it passes the time. */
  const show = async (args: readonly string[]) => {
    try {
      const print = (line: string) => line.trim() && !line.startsWith("@") && say(`  ${line}`);
      return await run("pulumi", withStack(args), { ...options, onLine: print });
    } catch (cause) {
      throw new SetUpError(`pulumi ${args[0]} failed for the reasons above.`, { cause });
    }
  };

  const hasPendingOperations = async () => {
    const { deployment } = JSON.parse(await runQuietly(["stack", "export"])) as Export;
    return (deployment.pending_operations ?? []).length > 0;
  };

  /** An update that was killed leaves its lock, and perhaps a process that still works under it; each leaves operations half done. */
  const recover = async () => {
    const lock = await readLock(backend);
    if (!lock && !(await hasPendingOperations())) return;
    await step("Recovering from an interrupted update", async () => {
      while (lock && (await isRunning(lock.pid, "pulumi")))
        await sleep(500, undefined, { signal: interruption });
      if (await readLock(backend)) await runQuietly(["cancel", "--yes"]);
      await runQuietly(["refresh", "--yes", "--skip-preview", "--clear-pending-creates"]);
    });
  };

  return { run: runQuietly, show, recover };
}

async function readLock(backend: string): Promise<{ pid: number } | undefined> {
  const folder = join(backend, ".pulumi", "locks");
  if (!existsSync(folder)) return undefined;
  const files = await readdir(folder, { recursive: true });
  const lock = files.find((file) => file.endsWith(".json"));
  return lock === undefined
    ? undefined
    : (JSON.parse(await readFile(join(folder, lock), "utf8")) as { pid: number });
}
