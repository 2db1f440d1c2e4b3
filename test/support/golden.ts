import { readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Properties } from "./grpc";
import type { Entry } from "./mini-stack";

const FOLDER = resolve(__dirname, "../golden");

/** The releases whose states are kept, oldest first. */
export const releases: readonly string[] = readdirSync(FOLDER).sort((left, right) =>
  left.localeCompare(right, "en", { numeric: true }),
);

/** What differs from run to run and stands in a golden state as `<<name>>`: addresses, PEM files, keys. */
export type Values = Readonly<Record<string, string>>;

/** A resource as `pulumi stack export --show-secrets` writes it. */
export interface GoldenResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly external?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** A whole state, as `pulumi stack import` takes it. */
export interface GoldenState {
  readonly deployment: { readonly resources: readonly GoldenResource[] };
}

/** What the engine said of each object when the state was made, by path: `/containers/3f2a…/json`. */
export type EngineAnswers = Readonly<Record<string, unknown>>;

/** The program that made a release's state; what it finds there is in `program` of `stack.ts`. */
export const goldenProgram = (release: string): Promise<string> =>
  readFile(join(FOLDER, release, "program.js"), "utf8");

export const goldenState = async (release: string, values: Values): Promise<GoldenState> =>
  (await read(release, "state.json", values)) as GoldenState;

export const goldenAnswers = async (release: string, values: Values): Promise<EngineAnswers> =>
  (await read(release, "engine.json", values)) as EngineAnswers;

async function read(release: string, file: string, values: Values): Promise<unknown> {
  const content: unknown = JSON.parse(await readFile(join(FOLDER, release, file), "utf8"));
  return eachText(content, (text) => text.replace(/<<(\w+)>>/g, (all, name) => values[name] ?? all));
}

/** A resource of a golden state as a {@link MiniStack} remembers it. */
export function entryOf({ type, id = "", inputs = {}, outputs = {} }: GoldenResource): Entry {
  const marked = (properties: Properties) => JSON.parse(JSON.stringify(properties), withValue) as Properties;
  return { type: type.split(":").at(-1) ?? "", id, inputs: marked(inputs), outputs: marked(outputs) };
}

/** The CLI writes a secret as JSON in `plaintext`; a provider is given, and marks, its `value`. */
function withValue(_key: string, item: unknown): unknown {
  if (typeof item !== "object" || item === null || !("plaintext" in item)) return item;
  const { plaintext, ...mark } = item;
  return { ...mark, value: JSON.parse(String(plaintext)) };
}

/** Keeps what a release stores, with `<<name>>` for each of the values. */
export async function keepGolden(
  release: string,
  state: GoldenState,
  answers: EngineAnswers,
  values: Values,
): Promise<void> {
  const longestFirst = Object.entries(values).sort(([, left], [, right]) => right.length - left.length);
  const withNames = (text: string): string =>
    longestFirst.reduce((rest, [name, value]) => rest.replaceAll(value, `<<${name}>>`), text);
  for (const [file, value] of Object.entries({ state, engine: answers })) {
    const text = JSON.stringify(eachText(value, withNames), null, 2);
    await writeFile(join(FOLDER, release, `${file}.json`), `${text}\n`);
  }
}

/** What has no part in a preview, and names folders of the machine or is encrypted for one run. */
const DROPPED: readonly string[] = [
  "ciphertext",
  "sourcePosition",
  "stackTrace",
  "GraphDriver",
  "SandboxKey",
];

/** A copy with every text changed, keys and those in secrets (which are JSON in JSON) included. */
function eachText(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => eachText(item, change));
  if (typeof value !== "object" || value === null) return value;
  const rest = Object.fromEntries(Object.entries(value).filter(([key]) => !DROPPED.includes(key)));
  return Object.fromEntries(
    Object.entries(rest).map(([key, item]) =>
      key === "plaintext"
        ? [key, JSON.stringify(eachText(JSON.parse(String(item)), change))]
        : [change(key), eachText(item, change)],
    ),
  );
}
