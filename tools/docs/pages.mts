import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Route, Routes } from "../../contract/route.ts";
import { blocksOf, convertedExample } from "../schema/examples.mts";
import { packageSchema } from "../schema/package.mts";
import type { PackageSpec } from "../schema/spec.mts";
import type { Definitions } from "./definitions.mts";
import { elsewhereRows, MATRIX_HEAD, matrixRows } from "./matrix.mts";
import { kebabCase, type Resource } from "./resources.mts";
import { type Entry, readTypes, type Types } from "./types.mts";

/** One entity of the API with its operations. */
interface Entity {
  readonly name: string;
  readonly prefix: string;
  readonly routes: Routes;
}

/** The rows of an entity's table: method and path, who may call it, what it does, what proved it. */
function rowsOf({ prefix, routes }: Entity): string[][] {
  return Object.values(routes).map((route) => [
    `\`${route.method} ${prefix}${route.path}\``,
    route.access,
    route.summary,
    [proofOf(route), ageOf(route)].filter(Boolean).join("; "),
  ]);
}

/** How many operations there are, and how many are proved in which way. */
function tally(entities: readonly Entity[]): string {
  const proofs = entities.flatMap(({ routes }) => Object.values(routes).map(proofOf));
  const count = (start: string) => proofs.filter((proof) => proof.startsWith(start)).length;
  return `${proofs.length} operations: ${count("live")} seen live, ${count("source")} read in the source, ${count("ours")} our own, ${count("no")} not verified.`;
}

const ageOf = ({ since, until }: Route): string =>
  (since && `since ${since}`) || (until && `until ${until}`) || "";

const proofOf = ({ verified }: Route): string =>
  typeof verified === "object" ? `${verified.by} ${verified.version}` : verified || "no";

const NOTICE = "<!-- Written by `npm run docs` from the sources. Do not edit. -->";

/** A page of the reference, from its title and its parts. */
export function page(title: string, ...parts: readonly string[]): string {
  return `${[NOTICE, `# ${title}`, ...parts.filter((part) => part !== "")].join("\n\n")}\n`;
}

/** A table, without the columns that are empty in every row. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const kept = head.map((_, column) => rows.some((row) => row[column] !== ""));
  const line = (cells: readonly string[]) =>
    `| ${cells.filter((_, column) => kept[column]).join(" | ")} |`.replaceAll("|  |", "| |");
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const PROVIDER = "sdk/provider.ts";

/** A component is no resource of the provider: its arguments are declared by the SDK, and have no kind of change. */
interface Component {
  readonly name: string;
  /** What it is, for the overview. */
  readonly summary: string;
  /** What the page says before the arguments. */
  readonly lead: string;
  /** Types of the SDK that its properties consist of, and the headings of their tables. */
  readonly inner: Readonly<Record<string, string>>;
}

const COMPONENTS: readonly Component[] = [
  {
    name: "Bootstrap",
    summary: "A new server made ready: its administrator, an API key, a Provider and environments",
    lead: "Besides these arguments it takes how the server is reached as a [Provider](provider.md) does: `url`, `caCert`, `headers` and so on, but neither credentials nor `endpointId`. How to use it is told in [Bootstrap](../guides/bootstrap.md).",
    inner: {},
  },
  {
    name: "ComposeProject",
    summary: "A Compose file as resources, each with its own preview and roll-out",
    lead: "What each key of a Compose file becomes is told in [Compose files](../guides/compose.md).",
    inner: { ComposeServiceResources: "services[name]" },
  },
];

const sourceOf = (name: string): string => `sdk/${kebabCase(name)}.ts`;
const SERVER_OPTIONS = "server/options.ts";
const FUNCTIONS = "sdk/functions.ts";
const FUNCTION_SCHEMAS = "provider/functions/index.ts";

const LEGEND = `What a change does: **in place** changes the object that is there, **recreated** puts a new engine container in its place within
the update and goes back if that fails, **replaced** shows as a replacement in Pulumi, **none** says that the argument only tells the
provider how to go about its work.`;

