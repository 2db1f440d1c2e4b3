import { mkdir } from "node:fs/promises";
import { quickstartFolder } from "../machine/folders.mts";
import { say } from "../machine/progress.mts";
import { ensureImages } from "../setup/image/ensure.mts";
import { ensurePackage } from "../setup/package.mts";
import { ensurePulumi } from "../setup/pulumi/ensure.mts";
import { confirm } from "./confirm.mts";
import { ensureQuickstartEngine } from "./engine.mts";
import { answers, waitForPage } from "./page.mts";
import { planOf } from "./plan.mts";
import { ensureServer } from "./server.mts";
import { readSettings } from "./settings.mts";
import { bootstrapStack } from "./stack.mts";
import { printSummary } from "./summary.mts";

export async function deploy(yes: boolean): Promise<void> {
  if (!(await confirm(await planOf(), yes))) return say("Nothing was installed.");

  await mkdir(quickstartFolder, { recursive: true, mode: 0o700 });
  await ensurePackage();
  const engine = await ensureQuickstartEngine();
  await ensureImages(engine);
  const pulumi = await ensurePulumi();

  const settings = await readSettings();
  const server = await ensureServer(settings);
  const stack = await bootstrapStack({ pulumi, engine, server, settings });
  const { changed } = await stack.up();
  if (!changed && !(await answers(settings.containerPort))) await stack.repair();
  const page = await waitForPage(settings.containerPort);
  if (changed) await stack.upWithoutChange();

  printSummary({ server, settings, page, environmentFile: stack.environmentFile });
}
