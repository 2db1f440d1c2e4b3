import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isApiError, isConnectionError } from "../client";
import { type Connection, connect } from "../provider/connection";
import { claimsOf } from "../provider/core/claims";
import type { Context } from "../provider/core/definition";
import { messageOf, ProviderError } from "../provider/core/errors";
import type { SkippedObject } from "../provider/core/importable";
import type { Properties } from "../provider/core/properties";
import { importableEngine } from "../provider/docker/importable";
import { importableObjects, isPortainerType, PORTAINER_TYPES } from "../provider/portainer/importable";
import { program, type SecretVariable } from "./import/program";
import { type ImportableOfType, type ImportedResource, importFile, named } from "./import/resources";
import { commandSettings } from "./settings";
import { UsageError } from "./usage-error";

const KINDS = [...PORTAINER_TYPES, "Container"] as const;
type Kind = (typeof KINDS)[number];

const HELP = `Usage: pulumi-portainer import [options]

Writes a Pulumi program and an import file for what is there, whoever made it. Nothing is changed.

Options:
      --url <url>            The Portainer server [default: PORTAINER_URL]
  -k, --kind <class>         What to import: ${KINDS.join(", ")};
                             may be given again. A Container brings the volumes and networks that it uses
                             [default: all; Container with --endpoint or --filter]
  -e, --endpoint <id|name>   Containers of this environment; may be given again [default: all Docker environments]
  -f, --filter <key=value>   Containers by the engine's filter, such as name=web or label=team=ops; may be given again
      --secrets <file>       The values that Portainer never shows, as JSON: { "hub-password": "…" }
  -o, --out <folder>         Where to write imported.ts and import.json [default: .]
      --force                Overwrite them
      --help

Credentials: PORTAINER_API_KEY, or PORTAINER_USERNAME and PORTAINER_PASSWORD; TLS and more as for the provider.
`;

