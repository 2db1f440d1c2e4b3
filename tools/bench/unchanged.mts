import { createRequire } from "node:module";
import { clone } from "../machine/folders.mts";
import { seconds, step } from "../machine/progress.mts";
import type { Engine } from "../setup/engine/find.mts";
import { median, tally } from "./figures.mts";
import { containersProgram, idleProgram, openProgram, type Program } from "./program.mts";

const { startServer } = createRequire(import.meta.url)(
  `${clone}/dist/server`,
) as typeof import("../../server/index.ts");

const COUNT = 300;
const ROUNDS = 5;

/**
 * An `up` with nothing to do, of containers and of resources whose provider does nothing. They take turns, so that what
 * else the machine does meets both.
 */
export async function benchUnchanged(engine: Engine, pulumi: string): Promise<string> {
  await using server = await startServer({
    admin: { password: "a-password-for-the-bench" },
    engine: { url: engine.url },
  });
  await using containers = await openProgram(
    pulumi,
    containersProgram(COUNT, { networkMode: "none" }),
    server.env,
  );
  await using idle = await openProgram(pulumi, idleProgram(COUNT), {});
  await step(`Creating ${COUNT} containers`, () => up(containers));
  await step(`Creating ${COUNT} idle resources`, () => up(idle));

  const before = server.requests().length;
  const times = { containers: [] as number[], idle: [] as number[] };
  await step(`${ROUNDS} rounds of an unchanged up`, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      times.containers.push(await timeOf(() => up(containers, "--expect-no-changes")));
      times.idle.push(await timeOf(() => up(idle, "--expect-no-changes")));
    }
  });
  const upRequests = tally(server.requests().slice(before));

  const beforeRefresh = server.requests().length;
  await step(`Refresh of ${COUNT} containers`, () =>
    containers.run(["refresh", "--yes", "--skip-preview", "--expect-no-changes"]),
  );
  const refreshRequests = tally(server.requests().slice(beforeRefresh));
  await step(`Removing ${COUNT} containers`, () => containers.run(["destroy", "--yes", "--skip-preview"]));

  const [ours, floor] = [median(times.containers), median(times.idle)];
  return [
    `  ${COUNT} unchanged resources, median of ${ROUNDS}`,
    `  containers               ${seconds(ours).padStart(8)}  ${upRequests}`,
    `  idle resources           ${seconds(floor).padStart(8)}`,
    `  ratio                    ${(ours / floor).toFixed(2).padStart(8)}`,
    `  refresh of containers              ${refreshRequests}`,
  ].join("\n");
}

const up = (program: Program, ...more: string[]) => program.run(["up", "--yes", "--skip-preview", ...more]);

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await work();
  return performance.now() - since;
}
