import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Route, Routes } from "../../contract/route.ts";
import { run } from "../machine/command.mts";
import { page, table } from "./pages.mts";

/** What the documentation says of a recorded conversation. */
interface Recording {
  readonly name: string;
  readonly area: string;
  readonly steps: readonly RecordedStep[];
}

interface RecordedStep {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** Played, and not judged. */
  readonly nocheck?: boolean;
  /** Why a better answer than Portainer's is right here. */
  readonly quirk?: string;
  readonly expect?: { readonly status: number };
}

export async function readRecordings(clone: string): Promise<Recording[]> {
  const folder = join(clone, "test", "twin", "recordings");
  const files = (await readdir(folder)).sort();
  return Promise.all(
    files.map(async (file) => JSON.parse(await readFile(join(folder, file), "utf8")) as Recording),
  );
}

/** What is decided of recorded steps, by conversation and step. */
export interface Decided {
  /** Where the answer differs. */
  readonly differing: Readonly<Record<string, string>>;
  /** Where it differs in what no client can rely on. */
  readonly soft: Readonly<Record<string, string>>;
}

interface Played extends RecordedStep {
  /** Conversation and step. */
  readonly name: string;
  readonly area: string;
}

const COMMANDS = `\`\`\`sh
npm run twin -- -t tags-crud
TWIN_START='portainer --bind 127.0.0.1:{port} --data {data}' npm run twin
TWIN_URL=http://127.0.0.1:9000 TWIN_RESET='./make-it-fresh' npm run twin
\`\`\``;

/** What the twin suite finds; it fails where it finds anything else. */
export function conformancePage(recordings: readonly Recording[], { differing, soft }: Decided): string {
  const steps = recordings.flatMap(({ name, area, steps }) =>
    steps
      .filter(({ nocheck }) => !nocheck)
      .map((step): Played => ({ ...step, name: `${name}/${step.id}`, area })),
  );
  const differs = ({ name }: Played) => name in differing;
  const odd = steps.filter(({ quirk }) => quirk);
  const followed = odd.filter((step) => !differs(step));
  return page(
    "Conformance",
    `A real Portainer 2.23.0 was recorded in front of a real Docker engine: ${recordings.length} conversations, ${steps.length} steps that are judged in status, headers, body and message. This server answers ${steps.length - steps.filter(differs).length} of them as Portainer does. The others Portainer itself answers oddly.`,
    "`npm run twin` plays them, in a clone of the repository, against this server. It is part of `npm test`, and fails where this page is not true. Every conversation begins with a fresh server, so other servers are played against by a command that starts one:",
    COMMANDS,
    areaTable(recordings, steps, differs),
    "## Where it answers otherwise",
    table(
      ["Step", "Request", "Portainer", "This server"],
      odd.filter(differs).map((step) => [...cellsOf(step), differing[step.name] ?? ""]),
    ),
    "## Odd, and followed all the same",
    table(["Step", "Request", "Portainer"], followed.map(cellsOf)),
    "## Differences that no client can rely on",
    "The status and `message` of these are the same.",
    table(
      ["Step", "Request", "Portainer", "This server"],
      steps.filter(({ name }) => name in soft).map((step) => [...cellsOf(step), soft[step.name] ?? ""]),
    ),
  );
}

function areaTable(
  recordings: readonly Recording[],
  steps: readonly Played[],
  differs: (step: Played) => boolean,
): string {
  const areas = [...new Set(recordings.map(({ area }) => area))].sort();
  const rows = areas.map((area) => {
    const own = steps.filter((step) => step.area === area);
    const conversations = recordings.filter((recording) => recording.area === area).length;
    return [area, conversations, own.length, own.length - own.filter(differs).length].map(String);
  });
  return table(["Area", "Conversations", "Steps", "The same"], rows);
}

function cellsOf({ name, method, path, expect, quirk }: Played): string[] {
  const request = `\`${method} ${path.replace(/^\/api/, "")}\``;
  return [name, request, quirk ? `${expect?.status}: ${quirk}` : String(expect?.status ?? "")];
}

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
