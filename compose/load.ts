/** Loads the Compose files of a project into one tree: includes, `extends`, several files and profiles. */
import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parseEnvFile } from "./env-file";
import { interpolateTree, type OnUnset, type Variables } from "./interpolate";
import { inLongForm, merge } from "./merge";
import { withAbsolutePaths } from "./paths";
import {
  ComposeError,
  type Mapping,
  mapping,
  nearest,
  type Place,
  parse,
  type Tree,
  toPlain,
} from "./source";

/** A Compose file: by its path, or as a text that has a name for messages. */
export type ComposeSource = string | { readonly name: string; readonly text: string };

export interface LoadOptions {
  readonly files: readonly ComposeSource[];
  /** The folder that relative paths start from. @default the folder of the first file; of a text, the current one */
  readonly folder?: string | undefined;
  /** The values of variables. The files of variables have those that are not among them. */
  readonly variables?: Variables | undefined;
  /** Files of variables, the later ones over the earlier ones. @default `.env` in the project's folder, if it is there */
  readonly envFiles?: readonly string[] | undefined;
  /** The name of the project. @default `name` in the files, else `otherwise` */
  readonly projectName?: string | undefined;
  readonly otherwise: string;
}

export interface LoadedFiles {
  readonly tree: Mapping;
  readonly projectName: string;
  readonly folder: string;
  /** The paths of the files. */
  readonly paths: readonly string[];
  readonly variables: Variables;
  readonly warnings: readonly string[];
  /** The text of a file of the project. */
  readonly readText: (path: string, place?: Place) => string;
}

/** What all files of a load share. */
interface Load {
  readonly variables: Variables;
  readonly onUnset: OnUnset;
  /** The files that are being read, from the outermost one: none of them may be read again within. */
  readonly within: readonly string[];
}

export function loadFiles(options: LoadOptions): LoadedFiles {
  const { files } = options;
  const [first] = files;
  if (first === undefined) throw new ComposeError("there is no Compose file: name at least one");
  const folder = resolve(options.folder ?? (typeof first === "string" ? dirname(first) : "."));
  const unset = new Map<string, Place>();
  const onUnset: OnUnset = (name, place) => {
    if (!unset.has(name)) unset.set(name, place);
  };
  const given = variablesFor(options, folder, onUnset);
  const sources = files.map((file) => ({ ...sourceOf(file, folder), base: folder }));
  const projectName = options.projectName ?? nameIn(sources, given) ?? projectNameFrom(options.otherwise);
  if (!PROJECT_NAME.test(projectName))
    throw new ComposeError(
      `${JSON.stringify(projectName)} is not a project's name: lower-case letters, digits, "-" and "_", beginning with a letter or digit`,
    );
  const variables = { COMPOSE_PROJECT_NAME: projectName, ...given };
  const tree = mergeAll(sources.map((source) => loadFile(source, { variables, onUnset, within: [] })));
  return {
    tree,
    projectName,
    folder,
    paths: sources.flatMap(({ path }) => path ?? []),
    variables,
    warnings: [...unset].map(
      ([name, { file, line }]) =>
        `${file}:${line}: the variable ${name} is not set: nothing is put in for it`,
    ),
    readText,
  };
}

const PROJECT_NAME = /^[a-z0-9][a-z0-9_-]*$/;

/** The name that Docker Compose makes of a folder's. */
const projectNameFrom = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, "")
    .replace(/^[_-]+/, "");

interface SourceFile {
  readonly name: string;
  readonly text: string;
  readonly path?: string;
  /** The folder of its relative paths. */
  readonly base: string;
}

function sourceOf(file: ComposeSource, folder: string): Omit<SourceFile, "base"> {
  if (typeof file !== "string") return file;
  const path = resolve(file);
  return { name: nameOf(path, folder), path, text: readText(path) };
}

/** A file in messages: relative to its project, if it is in there. */
const nameOf = (path: string, folder: string): string => {
  const inside = relative(folder, path);
  return inside.startsWith("..") ? path : inside;
};

