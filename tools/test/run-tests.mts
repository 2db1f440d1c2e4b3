import { SetUpError } from "../machine/progress.mts";
import { noTests, runJest, type Tally } from "./jest.mts";
import { allSuites, isSuite, type Suite, setUp, suites } from "./set-up.mts";

interface Arguments {
  suites: Suite[];
  /** Everything but `--selectProjects`, for Jest. */
  forJest: string[];
}

/** Suites are chosen by `--selectProjects a b`, else by paths below `test/<suite>/`, else all of them. */
export function readArguments(args: readonly string[]): Arguments {
  const flag = args.indexOf("--selectProjects");
  if (flag === -1) return { suites: suitesOfPaths(args), forJest: [...args] };
  const rest = args.slice(flag + 1);
  const end = rest.findIndex((argument) => argument.startsWith("-"));
  const names = end === -1 ? rest : rest.slice(0, end);
  const unknown = names.find((name) => !isSuite(name));
  if (unknown !== undefined || names.length === 0) {
    throw new SetUpError(`--selectProjects ${unknown ?? ""}: the suites are ${allSuites.join(", ")}`);
  }
  return { suites: names.filter(isSuite), forJest: [...args.slice(0, flag), ...rest.slice(names.length)] };
}

function suitesOfPaths(args: readonly string[]): Suite[] {
  const named = args.flatMap((argument) => /(?:^|\/)test\/(\w+)/.exec(argument)?.[1] ?? []).filter(isSuite);
  return named.length > 0 ? [...new Set(named)] : allSuites;
}

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
