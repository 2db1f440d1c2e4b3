// `.ci/run`: what must hold before a change is taken. Each check counts as one test beside the tests themselves.

import { join } from "node:path";
import { cleanUpWhenInterrupted, INTERRUPTED_EXIT_CODE, interruption, run } from "./machine/command.mts";
import { clone } from "./machine/folders.mts";
import { explain, say, step } from "./machine/progress.mts";
import { checkPackage } from "./package/check.mts";
import { add, failedOnce, noTests, passedOnce, printTally, type Tally } from "./test/jest.mts";
import { readArguments, runTests } from "./test/run-tests.mts";

const npmRun = (script: string) => run("npm", ["run", "--silent", script], { cwd: clone });

const checks: (() => Promise<unknown>)[] = [
  checkPackage,
  () => step("Lint", () => npmRun("lint")),
  () => step("Types", () => npmRun("typecheck")),
  () => step("Types of the tools", () => run("tsc", ["-p", join(clone, "tools")], { cwd: clone })),
];

cleanUpWhenInterrupted();
let tally = noTests;
for (const check of checks) tally = add(tally, await outcomeOf(check));
tally = add(tally, await testOutcome());
process.exitCode = interruption.aborted ? INTERRUPTED_EXIT_CODE : printTally(tally);

async function outcomeOf(check: () => Promise<unknown>): Promise<Tally> {
  try {
    await check();
    return passedOnce;
  } catch (error) {
    say(explain(error));
    return failedOnce;
  }
}

async function testOutcome(): Promise<Tally> {
  try {
    return await runTests(readArguments([]));
  } catch (error) {
    say(explain(error));
    return failedOnce;
  }
}