const OPTIONS = {
  url: { type: "string" },
  kind: { type: "string", short: "k", multiple: true, default: [] as string[] },
  endpoint: { type: "string", short: "e", multiple: true, default: [] as string[] },
  filter: { type: "string", short: "f", multiple: true, default: [] as string[] },
  secrets: { type: "string" },
  out: { type: "string", short: "o", default: "." },
  force: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** `import.json` holds secrets as plaintext, so only its owner may read it, whatever file was there before. */
const PRIVATE = { mode: 0o600, flag: "wx" };

/** Environment types that speak the Docker API: a local engine, an agent, an edge agent. */
const DOCKER_TYPES = [1, 2, 4];

export async function importExisting(args: string[]): Promise<void> {
  const flags = parse(args);
  if (flags.help) {
    process.stdout.write(HELP);
    return;
  }
  const files = { program: join(flags.out, "imported.ts"), state: join(flags.out, "import.json") };
  const taken = Object.values(files).filter((file) => existsSync(file));
  if (taken.length > 0 && !flags.force)
    throw new UsageError(
      `${taken.join(" and ")} would be overwritten: choose another --out, or say --force.`,
    );

  const kinds = kindsOf(flags);
  const known = await knownSecrets(flags.secrets);
  const connection = connect(commandSettings(flags.url));
  try {
    const there = await existing(connection, kinds, flags.endpoint, filtersOf(flags.filter));
    const resources = named(there);
    if (resources.length === 0)
      throw new UsageError(
        `There is no ${kinds.length === 1 ? kinds[0] : "object"} to import; nothing was written.`,
      );
    const { text, secrets } = program(resources);
    await mkdir(flags.out, { recursive: true });
    await writeFile(files.program, text);
    await rm(files.state, { force: true });
    await writeFile(files.state, importFile(resources, known), PRIVATE);
    process.stdout.write(nextSteps(files, resources, secrets, known));
  } catch (error) {
    if (!(error instanceof ProviderError || isApiError(error) || isConnectionError(error))) throw error;
    throw new UsageError(`${messageOf(error)}\nNothing was written.`);
  } finally {
    await connection.close();
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\nSee pulumi-portainer import --help.`);
  }
}

/** `label=team=ops` is the filter `label` with the value `team=ops`. */
function filtersOf(texts: readonly string[]): Record<string, string[]> {
  const filters: Record<string, string[]> = {};
  for (const text of texts) {
    const [, key, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (key === undefined || value === undefined)
      throw new UsageError(`--filter ${text}: expected key=value, such as name=web or label=team=ops.`);
    filters[key] = [...(filters[key] ?? []), value];
  }
  return filters;
}

function kindsOf({ kind, endpoint, filter }: ReturnType<typeof parse>): readonly Kind[] {
  if (kind.length === 0) return endpoint.length + filter.length > 0 ? ["Container"] : KINDS;
  const chosen = kind.map((text) => {
    const found = KINDS.find((one) => one.toLowerCase() === text.replaceAll("-", "").toLowerCase());
    if (!found)
      throw new UsageError(`--kind ${text}: there is no such class; there are: ${KINDS.join(", ")}.`);
    return found;
  });
  return KINDS.filter((one) => chosen.includes(one));
}

/** The values that the server never shows, from a file: by their names in stack config. */
async function knownSecrets(file: string | undefined): Promise<Properties> {
  if (file === undefined) return {};
  try {
    return JSON.parse(await readFile(file, "utf8")) as Properties;
  } catch {
    // What the file holds is secret, and a parser's message quotes it.
    throw new UsageError(
      `--secrets ${file}: there is no such file, or it is no JSON such as { "hub-password": "…" }.`,
    );
  }
}

async function existing(
  connection: Connection,
  kinds: readonly Kind[],
  endpoints: readonly string[],
  filters: Readonly<Record<string, string[]>>,
): Promise<ImportableOfType[]> {
  const context: Context = {
    name: "",
    urn: undefined,
    connection,
    claims: claimsOf({ holder: "import", urn: undefined }),
    signal: new AbortController().signal,
    progress: say,
    info: say,
    warn: say,
  };
  const all: ImportableOfType[] = [];
  for (const kind of kinds.filter(isPortainerType)) {
    const { found, skipped } = await importableObjects(context, kind);
    all.push([kind, found]);
    sayLeftOut(skipped);
  }
  const stacks = all.flatMap(([type, objects]) => (type === "Stack" ? objects : []));
  if (!kinds.includes("Container")) return all;
  const engines = [];
  for (const endpointId of await endpointIds(connection, endpoints)) {
    const names = stacks
      .filter(({ inputs }) => inputs["endpointId"] === endpointId)
      .map(({ inputs }) => String(inputs["name"]));
    const engine = await importableEngine(context, endpointId, filters, names);
    engines.push(engine);
    sayLeftOut(engine.skipped);
  }
  return [
    ...all,
    ["Network", engines.flatMap(({ networks }) => networks)],
    ["Volume", engines.flatMap(({ volumes }) => volumes)],
    ["Container", engines.flatMap(({ containers }) => containers)],
  ];
}

function sayLeftOut(skipped: readonly SkippedObject[]): void {
  for (const { name, reason } of skipped) say(`Left out: ${name}, ${reason}.`);
}

async function endpointIds({ client, endpointId }: Connection, asked: readonly string[]): Promise<number[]> {
  const all = await client.endpoints.list({});
  const docker = all.filter(({ Type }) => DOCKER_TYPES.includes(Type));
  if (asked.length === 0)
    return docker.map(({ Id }) => Id).filter((id) => endpointId === undefined || id === endpointId);
  return asked.map((text) => {
    const found = docker.find(({ Id, Name }) => String(Id) === text || Name === text);
    if (found) return found.Id;
    const names = docker.map(({ Id, Name }) => `${Id} (${Name})`).join(", ");
    throw new UsageError(
      `--endpoint ${text}: there is no such Docker environment; there are: ${names || "none"}.`,
    );
  });
}

function say(message: string): void {
  process.stderr.write(`${message}\n`);
}

function nextSteps(
  { program: programFile, state }: { program: string; state: string },
  resources: readonly ImportedResource[],
  secrets: readonly SecretVariable[],
  known: Properties,
): string {
  const configs = (chosen: readonly SecretVariable[]) =>
    chosen.map(({ config }) => `  pulumi config set --secret ${quoted(config)}`).join("\n");
  const shown = secrets.filter(({ value, config }) => value !== undefined || known[config] !== undefined);
  const unknown = secrets.filter((secret) => !shown.includes(secret));
  const keep =
    shown.length === 0
      ? ""
      : `\nValues that look secret are not in the program. Set each (import.json has it, as plaintext), it is asked for:\n${configs(shown)}\n`;
  const ask =
    unknown.length === 0
      ? ""
      : `\nPortainer never shows these. Set each; the first preview shows it as a change, unless you run this again with --secrets:\n${configs(unknown)}\n`;
  const types = [...new Set(resources.map(({ type }) => type))];
  const counts = types.map((type) => {
    const count = resources.filter((one) => one.type === type).length;
    return `${count} ${plural(type, count)}`;
  });
  return `${programFile}: ${counts.join(", ")}; import it from your program's index.ts.
${state}: the state that they are to have. It holds secrets: remove it afterwards.
${keep}${ask}
Then:
  pulumi import --file ${quoted(state)} --generate-code=false
  pulumi preview
`;
}

const plural = (type: string, count: number): string =>
  count === 1 ? type : type.endsWith("y") ? `${type.slice(0, -1)}ies` : `${type}s`;

const quoted = (text: string): string =>
  /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