const SPELLING = `Names are spelt here as TypeScript, YAML and Java have them. Python has them in snake case (\`endpoint_id\`, \`portainer.get_tag\`), also inside
objects; Go and .NET begin each with a capital (\`EndpointId\`). Names of classes and the keys of maps, such as \`env\` and \`labels\`, are the same everywhere.
Where TypeScript takes a resource as an argument, the other languages take its id: \`\${paris.id}\` in YAML, \`paris.id\` in Python.`;

/** Sentences that the column "Change" says already. */
const SAID_BY_CHANGE = / ?A change (?:recreates the container|recreates|does nothing by itself)\./g;

/** All pages of the reference, by file name. */
export function referencePages(clone: string, definitions: Definitions): Map<string, string> {
  const { resources } = definitions;
  const files = [
    ...resources.flatMap(({ sdk, provider }) => [sdk, provider]),
    ...COMPONENTS.map(({ name }) => sourceOf(name)),
    ...[PROVIDER, SERVER_OPTIONS, FUNCTIONS, FUNCTION_SCHEMAS],
  ];
  const types = readTypes(clone, files);
  const schema = packageSchema(clone, definitions, types);
  return new Map([
    ["README.md", overview(types, definitions)],
    ["provider.md", providerPage(types, definitions)],
    ...COMPONENTS.map((component): [string, string] => [
      pageOf(component.name),
      componentPage(component, types),
    ]),
    ...resources.map((resource): [string, string] => [
      pageOf(resource.name),
      resourcePage(resource, types, definitions, schema),
    ]),
    ["functions.md", functionsPage(clone, types)],
    ["container-matrix.md", matrixPage(definitions)],
    ["server-options.md", serverPage(types)],
    ["api.md", apiPage(definitions)],
  ]);
}

const pageOf = (name: string): string => `${kebabCase(name)}.md`;

function overview(types: Types, { resources }: Definitions): string {
  const rows = resources.map(({ name, sdk, lookUp = name }) => [
    `[${lookUp}](${pageOf(name)})`,
    types.documentation(sdk, lookUp).split(". ")[0]?.replace(/\.$/, "") ?? "",
  ]);
  return page(
    "Reference",
    "Every argument and every output, from the schemas that check them.",
    SPELLING,
    table(
      ["Class or function", "What it is"],
      [
        ["[Provider](provider.md)", "How to reach a Portainer server, and as whom"],
        ...COMPONENTS.map(({ name, summary }) => [`[${name}](${pageOf(name)})`, summary]),
        ...rows,
      ],
    ),
    "[Functions](functions.md) look up what Pulumi does not manage.",
    "Of a container: [what is tested of each argument](container-matrix.md), and [on which engines](engines.md).",
    "Of the server: [the options of `startServer`](server-options.md), [the API that it has](api.md), [how it compares with a real Portainer](conformance.md).",
  );
}

function providerPage(types: Types, { configName, environmentName }: Definitions): string {
  const rows = types
    .entries(PROVIDER, "ProviderArgs")
    .map((entry) => [
      `\`${entry.name}\``,
      code(settingType(entry)),
      meaning(entry, isSecret(entry.text)),
      byDefault(entry),
      code(configName(entry.name as never)),
      code(environmentName(entry.name as never)),
    ]);
  return page(
    "Provider",
    types.documentation(PROVIDER, "ProviderArgs"),
    "Which of the places counts is told in [Connection](../guides/connection.md).",
    table(["Argument", "Type", "Meaning", "Default", "Stack config", "Environment"], rows),
  );
}

function componentPage({ name, lead, inner }: Component, types: Types): string {
  const source = sourceOf(name);
  const own = (type: string) =>
    types.entries(source, type).filter(({ file, text }) => file === kebabCase(name) && text !== "");
  const propertyTable = (entries: readonly Entry[]) =>
    table(
      ["Property", "Meaning"],
      entries.map((entry) => [`\`${entry.name}\``, meaning(entry, false)]),
    );
  return page(
    name,
    types.documentation(source, name),
    lead,
    "## Arguments",
    table(
      ["Argument", "Meaning", "Default"],
      own(`${name}Args`).map((entry) => [label(entry), meaning(entry, false), byDefault(entry)]),
    ),
    "## Properties",
    propertyTable(own(name)),
    ...Object.entries(inner).flatMap(([type, heading]) => [
      `### \`${heading}\``,
      propertyTable(types.entries(source, type)),
    ]),
  );
}

