// `npm run bench`: what the package costs who installs and imports it, what a hundred containers cost and three hundred unchanged
// ones, what the two doors cost beside each other, and how fast the server is beside nginx. `npm run bench -- server` measures one part. What is missing is set up as
// `npm test` does.

import { cleanUpWhenInterrupted } from "../machine/command.mts";
import { explain, SetUpError, say } from "../machine/progress.mts";
import type { Engine } from "../setup/engine/find.mts";
import { ensureEngine } from "../setup/engine/install.mts";
import { reserveThrowawayEngine } from "../setup/engine/private-engine.mts";
import { ensureImages } from "../setup/image.mts";
import { ensurePackage } from "../setup/package.mts";
import { ensurePulumi } from "../setup/pulumi/ensure.mts";
import { benchContainers } from "./containers.mts";
import { benchDoors } from "./doors.mts";
import { measureImport, measureInstallation } from "./installation.mts";
import { benchServer } from "./server.mts";
import { benchUnchanged } from "./unchanged.mts";

type Part = () => Promise<string>;

const onEngine =
  (bench: (engine: Engine) => Promise<string>): Part =>
  async () => {
    await using own = await reserveThrowawayEngine("test");
    const engine = await ensureEngine(own.engine);
    await ensureImages(engine);
    return await bench(engine);
  };

const parts: Readonly<Record<string, Part>> = {
  size: measureInstallation,
  import: measureImport,
  containers: onEngine(async (engine) => await benchContainers(engine, await ensurePulumi())),
  unchanged: onEngine(async (engine) => await benchUnchanged(engine, await ensurePulumi())),
  doors: onEngine(async (engine) => await benchDoors(engine, await ensurePulumi())),
  server: onEngine(benchServer),
};

cleanUpWhenInterrupted();
try {
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !(name in parts));
  if (unknown !== undefined)
    throw new SetUpError(`There is no part ${unknown}; there are: ${Object.keys(parts).join(", ")}.`);
  await ensurePackage();
  for (const [name, part] of Object.entries(parts)) {
    if (asked.length === 0 || asked.includes(name)) say(await part());
  }
} catch (error) {
  say(explain(error));
  process.exitCode = 1;
}
