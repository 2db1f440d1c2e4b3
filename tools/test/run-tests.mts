import type { Arguments } from "./arguments.mts";
import { runJest } from "./jest.mts";
import { setUp } from "./set-up.mts";
import { type Suite, suites } from "./suites.mts";
import { noTests, type Tally } from "./tally.mts";

export async function runTests({ suites: chosen, forJest }: Arguments): Promise<Tally> {
  await using parts = await setUp(chosen);
  const missing = (suite: Suite) => suites[suite].needs.flatMap((part) => parts.missing[part] ?? [])[0];
  const possible = chosen.filter((suite) => !missing(suite));
  const impossible = chosen.flatMap((suite) => {
    const what = missing(suite);
    return what ? [`suite ${suite}: ${what}`] : [];
  });
  const tally = possible.length > 0 ? await runJest(possible, forJest, parts.environment) : noTests;
  return { ...tally, skipped: [...tally.skipped, ...impossible] };
}
