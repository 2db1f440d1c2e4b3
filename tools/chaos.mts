// `npm run test:chaos`: the example installation through a proxy that does mischief at random, many times.
//
//   npm run test:chaos                50 runs, with the seeds 1 to 50
//   npm run test:chaos -- 10 100      10 runs, with the seeds 100 to 109
//
// A seed draws the same mischief again, though not for the same requests: their order is not fixed.

import { cleanUpWhenInterrupted, INTERRUPTED_EXIT_CODE, interruption } from "./machine/command.mts";
import { explain, SetUpError, say } from "./machine/progress.mts";
import { failedOnce, printTally } from "./test/jest.mts";
import { readArguments, runTests } from "./test/run-tests.mts";

cleanUpWhenInterrupted();
try {
  const [count = 50, first = 1] = process.argv.slice(2).map(Number);
  if (!(Number.isInteger(count) && count > 0 && Number.isInteger(first)))
    throw new SetUpError("Give two whole numbers: how many runs, and the first seed.");
  const seeds = Array.from({ length: count }, (_, index) => first + index);
  process.env["TEST_CHAOS_SEEDS"] = seeds.join(",");
  const tally = await runTests(readArguments(["test/stack/chaos.test.ts"]));
  interruption.throwIfAborted();
  process.exitCode = printTally(tally);
} catch (error) {
  say(`\n${explain(error)}`);
  process.exitCode = interruption.aborted ? INTERRUPTED_EXIT_CODE : printTally(failedOnce);
}
