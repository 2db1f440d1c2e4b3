import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isApiError, isConnectionError } from "../client";
import { type Connection, connect } from "../provider/connection";
import { claimsOf } from "../provider/core/claims";
import { environmentName, gatherSettings } from "../provider/core/connection-settings";
import { messageOf, ProviderError } from "../provider/core/errors";
import { type Importable, importable } from "../provider/docker/importable";
import { program, type SecretVariable } from "./import/program";
import { type ImportedResource, importFile, named } from "./import/resources";
import { UsageError } from "./usage-error";

const HELP = `Usage: pulumi-portainer import [options]

Writes a Pulumi program and an import file for the containers that are there, whoever made them, and for the volumes and networks
that they have. Nothing is changed.

Options:
      --url <url>            The Portainer server [default: PORTAINER_URL]
  -e, --endpoint <id|name>   An environment; may be given again [default: all Docker environments]
  -f, --filter <key=value>   The engine's filter, such as name=web or label=team=ops; may be given again
  -o, --out <folder>         Where to write containers.ts and import.json [default: .]
      --force                Overwrite them
      --help

Credentials: PORTAINER_API_KEY, or PORTAINER_USERNAME and PORTAINER_PASSWORD; TLS and more as for the provider.
`;

const OPTIONS = {
  url: { type: "string" },
  endpoint: { type: "string", short: "e", multiple: true, default: [] as string[] },
  filter: { type: "string", short: "f", multiple: true, default: [] as string[] },
  out: { type: "string", short: "o", default: "." },
  force: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** `import.json` holds the values of environment variables, so only its owner may read it, whatever file was there before. */
const PRIVATE = { mode: 0o600, flag: "wx" };

/** Environment types that speak the Docker API: a local engine, an agent, an edge agent. */
const DOCKER_TYPES = [1, 2, 4];

export async function importContainers(args: string[]): Promise<void> {
  const flags = parse(args);
  if (flags.help) {
    process.stdout.write(HELP);
    return;
  }
  const files = { program: join(flags.out, "containers.ts"), state: join(flags.out, "import.json") };
  const existing = Object.values(files).filter((file) => existsSync(file));
  if (existing.length > 0 && !flags.force)
    throw new UsageError(
      `${existing.join(" and ")} would be overwritten: choose another --out, or say --force.`,
    );

  const connection = connect(
    gatherSettings({
      explicit: false,
      config: (key) => (key === "url" ? flags.url : undefined),
      environment: (key) => process.env[environmentName(key)],
    }),
  );
  try {
    const there = await importablesOf(connection, flags.endpoint, filtersOf(flags.filter));
    const resources = named(there);
    if (resources.length === 0) throw new UsageError("There is no container to import; nothing was written.");
    const { text, secrets } = program(resources);
    await mkdir(flags.out, { recursive: true });
    await writeFile(files.program, text);
    await rm(files.state, { force: true });
    await writeFile(files.state, importFile(resources), PRIVATE);
    process.stdout.write(nextSteps(files, resources, secrets));
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

async function importablesOf(
  connection: Connection,
  endpoints: readonly string[],
  filters: Readonly<Record<string, string[]>>,
): Promise<Importable[]> {
  const context = {
    name: "",
    urn: undefined,
    connection,
    claims: claimsOf({ holder: "import", urn: undefined }),
    signal: new AbortController().signal,
    progress: say,
    info: say,
    warn: say,
  };
  const all: Importable[] = [];
  for (const endpointId of await endpointIds(connection, endpoints)) {
    const found = await importable(context, endpointId, filters);
    for (const { name, reason } of found.skipped) say(`Left out: ${name}, ${reason}.`);
    all.push(found);
  }
  return all;
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
): string {
  const keep = secrets.map(({ config }) => `  pulumi config set --secret ${quoted(config)}`).join("\n");
  const before =
    secrets.length === 0
      ? ""
      : `\nValues that look secret are not in the program. Set each (import.json has it, as plaintext), it is asked for:\n${keep}\n`;
  const counts = (["container", "volume", "network"] as const).flatMap((kind) => {
    const count = resources.filter(({ type }) => type.toLowerCase() === kind).length;
    return count === 0 ? [] : [`${count} ${kind}${count === 1 ? "" : "s"}`];
  });
  return `${programFile}: ${counts.join(", ")}; import it from your program's index.ts.
${state}: the state that they are to have. It holds the values of environment variables: remove it afterwards.
${before}
Then:
  pulumi import --file ${quoted(state)} --generate-code=false
  pulumi preview
`;
}

const quoted = (text: string): string =>
  /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
