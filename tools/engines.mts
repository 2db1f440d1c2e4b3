// `npm run test:engines`: the engine suite, gateway included, on Docker engines of several generations, some at a time.
//
//   npm run test:engines                        all of them
//   npm run test:engines -- 28.5                those whose title begins so
//
// Writes what came out into docs/reference/engines.md, where the rows of other generations stay as they are. Needs root on a Debian-like system: the engines come from Debian.

import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Row } from "../test/engine/container/rows.ts";
import { loadDefinitions } from "./docs/definitions.mts";
import { cleanUpWhenInterrupted, INTERRUPTED_EXIT_CODE, interruption } from "./machine/command.mts";
import { cacheFolder, clone } from "./machine/folders.mts";
import { explain, SetUpError, say } from "./machine/progress.mts";
import type { Engine } from "./setup/engine/find.mts";
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
 * @param present the page as it is, from which the rows of other generations are taken.
 */
function page(outcomes: readonly Outcome[], rows: readonly Row[], present: string): string {
  const lines = generations.flatMap(({ title }) => {
    const outcome = outcomes.find((one) => one.title === title);
    const known = present.split("\n").find((line) => line.startsWith(`| ${title} |`));
    return outcome ? [rowOf(outcome, rows)] : (known ?? []);
  });
  return `# Engines

The tests of containers, volumes, networks and the server's gateway on Docker engines of several generations, as \`npm run test:engines\` last found
them: [the matrix](container-matrix.md) of all arguments, any program before and after a restart of the engine, roll-outs with every failure, changes in
place, adoption and ownership, registries, shared namespaces. An engine "with daemon defaults" gives every container log options, ulimits, shared memory
and an IPC mode of its own. The engine "from API 1.44 on" refuses older versions of the API, as Docker 29 does.

What an engine's API does not have yet is refused before anything is sent, and the test of that argument shows this.

| Engine | Version | Passed | Failed | Skipped | Refused arguments |
| --- | --- | --- | --- | --- | --- |
${lines.join("\n")}
`;
}

const rowOf = (
  { title, version, apiVersion, tally: { passed, failed, skipped } }: Outcome,
  rows: readonly Row[],
) =>
  tableRow(title, version, passed, failed, skipped.length, refusedBy(apiVersion, rows).join(", ") || "none");

const tableRow = (...cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;

function refusedBy(apiVersion: string, rows: readonly Row[]): string[] {
  const minor = (version: string): number => Number(version.split(".")[1]);
  return rows
    .filter(({ since }) => since !== undefined && minor(since) > minor(apiVersion))
    .map(({ argument, part }) => `\`${argument}\`${part ? ` (${part})` : ""}`);
}

/** How many generations are tested at once: the tests of one, four files at a time, keep two cores busy. */
const AT_ONCE = Math.max(1, Math.floor(availableParallelism() / 2));

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
  await using started = new AsyncDisposableStack();
  const engines: StartedGeneration[] = [];
  for (const generation of chosen) engines.push(started.use(await start(generation)));
  const outcomes = await inOrder(engines, AT_ONCE, outcomeOn);
  interruption.throwIfAborted();
  const file = join(clone, "docs", "reference", "engines.md");
  await writeFile(file, page(outcomes, await rowsOfMatrix(), await readFile(file, "utf8")));
  for (const { title, version, tally } of outcomes)
    say(`${title} (${version}): ${tally.passed} passed, ${tally.failed} failed`);
  process.exitCode = printTally(outcomes.map(({ tally }) => tally).reduce(add, noTests));
} catch (error) {
  say(`\n${explain(error)}`);
  process.exitCode = interruption.aborted ? INTERRUPTED_EXIT_CODE : 1;
}

interface StartedGeneration extends AsyncDisposable {
  readonly title: string;
  readonly engine: Engine;
  /** The root folder of the system that the engine belongs to. */
  readonly root: string;
}

/** Engines that start at the same moment would both take Docker's default bridge, so they start one by one. */
async function start({ title, release, args = [], env = {} }: Generation): Promise<StartedGeneration> {
  const root = await ensureDebianRoot(release);
  const folder = join(cacheFolder, "test-engines", title.replaceAll(/\W+/g, "-"));
  const own = privateEngine(folder, { root, args, env });
  return { title, root, engine: await own.start(), [Symbol.asyncDispose]: () => own.remove() };
}

async function outcomeOn({ title, engine, root }: StartedGeneration): Promise<Outcome> {
  await ensureImages(engine);
  const parts = {
    TEST_ENGINE: engine.url,
    TEST_IMAGE: IMAGE,
    TEST_OTHER_IMAGE: OTHER_IMAGE,
    TEST_REGISTRY: await ensureRegistry(),
    TEST_OWN_ENGINE: root,
  };
  const tally = await runJest(["engine"], TESTS, parts);
  const [version = "", apiVersion = ""] = engine.version.split(", API ");
  return { title, version, apiVersion, tally };
}

/** Runs the work for each item, at most `limit` at once. The results are in the order of the items. */
async function inOrder<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const next = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: limit }, next));
  return results;
}

async function rowsOfMatrix(): Promise<readonly Row[]> {
  const { containerMatrix } = await loadDefinitions(clone);
  return containerMatrix.rows;
}
