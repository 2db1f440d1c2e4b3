import type { Row } from "../../test/engine/container/rows.ts";
import type { Tally } from "../test/tally.mts";

/** What the tests of containers said on one engine. */
export interface Outcome {
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
export function page(outcomes: readonly Outcome[], rows: readonly Row[]): string {
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
