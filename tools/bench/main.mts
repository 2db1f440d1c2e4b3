// `npm run bench`: what the package costs who installs and imports it, what a hundred
// containers cost, and what three hundred unchanged ones do. Needs what the stack
// suite needs, and sets it up as `npm test` does.

import { cleanUpWhenInterrupted } from "../machine/interruption.mts";
import { say } from "../machine/progress.mts";
import { explain } from "../machine/set-up-error.mts";
import { ensureEngine } from "../setup/engine/ensure.mts";
import { reserveThrowawayEngine } from "../setup/engine/throwaway-engine.mts";
import { ensureImages } from "../setup/image/ensure.mts";
import { ensurePackage } from "../setup/package.mts";
import { ensurePulumi } from "../setup/pulumi/ensure.mts";
import { benchContainers } from "./containers.mts";
import { measureImport } from "./import-time.mts";
import { measureInstallation } from "./installation.mts";
import { benchUnchanged } from "./unchanged.mts";

cleanUpWhenInterrupted();
try {
  await ensurePackage();
  say(await measureInstallation());
  say(await measureImport());

  await using own = await reserveThrowawayEngine("test");
  const engine = await ensureEngine(own.engine);
  await ensureImages(engine);
  const pulumi = await ensurePulumi();
  say(await benchContainers(engine, pulumi));
  say(await benchUnchanged(engine, pulumi));
} catch (error) {
  say(explain(error));
  process.exitCode = 1;
}
