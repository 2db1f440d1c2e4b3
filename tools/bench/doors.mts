import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { clone } from "../machine/folders.mts";
import { seconds, step } from "../machine/progress.mts";
import type { Engine } from "../setup/engine/find.mts";
import { median, tally } from "./figures.mts";
import { COUNT, containersProgram, openProgram, PLUGIN, type Program, pluginProgram } from "./program.mts";

const { startServer } = createRequire(import.meta.url)(
  `${clone}/dist/server`,
) as typeof import("../../server/index.ts");

const ROUNDS = 5;

/** What Pulumi runs for each door: text in the command line of the provider's process. */
const PROCESS = { dynamic: "cmd/dynamic-provider", plugin: PLUGIN } as const;
type Door = keyof typeof PROCESS;

/** An unchanged `up` of the same containers through dynamic providers and through the plugin, in turns. */
export async function benchDoors(engine: Engine, pulumi: string): Promise<string> {
  await using server = await startServer({
    admin: { password: "a-password-for-the-bench" },
    engine: { url: engine.url },
  });
  const quiet = { networkMode: "none" };
  await using dynamic = await openProgram(pulumi, containersProgram(COUNT, quiet), server.env);
  await using plugin = await openProgram(pulumi, pluginProgram(COUNT, quiet), server.env);
  const programs = { dynamic, plugin };
  await step(`Creating twice ${COUNT} containers`, async () => {
    await up(dynamic);
    await up(plugin);
  });

  const before = server.requests().length;
  const times: Record<Door, number[]> = { dynamic: [], plugin: [] };
  const memory: Record<Door, number[]> = { dynamic: [], plugin: [] };
  await step(`${ROUNDS} rounds of an unchanged up`, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const door of ["dynamic", "plugin"] as const) {
        const since = performance.now();
        memory[door].push(await peakMemory(PROCESS[door], () => up(programs[door], "--expect-no-changes")));
        times[door].push(performance.now() - since);
      }
    }
  });
  const requests = tally(server.requests().slice(before));
  const start = await step("Starting the plugin", startsOfPlugin);
  await step("Removing the containers", async () => {
    for (const program of [dynamic, plugin]) await program.run(["destroy", "--yes", "--skip-preview"]);
  });

  const row = (name: string, door: Door) =>
    `  ${name.padEnd(24)} ${seconds(median(times[door])).padStart(8)}  ${median(memory[door])} MB at most in the provider's process`;
  return [
    `  ${COUNT} unchanged containers, median of ${ROUNDS}; ${requests}`,
    row("dynamic provider", "dynamic"),
    row("plugin", "plugin"),
    `  ratio                    ${(median(times.plugin) / median(times.dynamic)).toFixed(2).padStart(8)}`,
    `  start of the plugin      ${seconds(start).padStart(8)}`,
  ].join("\n");
}

const up = (program: Program, ...more: string[]) => program.run(["up", "--yes", "--skip-preview", ...more]);

/** The most memory that a process with this text in its command line had while the work was done, in MB. */
async function peakMemory(text: string, work: () => Promise<unknown>): Promise<number> {
  let peak = 0;
  let isDone = false;
  const done = work().finally(() => {
    isDone = true;
  });
  while (!isDone) {
    peak = Math.max(peak, await memoryOf(text));
    await delay(50);
  }
  await done;
  return peak;
}

async function memoryOf(text: string): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      if (!command.includes(text)) return 0;
      const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
      return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1_000;
    }),
  );
  return Math.round(Math.max(0, ...found));
}

/** How long the plugin takes until it has said its port: the median, in milliseconds. */
async function startsOfPlugin(): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const since = performance.now();
    const child = spawn(process.execPath, [join(clone, PLUGIN)], { stdio: ["ignore", "pipe", "inherit"] });
    await once(createInterface({ input: child.stdout }), "line");
    times.push(performance.now() - since);
    child.kill();
    await once(child, "exit");
  }
  return median(times);
}
