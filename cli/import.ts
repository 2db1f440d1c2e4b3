import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isApiError, isConnectionError } from "../client";
import { type Connection, connect } from "../provider/connection";
import type { SettingTexts } from "../provider/core/connection-settings";
import { messageOf, ProviderError } from "../provider/core/errors";
import type { Properties } from "../provider/core/properties";
import { isEngineType } from "../provider/docker/importable";
import { type Files, importProject, type Written } from "./import/compose";
import { existing } from "./import/existing";
import { nextSteps } from "./import/next-steps";
import { program } from "./import/program";
import { fileEntry, IMPORTED_TYPES, type ImportedType, importFile, named } from "./import/resources";
import { commandSettings } from "./settings";
import { UsageError } from "./usage-error";

/** Imported only by name: whoever has containers has their images, most of which nobody manages. */
const ON_REQUEST: readonly ImportedType[] = ["Image"];
const USUAL = IMPORTED_TYPES.filter((type) => !ON_REQUEST.includes(type));
/** What is on an environment. */
const ON_ENVIRONMENT = USUAL.filter((type) => isEngineType(type) || type === "Stack" || type === "Webhook");

const HELP = `Usage: pulumi-portainer import [options]
       pulumi-portainer import --compose <file> [options]

Writes a Pulumi program and an import file for what is there, whoever made it. Nothing is changed.

With --compose the program is a ComposeProject of these files, and the import file has the networks, volumes and
containers that \`docker compose up\` has made of them: they go on running as they are. What differs from the files is named.

Options:
      --url <url>            The Portainer server [default: PORTAINER_URL]
  -k, --kind <class>         What to import; may be given again:
${wrapped(IMPORTED_TYPES)}
                             A Container brings the volumes and networks that it uses
                             [default: all but ${ON_REQUEST.join(", ")}; with --endpoint what is on the environment; with
                             --filter Container]
  -e, --endpoint <id|name>   Only what is on this environment; may be given again [default: all Docker environments]
  -f, --filter <key=value>   Only objects of an engine that its own filter finds, such as name=web or label=team=ops;
                             may be given again. Images know reference=nginx* instead of name
  -c, --compose <file>       Take over the Compose project of this file; may be given again, as -f of docker compose
  -p, --project <name>       The project's name [default: \`name\` in the files, else the name of their folder]
      --env-file <file>      Values of variables in the files; may be given again [default: .env beside the first file]
      --profile <name>       A profile that is active; may be given again
      --unsupported warn     Go on without the keys of the files that a ComposeProject does not carry out
      --secrets <file>       The values that Portainer never shows, as JSON: { "hub-password": "…" }
  -o, --out <folder>         Where to write imported.ts and import.json [default: .]
      --force                Overwrite them
      --help

Credentials: PORTAINER_API_KEY, or PORTAINER_USERNAME and PORTAINER_PASSWORD; TLS and more as for the provider.
What cannot be read (an engine that is down, what a standard user may not see) is named and left out; the rest is written.
`;

const OPTIONS = {
  url: { type: "string" },
  kind: { type: "string", short: "k", multiple: true, default: [] as string[] },
  endpoint: { type: "string", short: "e", multiple: true, default: [] as string[] },
  filter: { type: "string", short: "f", multiple: true, default: [] as string[] },
  compose: { type: "string", short: "c", multiple: true, default: [] as string[] },
  project: { type: "string", short: "p" },
  "env-file": { type: "string", multiple: true, default: [] as string[] },
  profile: { type: "string", multiple: true, default: [] as string[] },
  unsupported: { type: "string" },
  secrets: { type: "string" },
  out: { type: "string", short: "o", default: "." },
  force: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** `import.json` holds secrets as plaintext, so only its owner may read it, whatever file was there before. */
const PRIVATE = { mode: 0o600, flag: "wx" };

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

  const write = flags.compose.length > 0 ? composeImport(flags, files) : await objectImport(flags, files);
  const settings = commandSettings(flags.url);
  const connection = connect(settings);
  try {
    const written = await write(connection, settings);
    await mkdir(flags.out, { recursive: true });
    await writeFile(files.program, written.program);
    await rm(files.state, { force: true });
    await writeFile(files.state, written.state, PRIVATE);
    process.stdout.write(written.said);
  } catch (error) {
    if (!(error instanceof ProviderError || isApiError(error) || isConnectionError(error))) throw error;
    throw new UsageError(`${messageOf(error)}\nNothing was written.`);
  } finally {
    await connection.close();
  }
}

type Flags = ReturnType<typeof parse>;
type Import = (connection: Connection, settings: SettingTexts) => Promise<Written>;

async function objectImport(flags: Flags, files: Files): Promise<Import> {
  for (const flag of OF_COMPOSE)
    if (flags[flag] !== undefined && flags[flag].length > 0)
      throw new UsageError(`--${flag} belongs to --compose, which names the files of a Compose project.`);
  const types = kindsOf(flags);
  const filters = filtersOf(flags.filter);
  const known = await knownSecrets(flags.secrets);
  return async (connection) => {
    const resources = named(await existing(connection, { types, endpoints: flags.endpoint, filters }));
    if (resources.length === 0)
      throw new UsageError(
        `There is no ${types.length === 1 ? types[0] : "object"} to import; nothing was written.`,
      );
    const { text, secrets } = program(resources);
    return {
      program: text,
      state: importFile(resources.map((resource) => fileEntry(resource, known))),
      said: nextSteps(files, resources, secrets, known),
    };
  };
}

const OF_COMPOSE = ["project", "env-file", "profile", "unsupported"] as const;
const OF_OBJECTS = ["kind", "filter", "secrets"] as const;

function composeImport(flags: Flags, files: Files): Import {
  for (const flag of OF_OBJECTS)
    if (flags[flag] !== undefined && flags[flag].length > 0)
      throw new UsageError(`--${flag} and --compose exclude each other: the files say what is imported.`);
  const { unsupported } = flags;
  if (unsupported !== undefined && unsupported !== "warn")
    throw new UsageError(`--unsupported ${unsupported}: the only value is "warn".`);
  const choice = {
    files: flags.compose,
    projectName: flags.project,
    envFiles: flags["env-file"],
    profiles: flags.profile,
    unsupported,
    endpoints: flags.endpoint,
  } as const;
  return (connection, settings) => importProject(connection, settings, choice, files);
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

function kindsOf({ kind, endpoint, filter }: ReturnType<typeof parse>): readonly ImportedType[] {
  if (kind.length === 0) {
    if (filter.length > 0) return ["Container"];
    return endpoint.length > 0 ? ON_ENVIRONMENT : USUAL;
  }
  const plain = (text: string) => text.replaceAll("-", "").toLowerCase();
  const chosen = kind.map((text) => {
    const found = IMPORTED_TYPES.find((type) => plain(type) === plain(text));
    if (!found)
      throw new UsageError(
        `--kind ${text}: there is no such class; there are: ${IMPORTED_TYPES.join(", ")}.`,
      );
    return found;
  });
  if (filter.length > 0 && !chosen.some(isEngineType)) {
    throw new UsageError(
      `--filter: ${chosen.join(", ")} ${chosen.length === 1 ? "has" : "have"} no filters; only objects of an engine do, such as Container.`,
    );
  }
  return IMPORTED_TYPES.filter((type) => chosen.includes(type));
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

/** The classes, five on a line. */
function wrapped(types: readonly string[]): string {
  const lines: string[] = [];
  for (let first = 0; first < types.length; first += 5) {
    lines.push(`${" ".repeat(29)}${types.slice(first, first + 5).join(", ")}`);
  }
  return lines.join(",\n");
}