function readText(path: string, place?: Place): string {
  const text = textOf(path);
  if (text === undefined) throw new ComposeError(`there is no file ${path}`, place);
  return text;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

function variablesFor(
  { variables = {}, envFiles }: LoadOptions,
  folder: string,
  onUnset: OnUnset,
): Variables {
  if (envFiles === undefined) return withEnvFile(join(folder, ".env"), variables, onUnset);
  const read: Record<string, string> = {};
  for (const path of envFiles)
    Object.assign(read, parseEnvFile(readText(path), path, { ...read, ...variables }, onUnset));
  return { ...read, ...variables };
}

/** The variables, and those of a file that may be there. */
function withEnvFile(path: string, variables: Variables, onUnset: OnUnset): Variables {
  const text = textOf(path);
  return text === undefined ? variables : { ...parseEnvFile(text, path, variables, onUnset), ...variables };
}

/** `name` of the last file that has one. */
function nameIn(sources: readonly SourceFile[], variables: Variables): string | undefined {
  const names = sources.flatMap(({ text, name }) =>
    parse(text, name).flatMap(({ entries }) => entries.get("name") ?? []),
  );
  const last = names.at(-1);
  return last && String(toPlain(interpolateTree(last, variables, () => undefined)));
}

const mergeAll = ([first, ...later]: readonly Mapping[]): Mapping =>
  later.reduce(
    (all, next) => merge(all, next) as Mapping,
    first ?? mapping([], { place: { file: "", line: 1 } }),
  );

/** A file as one tree: its documents, with the services that theirs extend, and what it includes. */
function loadFile(source: SourceFile, load: Load): Mapping {
  const documents = parse(source.text, source.name).map((document) => {
    const written = inLongForm(interpolateTree(document, load.variables, load.onUnset));
    return resolveExtends(withAbsolutePaths(written, source.base) as Mapping, source, load);
  });
  const tree = mergeAll(documents);
  const included = tree.entries.get("include");
  const own = mapping(
    [...tree.entries].filter(([key]) => key !== "include"),
    tree,
  );
  return included ? mergeAll([...includes(included, source, load), own]) : own;
}

/** `include`: each entry is a project of its own, with its own folder and variables. */
function includes(tree: Tree, source: SourceFile, load: Load): Mapping[] {
  if (tree.kind !== "list") throw new ComposeError("must be a list of files", tree.place, "include");
  const found = new Map<string, Place>();
  return tree.items.map((item) => {
    const text = (key: string): string[] => {
      const value = item.kind === "map" ? item.entries.get(key) : key === "path" ? item : undefined;
      const all = value === undefined ? [] : [toPlain(value)].flat();
      return all.map((one) => resolve(source.base, String(one)));
    };
    const paths = text("path");
    const [first] = paths;
    if (first === undefined) throw new ComposeError("an entry names a `path`", item.place, "include");
    const [base = dirname(first)] = text("project_directory");
    const envFiles =
      item.kind === "map" && item.entries.has("env_file") ? text("env_file") : [join(base, ".env")];
    const variables = envFiles.reduce((all, path) => withEnvFile(path, all, load.onUnset), load.variables);
    const inner = paths.map((path) => {
      const file = { name: nameOf(path, source.base), path, text: readText(path, item.place), base };
      return loadFile(file, { ...load, variables, within: enter(load.within, path, item.place) });
    });
    const project = mergeAll(inner);
    for (const [section, kind] of project.entries)
      if (kind.kind === "map" && !section.startsWith("x-"))
        for (const [name, { place }] of kind.entries) {
          const key = `${section}.${name}`;
          const other = found.get(key);
          if (other)
            throw new ComposeError(
              `is in ${other.file}:${other.line} too: one include may have it`,
              place,
              key,
            );
          found.set(key, place);
        }
    return project;
  });
}

function enter(within: readonly string[], path: string, place: Place): readonly string[] {
  if (within.includes(path)) throw new ComposeError(`${path} includes or extends itself`, place);
  return [...within, path];
}

/** Puts the service below each one that `extends` it. */
function resolveExtends(tree: Mapping, source: SourceFile, load: Load): Mapping {
  const services = tree.entries.get("services");
  if (services?.kind !== "map") return tree;
  const whole = (name: string, below: readonly string[]): Tree | undefined => {
    const service = services.entries.get(name);
    if (service?.kind !== "map") return service;
    const extended = service.entries.get("extends");
    if (!extended) return service;
    const key = `services.${name}.extends`;
    if (below.includes(name))
      throw new ComposeError(`${[...below, name].join(" extends ")}`, extended.place, key);
    const wanted = (field: string) => {
      const value = nearest(extended, [field]);
      return extended.kind === "map" && value !== extended ? String(toPlain(value)) : undefined;
    };
    const baseName = extended.kind === "scalar" ? String(extended.value) : wanted("service");
    const file = wanted("file");
    const base =
      file === undefined
        ? whole(baseName ?? "", [...below, name])
        : fromFile(resolve(source.base, file), baseName ?? "", extended.place, load);
    if (base?.kind !== "map")
      throw new ComposeError(
        `there is no service "${baseName}" in ${file ?? source.name}`,
        extended.place,
        key,
      );
    const { kind, ...at } = service;
    const own = mapping(
      [...service.entries].filter(([field]) => field !== "extends"),
      at,
    );
    return merge(base, own, `services/${name}`);
  };
  const resolved = [...services.entries].map(
    ([name, service]) => [name, whole(name, []) ?? service] as const,
  );
  return mapping([...tree.entries, ["services", mapping(resolved, services)]], tree);
}

function fromFile(path: string, service: string, place: Place, load: Load): Tree | undefined {
  const file = { name: path, path, text: readText(path, place), base: dirname(path) };
  const within = enter(load.within, `${path}#${service}`, place);
  return nearestExactly(loadFile(file, { ...load, within }), ["services", service]);
}

const nearestExactly = (tree: Tree, [key, ...rest]: readonly string[]): Tree | undefined => {
  if (key === undefined) return tree;
  const next = tree.kind === "map" ? tree.entries.get(key) : undefined;
  return next && nearestExactly(next, rest);
};