/** Every argument may be an output of another resource; the reference names what is inside. */
function settingType({ type }: Entry): string {
  if (/Record/.test(type)) return "{ [name]: string }";
  if (/CustomResource/.test(type)) return "number | string | resource";
  return /\b(number|boolean)\b/.exec(type)?.[1] ?? "string";
}

function resourcePage(
  { name, sdk, provider, lookUp }: Resource,
  types: Types,
  definitions: Definitions,
  schema: PackageSpec,
): string {
  const { properties = {}, secrets = [] } = definitions.facts[name] ?? {};
  const order = Object.keys(name === "Container" ? definitions.containerArguments : properties);
  const inputs = types
    .entries(provider, `${name}Args`)
    .sort((left, right) => order.indexOf(left.name) - order.indexOf(right.name));
  const outputs = types.entries(provider, `${name}Outputs`);
  const changeOf = (key: string) => changeText(key, properties[key]?.change, definitions, name);
  const groups = name === "Container" ? grouped(inputs) : [["", inputs] as const];
  const argumentTables = groups.flatMap(([title, entries]) => [
    ...(title === "" ? [] : [`### ${title}`]),
    table(
      ["Argument", "Type", "Meaning", "Default", "Change"],
      entries.map((entry) => [
        label(entry),
        code(entry.type),
        meaning(entry, secrets.includes(entry.name)).replaceAll(SAID_BY_CHANGE, ""),
        byDefault(entry),
        lookUp ? "" : changeOf(entry.name),
      ]),
    ),
  ]);
  const examples = blocksOf(convertedExample(types.example(sdk, lookUp ?? name), schema));
  return page(
    lookUp ?? name,
    types.documentation(sdk, lookUp ?? name),
    examples.length > 0 ? "## Example" : "",
    examples.length > 0 ? "In YAML and in Python; an editor shows the example in TypeScript." : "",
    ...examples,
    "## Arguments",
    lookUp ? "Those in bold are needed." : `Those in bold are needed. ${LEGEND}`,
    ...argumentTables,
    ...innerTables(inputs, secrets),
    "## Outputs",
    lookUp ? "" : "Besides these, every argument is an output too, with its default filled in.",
    table(
      ["Output", "Type", "Meaning"],
      outputs.map((entry) => [
        `\`${entry.name}\``,
        code(entry.type),
        meaning(entry, secrets.includes(entry.name)),
      ]),
    ),
  );
}

