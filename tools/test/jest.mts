import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { show } from "../machine/command.mts";
import { clone, ownNode } from "../machine/folders.mts";
import { say } from "../machine/progress.mts";
import type { Suite } from "./set-up.mts";

export interface Tally {
  passed: number;
  failed: number;
  skipped: string[];
}

export const noTests: Tally = { passed: 0, failed: 0, skipped: [] };
export const passedOnce: Tally = { ...noTests, passed: 1 };
export const failedOnce: Tally = { ...noTests, failed: 1 };

export function add(one: Tally, other: Tally): Tally {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: [...one.skipped, ...other.skipped],
  };
}

/** What is read of the file that `jest --json` writes. */
interface JestReport {
  numPassedTests: number;
  numFailedTests: number;
  /** Test files that failed before their first test. */
  numRuntimeErrorTestSuites: number;
  testResults: { assertionResults: { fullName: string; status: string }[] }[];
}

/** A Jest that fails without a failed test (a bad configuration, a broken global set-up) counts as one failure. */
function tallyOf(exitCode: number, report: JestReport | undefined): Tally {
  if (!report) return failedOnce;
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  return {
    passed: report.numPassedTests,
    failed: exitCode !== 0 && failed === 0 ? 1 : failed,
    skipped: report.testResults.flatMap(({ assertionResults }) =>
      assertionResults
        .filter(({ status }) => status !== "passed" && status !== "failed")
        .map(({ fullName }) => fullName),
    ),
  };
}

/** Prints what was skipped and the last line, and returns the exit code. In CI nothing may be skipped. */
export function printTally({ passed, failed, skipped }: Tally): number {
  const { CI } = process.env;
  const inCi = CI === "true";
  say();
  for (const what of skipped) say(`skipped${inCi ? ", which is a failure in CI" : ""}: ${what}`);
  const failures = failed + (inCi ? skipped.length : 0);
  say(`${passed} passed, ${failures} failed`);
  return failures === 0 ? 0 : 1;
}

export async function runJest(
  suites: readonly Suite[],
  args: readonly string[],
  parts: Record<string, string>,
): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-portainer-jest-"));
  const report = join(folder, "report.json");
  const jest = join(clone, "node_modules", "jest", "bin", "jest.js");
  try {
    const chosen = ["--config", "jest.config.js", "--selectProjects", ...suites];
    const exitCode = await show(ownNode, [jest, ...chosen, "--json", "--outputFile", report, ...args], {
      cwd: clone,
      env: { ...process.env, ...parts },
    });
    return tallyOf(exitCode, await readReport(report));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readReport(file: string): Promise<JestReport | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as JestReport);
}
