import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { quickstartFolder } from "../machine/folders.mts";
import { say, step } from "../machine/progress.mts";
import { ensurePackage } from "../setup/package.mts";
import { ensurePulumi } from "../setup/pulumi/ensure.mts";
import { ensureQuickstartEngine, quickstartEngine } from "./engine.mts";
import { ensureServer, stopServer } from "./server.mts";
import { readSettings } from "./settings.mts";
import { bootstrapStack, example, stackName } from "./stack.mts";

/** Takes down what the quick start made, in reverse order. What runs besides it is never touched. */
export async function destroy(): Promise<void> {
  if (!existsSync(quickstartFolder)) return say("There is nothing to remove.");
  if (existsSync(join(quickstartFolder, "pulumi"))) await destroyStack();
  await stopServer();
  if (quickstartEngine.exists()) await quickstartEngine.remove();
  await step("Removing its state", async () => {
    await rm(quickstartFolder, { recursive: true, force: true });
    await rm(join(example, `Pulumi.${stackName}.yaml`), { force: true });
  });
}

/** The stack is destroyed through the server and on the engine it was made with, so both must run, even if they no longer did. */
async function destroyStack(): Promise<void> {
  await ensurePackage();
  const engine = await ensureQuickstartEngine();
  const pulumi = await ensurePulumi();
  const settings = await readSettings();
  const server = await ensureServer(settings);
  const stack = await bootstrapStack({ pulumi, engine, server, settings });
  await stack.destroy();
}
