// `npm run test:engines`: the engine suite, gateway included, on Docker engines of several generations, one after the other.
//
//   npm run test:engines                        all of them
//   npm run test:engines -- 28.5                those whose title begins so
//
// Writes what came out into docs/reference/engines.md. Needs root on a Debian-like system: the engines come from Debian.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Row } from "../test/engine/container/rows.ts";
import { loadDefinitions } from "./docs/definitions.mts";
import { cleanUpWhenInterrupted, INTERRUPTED_EXIT_CODE, interruption } from "./machine/command.mts";
import { cacheFolder, clone } from "./machine/folders.mts";
import { explain, SetUpError, say } from "./machine/progress.mts";
import { ensureDebianRoot } from "./setup/engine/other-root.mts";
import { DAEMON_DEFAULTS, privateEngine } from "./setup/engine/private-engine.mts";
import { ensureImages, IMAGE, OTHER_IMAGE } from "./setup/image.mts";
import { ensurePackage } from "./setup/package.mts";
import { ensureRegistry } from "./setup/registry.mts";
import { add, noTests, printTally, runJest, type Tally } from "./test/jest.mts";

interface Generation {
  /** What a person calls it. */
  title: string;
  /** The Debian release that has it. */
  release: string;
  /** Further arguments of `dockerd`. */
  args?: readonly string[];
  /** Variables of `dockerd`. */
  env?: Readonly<Record<string, string>>;
}

const generations: readonly Generation[] = [
  { title: "20.10", release: "bookworm" },
  { title: "26.1", release: "trixie" },
  { title: "28.5", release: "sid" },
  { title: "28.5 with daemon defaults", release: "sid", args: DAEMON_DEFAULTS },
  // Docker 29 speaks no older API either.
  { title: "28.5 from API 1.44 on", release: "sid", env: { DOCKER_MIN_API_VERSION: "1.44" } },
];

/** What the tests of containers said on one engine. */
interface Outcome {
  title: string;
  version: string;
  /** The Docker API that it speaks, `"1.41"`. */
  apiVersion: string;
  tally: Tally;
}

/**
 * The page of the documentation that tells on which engines the tests of containers have run.
 *
 * @param rows the matrix of arguments, which is among these tests.
 */
function page(outcomes: readonly Outcome[], rows: readonly Row[]): string {
  const lines = outcomes.map(({ title, version, apiVersion, tally: { passed, failed, skipped } }) =>
    tableRow(
      title,
      version,
      passed,
      failed,
      skipped.length,
      refusedBy(apiVersion, rows).join(", ") || "none",
    ),
  );
  return `# Engines

The tests of containers on Docker engines of several generations, as \`npm run test:engines\` last found them: [the matrix](container-matrix.md) of all arguments, any
program before and after a restart of the engine, roll-outs with every failure, changes in place, adoption, registries, shared namespaces. The last
row's engine gives every container log options, ulimits, shared memory and an IPC mode of its own.

What an engine's API does not have yet is refused before anything is sent, and the test of that argument shows this.

| Engine | Version | Passed | Failed | Skipped | Refused arguments |
| --- | --- | --- | --- | --- | --- |
${lines.join("\n")}
`;
}

const tableRow = (...cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;

function refusedBy(apiVersion: string, rows: readonly Row[]): string[] {
  const minor = (version: string): number => Number(version.split(".")[1]);
  return rows
    .filter(({ since }) => since !== undefined && minor(since) > minor(apiVersion))
    .map(({ argument, part }) => `\`${argument}\`${part ? ` (${part})` : ""}`);
}

/** All that needs an engine, but for the docker command: this machine's does not speak the API of every generation. */
const TESTS = ["--testPathPatterns", "test/engine", "--testPathIgnorePatterns", "gateway/docker-cli"];

cleanUpWhenInterrupted();
try {
  const asked = process.argv.slice(2);
  const chosen = generations.filter(
    ({ title }) => asked.length === 0 || asked.some((beginning) => title.startsWith(beginning)),
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