function functionsPage(clone: string, types: Types): string {
  const source = readFileSync(join(clone, FUNCTIONS), "utf8");
  const names = [...source.matchAll(/^export const (\w+) = lookUp\(/gm)].map(([, name = ""]) => name);
  const sections = names.flatMap((name) => {
    const args = types.entries(FUNCTION_SCHEMAS, `${capitalized(name)}Args`);
    const results = types.entries(FUNCTION_SCHEMAS, `${capitalized(name)}Result`);
    return [
      `## \`${name}\``,
      types.documentation(FUNCTIONS, name),
      args.length === 0
        ? ""
        : table(
            ["Argument", "Type", "Meaning", "Default"],
            args.map((entry) => [label(entry), code(entry.type), meaning(entry, false), byDefault(entry)]),
          ),
      table(
        ["Result", "Type", "Meaning"],
        results.map((entry) => [`\`${entry.name}\``, code(entry.type), meaning(entry, false)]),
      ),
      ...innerTables(results, []),
    ];
  });
  return page(
    "Functions",
    "Each answers with a promise; with `Output` behind its name (`getTagOutput`) it takes outputs and answers with one. How to use them is told in [Functions](../guides/functions.md).",
    ...sections,
  );
}

function serverPage(types: Types): string {
  const entries = types.entries(SERVER_OPTIONS, "ServerOptions");
  return page(
    "Options of `startServer`",
    "All of them may be left out. How to use it is told in [Server](../guides/server.md) and [Testing](../guides/testing.md).",
    table(
      ["Option", "Type", "Meaning", "Default"],
      entries.map((entry) => [
        label({ ...entry, isOptional: true }),
        code(entry.type),
        meaning(entry, false),
        byDefault(entry),
      ]),
    ),
    ...innerTables(entries, []),
  );
}

function matrixPage({ containerMatrix }: Definitions): string {
  return page(
    "A container's arguments, tested",
    "What `test/engine/container/arguments.test.ts` shows for each argument on a real engine: that it arrives, that a second preview and a refresh are silent however it is spelt, what a change and its removal do, and that what somebody else has changed is found at refresh and healed by `up`.",
    table(MATRIX_HEAD, matrixRows(containerMatrix)),
    "## Tested elsewhere",
    table(["Argument", "What, and where"], elsewhereRows(containerMatrix)),
  );
}

const DOCKER = "/endpoints/:endpointId/docker";

function apiPage({ contract, dockerContract }: Definitions): string {
  const entities: Entity[] = [
    ...Object.entries(contract).map(([name, routes]) => ({ name, prefix: "", routes })),
    ...Object.entries(dockerContract).map(([name, routes]) => ({
      name: `docker.${name}`,
      prefix: DOCKER,
      routes,
    })),
  ];
  return page(
    "The API",
    `What \`pulumi-portainer/contract\` declares, and client and server have; paths below \`/api\`. ${tally(entities)}`,
    `*Live* was seen on a real Portainer of that version, *source* was read in its source, *ours* is no route of Portainer. *Since* and *until* name the first and last release that has it, where not every release in use does. The [recorded conversations](conformance.md) that use an operation are named in \`/api/openapi.json\`, as \`x-verified\`. All other paths below \`${DOCKER}\` go to the engine as they are.`,
    ...entities.flatMap((entity) => [
      `## \`${entity.name}\``,
      table(["Operation", "Who may", "What it does", "Verified"], rowsOf(entity)),
    ]),
  );
}

function changeText(
  key: string,
  change: string | undefined,
  { containerArguments }: Definitions,
  name: string,
): string {
  if (change === "replace") return "replaced";
  if (change === "none") return "none";
  if (name !== "Container") return "in place";
  return { rollout: "recreated", inPlace: "in place", setting: "none" }[
    containerArguments[key]?.change ?? "rollout"
  ];
}

/** By the file of the provider that a property is declared in, in the schema's order. */
function grouped(entries: readonly Entry[]): (readonly [string, readonly Entry[]])[] {
  const groups = Object.groupBy(entries, ({ file }) => file);
  return Object.entries(groups).map(([file, found = []]) => [capitalized(file), found]);
}

function innerTables(entries: readonly Entry[], secrets: readonly string[]): string[] {
  return entries.flatMap(({ inner }) =>
    [...inner].flatMap(([path, found]) => [
      `### \`${path}\``,
      table(
        ["Property", "Type", "Meaning", "Default"],
        found.map((entry) => [
          label(entry),
          code(entry.type),
          meaning(entry, secrets.includes(`${path}.${entry.name}`)),
          byDefault(entry),
        ]),
      ),
    ]),
  );
}

const label = ({ name, isOptional }: Entry): string => (isOptional ? `\`${name}\`` : `**\`${name}\`**`);
const isSecret = (text: string): boolean => /\bSecret\b/.test(text);
const byDefault = ({ byDefault: text = "" }: Entry): string =>
  /^(?:["[].*|[\d_]+s?|0o\d+|true|false)$/.test(text) ? code(text) : cell(text);
const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const cell = (text: string): string => text.replaceAll("|", "\\|");
const code = (text: string): string => (text === "" ? "" : `\`${cell(text)}\``);

function meaning({ text }: Entry, secret: boolean): string {
  const said = cell(text.replaceAll(/ ?Secret\./g, "").trim());
  return secret || isSecret(text) ? `${said} **Secret.**`.trim() : said;
}
