/** YAML as a tree that knows of each value where it was written. */

import type { Document } from "yaml";
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseAllDocuments,
  type Node as YamlNode,
} from "yaml";

/** Where something was written. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** What `!reset` and `!override` say about a value that an earlier file has too. */
type Overriding = "reset" | "override";

interface Written {
  readonly place: Place;
  readonly overriding?: Overriding | undefined;
}

export type Plain = string | number | boolean | null;
export interface Scalar extends Written {
  readonly kind: "scalar";
  readonly value: Plain;
}
export interface List extends Written {
  readonly kind: "list";
  readonly items: readonly Tree[];
}
export interface Mapping extends Written {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, Tree>;
}
export type Tree = Scalar | List | Mapping;

/** An error of a Compose file: what is wrong, and where. */
export class ComposeError extends Error {
  override readonly name = "ComposeError";

  /**
   * @param place where the fault was written; `undefined` for a fault of the call.
   * @param key the path of the key, such as `services.web.ports[0]`.
   */
  constructor(message: string, place?: Place, key?: string) {
    super(`${place ? `${inWords(place)}: ` : ""}${key ? `\`${key}\`: ` : ""}${message}`);
  }
}

export const inWords = ({ file, line }: Place): string => `${file}:${line}`;

export const scalar = (value: Plain, place: Place): Scalar => ({ kind: "scalar", value, place });
export const list = (items: readonly Tree[], { place, overriding }: Written): List => ({
  kind: "list",
  items,
  place,
  overriding,
});
export const mapping = (
  entries: Iterable<readonly [string, Tree]>,
  { place, overriding }: Written,
): Mapping => ({
  kind: "map",
  entries: new Map(entries),
  place,
  overriding,
});

/** The value at a path, or of the deepest key of it that was written. */
export function nearest(tree: Tree, path: readonly PropertyKey[]): Tree {
  const [key, ...rest] = path;
  if (key === undefined) return tree;
  const next =
    tree.kind === "map"
      ? tree.entries.get(String(key))
      : tree.kind === "list"
        ? tree.items[Number(key)]
        : undefined;
  return next ? nearest(next, rest) : tree;
}

/** The tree as plain values, without the extensions (`x-…`), which mean nothing. */
export function toPlain(tree: Tree): unknown {
  if (tree.kind === "scalar") return tree.value;
  if (tree.kind === "list") return tree.items.map(toPlain);
  return Object.fromEntries(
    [...tree.entries].flatMap(([key, value]) => (key.startsWith("x-") ? [] : [[key, toPlain(value)]])),
  );
}

/** Replaces every scalar of a tree. */
export function mapScalars(tree: Tree, change: (scalar: Scalar) => Scalar): Tree {
  if (tree.kind === "scalar") return change(tree);
  if (tree.kind === "list")
    return list(
      tree.items.map((item) => mapScalars(item, change)),
      tree,
    );
  return mapping(
    [...tree.entries].map(([key, value]) => [key, mapScalars(value, change)] as const),
    tree,
  );
}

/** A file has no more values than this when its aliases are written out. */
const MOST_VALUES = 100_000;

/** Parses the documents of a file; each must be a mapping. */
export function parse(text: string, file: string): Mapping[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, logLevel: "silent", strict: true });
  const place = (offset: number): Place => ({ file, line: lines.linePos(offset).line });
  if (!Array.isArray(documents)) throw new ComposeError("the file is empty", { file, line: 1 });
  let count = 0;

  function read(document: Document, node: YamlNode | null, at: Place, above: readonly YamlNode[]): Tree {
    count += 1;
    if (count > MOST_VALUES)
      throw new ComposeError("the file has too many values: an alias repeats others", at);
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (!target) throw new ComposeError(`there is no anchor "&${node.source}" above this alias`, at);
      if (above.includes(target))
        throw new ComposeError(`the alias "*${node.source}" is inside of its anchor`, at);
      return read(document, target, at, above);
    }
    const overriding = overridingOf(node);
    if (isMap(node))
      return mapping(entriesOf(document, node.items, [...above, node]), { place: at, overriding });
    if (isSeq(node)) {
      const inside = [...above, node];
      const items = (node.items as YamlNode[]).map((item) => read(document, item, placeOf(item, at), inside));
      return list(items, { place: at, overriding });
    }
    return { ...scalar(isScalar(node) ? plainOf(node) : null, at), overriding };
  }

  /** The entries of a mapping; those of `<<` come first, so that the mapping's own replace them. */
  function entriesOf(
    document: Document,
    pairs: readonly Pair[],
    above: readonly YamlNode[],
  ): [string, Tree][] {
    const all = pairs.map(({ key, value }) => {
      const name = isScalar(key) ? String(key.value ?? "") : "";
      const at = placeOf(key, { file, line: 1 });
      if (!isScalar(key)) throw new ComposeError("a key must be a text", at);
      return { name, tree: read(document, value as YamlNode | null, at, above) };
    });
    const merged = all.filter(({ name }) => name === "<<").flatMap(({ tree }) => mergedEntries(tree));
    const own = all.filter(({ name }) => name !== "<<").map(({ name, tree }): [string, Tree] => [name, tree]);
    return [...merged, ...own];
  }

  const placeOf = (node: unknown, otherwise: Place): Place => {
    const range = (node as YamlNode | null)?.range;
    return range ? place(range[0]) : otherwise;
  };

  return documents.map((document) => {
    const [fault] = document.errors;
    if (fault)
      throw new ComposeError(
        `this is no YAML: ${fault.message.split(/ at line|\n/)[0]}`,
        place(fault.pos[0]),
      );
    const tree = read(document, document.contents as YamlNode | null, { file, line: 1 }, []);
    if (tree.kind === "map") return tree;
    if (tree.kind === "scalar" && tree.value === null) return mapping([], tree);
    throw new ComposeError("a Compose file is a mapping, such as `services: …`", tree.place);
  });
}

/** What `<<` brings: of several mappings the first one that has a key counts. */
function mergedEntries(tree: Tree): [string, Tree][] {
  if (tree.kind === "map") return [...tree.entries];
  if (tree.kind === "list") return tree.items.toReversed().flatMap(mergedEntries);
  throw new ComposeError("`<<` takes a mapping, or a list of mappings", tree.place);
}

function overridingOf(node: YamlNode | null): Overriding | undefined {
  const tag = (node as { tag?: string } | null)?.tag;
  return tag === "!reset" ? "reset" : tag === "!override" ? "override" : undefined;
}

/** A number that begins with 0 is octal, as in the modes of files: Docker Compose reads it so. */
function plainOf({ value, source, type }: { value: unknown; source?: string; type?: string }): Plain {
  if (typeof value === "bigint") return Number(value);
  if (type === "PLAIN" && source !== undefined && /^0[0-7]+$/.test(source)) return Number.parseInt(source, 8);
  if (value === null || ["string", "number", "boolean"].includes(typeof value)) return value as Plain;
  return String(value);
}
