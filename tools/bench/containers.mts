import { createRequire } from "node:module";
import { clone } from "../machine/folders.mts";
import { seconds, step } from "../machine/progress.mts";
import type { Engine } from "../setup/engine/find.mts";
import { plainScript } from "./plain-script.mts";
import { openProgram } from "./program.mts";
import { tally } from "./requests.mts";
import { COUNT, containersProgram } from "./workload.mts";

const { startServer } = createRequire(import.meta.url)(
  `${clone}/dist/server`,
) as typeof import("../../server/index.ts");

/** A hundred containers through Pulumi, and the same calls by a plain script, on the same server and engine. */
export async function benchContainers(engine: Engine, pulumi: string): Promise<string> {
  await using server = await startServer({
    admin: { password: "a-password-for-the-bench" },
    engine: { url: engine.url },
  });
  await using program = await openProgram(pulumi, containersProgram(COUNT), server.env);
  const lines: string[] = [];

  const measure = async (title: string, work: () => Promise<unknown>) => {
    const since = Date.now();
    const before = server.requests().length;
    await step(title, work);
    const requests = tally(server.requests().slice(before));
    lines.push(`  ${title.padEnd(24)} ${seconds(Date.now() - since).padStart(8)}  ${requests}`);
  };

  await measure("pulumi up", () => program.run(["up", "--yes", "--skip-preview"]));
  await measure("pulumi up, unchanged", () =>
    program.run(["up", "--yes", "--skip-preview", "--expect-no-changes"]),
  );
  await measure("pulumi refresh", () => program.run(["refresh", "--yes", "--skip-preview"]));
  await measure("pulumi destroy", () => program.run(["destroy", "--yes", "--skip-preview"]));
  const plain = plainScript(server);
  await measure("plain script, create", plain.create);
  await measure("plain script, delete", plain.remove);
  return [`  ${COUNT} containers`, ...lines].join("\n");
}
