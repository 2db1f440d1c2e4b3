import { join } from "node:path";
import type { Route, Routes } from "../../contract/route.ts";
import { run } from "../machine/command.mts";
import type { Recording } from "./recordings.mts";

/** Where the server finds which recorded conversations use which operation. */
export const RECORDED_FILE = "server/openapi/recorded.ts";

/** Nearly every conversation logs in; those that use an operation most say most of it. */
const NAMED = 6;

/** The text of that file: the recordings themselves are not in the package. */
export async function recordedSource(
  clone: string,
  recordings: readonly Recording[],
  contract: Readonly<Record<string, Routes>>,
): Promise<string> {
  const operations = operationsOf(contract);
  const uses = new Map(operations.map(({ id }) => [id, new Map<string, number>()]));
  for (const { name, steps } of recordings)
    for (const { method, path } of steps) {
      const operation = operations.find((it) => it.method === method && it.pattern.test(path));
      const counts = uses.get(operation?.id ?? "");
      counts?.set(name, (counts.get(name) ?? 0) + 1);
    }
  const entries = [...uses]
    .filter(([, counts]) => counts.size > 0)
    .map(([id, counts]) => `  ${JSON.stringify(id)}: ${JSON.stringify(mostUsed(counts).join(" "))},\n`);
  const source = `// Written by \`npm run docs\` from test/twin/recordings. Do not edit.

/** The recorded conversations that use an operation, by its name. */
export const RECORDED: Readonly<Record<string, string>> = {
${entries.join("")}};
`;
  const biome = join(clone, "node_modules", ".bin", "biome");
  return run(biome, ["format", `--stdin-file-path=${RECORDED_FILE}`], { cwd: clone, input: source });
}

const mostUsed = (counts: ReadonlyMap<string, number>): string[] =>
  [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, NAMED)
    .map(([name]) => name);

/** Paths without parameters first, as the server looks for them. */
function operationsOf(contract: Readonly<Record<string, Routes>>) {
  const routes = Object.entries(contract).flatMap(([entity, it]) =>
    Object.entries(it).map(([name, route]): [string, Route] => [`${entity}.${name}`, route]),
  );
  return routes
    .map(([id, { method, path }]) => ({
      id,
      method,
      parameters: path.split("/:").length,
      pattern: new RegExp(`^/api${path.replaceAll(/:\w+/g, "[^/?]+")}(?:\\?|$)`),
    }))
    .sort((a, b) => a.parameters - b.parameters);
}
