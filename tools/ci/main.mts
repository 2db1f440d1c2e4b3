// `.ci/run`: what must hold before a change is taken. Each check counts as one test beside the tests themselves.

import { join } from "node:path";
import { run } from "../machine/command.mts";
import { clone } from "../machine/folders.mts";
import { cleanUpWhenInterrupted, INTERRUPTED_EXIT_CODE, interruption } from "../machine/interruption.mts";
import { say, step } from "../machine/progress.mts";
import { explain } from "../machine/set-up-error.mts";
import { checkPackage } from "../package/check.mts";
import { readArguments } from "../test/arguments.mts";
import { runTests } from "../test/run-tests.mts";
import { add, failedOnce, noTests, passedOnce, printTally, type Tally } from "../test/tally.mts";

const checks: [string, () => Promise<unknown>][] = [
  ["Lint", () => run("npm", ["run", "lint"], { cwd: clone })],
  ["Types", () => run("npm", ["run", "typecheck"], { cwd: clone })],
  ["Types of the tools", () => run("tsc", ["-p", join(clone, "tools")], { cwd: clone })],
];

cleanUpWhenInterrupted();
let tally = noTests;
for (const [title, check] of checks) tally = add(tally, await outcomeOf(() => step(title, check)));
tally = add(tally, await outcomeOf(checkPackage));
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
