import type { Tally } from "../test/tally.mts";

/** What the tests of containers said on one engine. */
export interface Outcome {
  title: string;
  version: string;
  tally: Tally;
}

/** The page of the documentation that tells on which engines the tests of containers have run. */
export function page(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(
    ({ title, version, tally }) =>
      `| ${title} | ${version} | ${tally.passed} | ${tally.failed} | ${tally.skipped.length} |`,
  );
  return `# Engines

The tests of containers (each argument created, read back silent, changed, removed; roll-outs with every failure; adoption) on Docker engines of several
generations, as \`npm run test:engines\` last found them. The last row's engine gives every container log options, ulimits, shared memory and an IPC mode of its own.

| Engine | Version | Passed | Failed | Skipped |
| --- | --- | --- | --- | --- |
${rows.join("\n")}
`;
}
