// `npm run test:engines`: the tests of containers on Docker engines of several generations, one after the other.
//
//   npm run test:engines                        all of them
//   npm run test:engines -- 28.5                those whose title begins so
//
// Writes what came out into docs/reference/engines.md. Needs root on a Debian-like system: the engines come from Debian.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Row } from "../../test/engine/container/rows.ts";
import { loadDefinitions } from "../docs/definitions.mts";
import { cacheFolder, clone } from "../machine/folders.mts";
import { cleanUpWhenInterrupted, INTERRUPTED_EXIT_CODE, interruption } from "../machine/interruption.mts";
import { say } from "../machine/progress.mts";
import { explain, SetUpError } from "../machine/set-up-error.mts";
import { ensureDebianRoot } from "../setup/engine/debian-root.mts";
import { privateEngine } from "../setup/engine/private-engine.mts";
import { ensureImages, IMAGE, OTHER_IMAGE } from "../setup/image/ensure.mts";
import { ensurePackage } from "../setup/package.mts";
import { ensureRegistry } from "../setup/registry.mts";
import { runJest } from "../test/jest.mts";
import { add, noTests, printTally } from "../test/tally.mts";
import { type Generation, generations } from "./generations.mts";
import { type Outcome, page } from "./page.mts";

const TESTS = ["--testPathPatterns", "test/engine/container", "test/engine/endpoint"];

cleanUpWhenInterrupted();
try {
  const wished = process.argv.slice(2);
  const chosen = generations.filter(
    ({ title }) => wished.length === 0 || wished.some((beginning) => title.startsWith(beginning)),
  );
  if (chosen.length === 0)
    throw new SetUpError(
      `There is no such engine; there are: ${generations.map(({ title }) => title).join(", ")}.`,
    );
  await ensurePackage();
  const outcomes: Outcome[] = [];
  for (const generation of chosen) outcomes.push(await outcomeOn(generation));
  if (chosen.length === generations.length)
    await writeFile(join(clone, "docs", "reference", "engines.md"), page(outcomes, await rowsOfMatrix()));
  for (const { title, version, tally } of outcomes)
    say(`${title} (${version}): ${tally.passed} passed, ${tally.failed} failed`);
  interruption.throwIfAborted();
  process.exitCode = printTally(outcomes.map(({ tally }) => tally).reduce(add, noTests));
} catch (error) {
  say(`\n${explain(error)}`);
  process.exitCode = interruption.aborted ? INTERRUPTED_EXIT_CODE : 1;
}

async function outcomeOn({ title, release, args = [], env = {} }: Generation): Promise<Outcome> {
  const root = await ensureDebianRoot(release);
  const engine = privateEngine(join(cacheFolder, "test-engines", release), { root, args, env });
  try {
    const started = await engine.start();
    await ensureImages(started);
    const images = { TEST_IMAGE: IMAGE, TEST_OTHER_IMAGE: OTHER_IMAGE };
    const parts = {
      TEST_ENGINE: started.url,
      ...images,
      TEST_REGISTRY: await ensureRegistry(),
      TEST_OWN_ENGINE: root,
    };
    const tally = await runJest(["engine"], TESTS, parts);
    const [version = "", apiVersion = ""] = started.version.split(", API ");
    return { title, version, apiVersion, tally };
  } finally {
    await engine.remove();
  }
}

async function rowsOfMatrix(): Promise<readonly Row[]> {
  const { containerMatrix } = await loadDefinitions(clone);
  return containerMatrix.rows;
}
