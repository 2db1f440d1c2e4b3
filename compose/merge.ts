/** How one Compose file is laid over another: by the rules of the specification, key by key. */
import { ComposeError, type List, list, type Mapping, mapping, scalar, type Tree } from "./source";

/** Lists that stand for a mapping, with what separates an item's key from its value. */
const AS_MAPPING: readonly (readonly [RegExp, string])[] = [
  [/^services\/[^/]+\/(?:environment|labels|annotations|sysctls)$/, "="],
  [/^services\/[^/]+\/(?:build\/(?:args|labels|additional_contexts)|deploy\/labels)$/, "="],
  [/^services\/[^/]+\/(?:networks|depends_on)$/, ""],
  [/^(?:networks|volumes|secrets|configs)\/[^/]+\/(?:labels|driver_opts)$/, "="],
  [/^services\/[^/]+\/(?:storage_opt|logging\/options)$/, "="],
  [/^services\/[^/]+\/extra_hosts$/, "=:"],
];
/** Values that may stand for a list of one. */
const AS_LIST = /^services\/[^/]+\/(?:dns|dns_opt|dns_search|env_file|label_file|tmpfs)$/;
/** Values that replace the earlier one as a whole. */
const REPLACED = /^services\/[^/]+\/(?:command|entrypoint|healthcheck\/test|gpus)$/;
/** Lists whose items replace the item for the same place in the container. */
const BY_PLACE = /^services\/[^/]+\/(?:volumes|ports|secrets|configs|devices)$/;
const SHORT_BUILD = /^services\/[^/]+\/build$/;

/** Writes the short forms that a merge needs in their long form. */
export function inLongForm(tree: Tree, path = ""): Tree {
  const [, separators] = AS_MAPPING.find(([pattern]) => pattern.test(path)) ?? [];
  const long =
    separators !== undefined && tree.kind === "list"
      ? asMapping(tree, separators, path)
      : tree.kind === "scalar" && tree.value !== null && AS_LIST.test(path)
        ? list([tree], tree)
        : tree.kind === "scalar" && tree.value !== null && SHORT_BUILD.test(path)
          ? mapping([["context", tree]], tree)
          : tree;
  if (long.kind !== "map") return long;
  return mapping(
    [...long.entries].map(
      ([key, value]) => [key, inLongForm(value, path === "" ? key : `${path}/${key}`)] as const,
    ),
    long,
  );
}

function asMapping(items: List, separators: string, path: string): Mapping {
  return mapping(
    items.items.map((item) => {
      if (item.kind !== "scalar")
        throw new ComposeError("must be a list of texts", item.place, path.replaceAll("/", "."));
      const text = String(item.value ?? "");
      const at = separators === "" ? -1 : text.search(new RegExp(`[${separators}]`));
      if (at < 0)
        return [text, separators === "" ? emptyEntry(path, item) : scalar(null, item.place)] as const;
      return [text.slice(0, at), scalar(text.slice(at + 1).trim(), item.place)] as const;
    }),
    items,
  );
}

/** What a name alone means in `depends_on` and in `networks`. */
const emptyEntry = (path: string, item: Tree): Tree =>
  path.endsWith("/depends_on")
    ? mapping([["condition", scalar("service_started", item.place)]], item)
    : scalar(null, item.place);

/** The later tree over the earlier one; both in their long form. */
export function merge(earlier: Tree, later: Tree, path = ""): Tree {
  if (later.overriding === "override" || isNull(earlier) || REPLACED.test(path)) return later;
  if (isNull(later)) return later.overriding === "reset" || path === "" ? later : earlier;
  if (earlier.kind === "map" && later.kind === "map") return mergeMappings(earlier, later, path);
  if (earlier.kind === "list" && later.kind === "list")
    return BY_PLACE.test(path) ? mergeByPlace(earlier, later, path) : mergeLists(earlier, later);
  return later;
}

const isNull = (tree: Tree): boolean => tree.kind === "scalar" && tree.value === null;

function mergeMappings(earlier: Mapping, later: Mapping, path: string): Mapping {
  if (/\/logging$/.test(path) && differs(earlier.entries.get("driver"), later.entries.get("driver")))
    return later;
  const entries = new Map(earlier.entries);
  for (const [key, value] of later.entries) {
    const before = entries.get(key);
    if (value.overriding === "reset") entries.delete(key);
    else entries.set(key, before ? merge(before, value, path === "" ? key : `${path}/${key}`) : value);
  }
  return mapping(entries, later);
}

const differs = (left: Tree | undefined, right: Tree | undefined): boolean =>
  left?.kind === "scalar" && right?.kind === "scalar" && left.value !== right.value;

/** Appended; a text that is there already is not repeated. */
function mergeLists(earlier: List, later: List): List {
  const known = new Set(earlier.items.flatMap((item) => (item.kind === "scalar" ? [item.value] : [])));
  const added = later.items.filter((item) => item.kind !== "scalar" || !known.has(item.value));
  return list([...earlier.items, ...added], later);
}

function mergeByPlace(earlier: List, later: List, path: string): List {
  const items = new Map<string, Tree>();
  for (const item of [...earlier.items, ...later.items]) items.set(placeIn(item, path), item);
  return list([...items.values()], later);
}

/** What an item of `volumes`, `ports`, `secrets`, `configs` or `devices` is the only one for. */
function placeIn(item: Tree, path: string): string {
  const field = (key: string) => {
    const value = item.kind === "map" ? item.entries.get(key) : undefined;
    return value?.kind === "scalar" ? String(value.value) : "";
  };
  const text = item.kind === "scalar" ? String(item.value) : undefined;
  if (path.endsWith("/ports"))
    return (
      text ?? [field("host_ip"), field("published"), field("target"), field("protocol") || "tcp"].join("/")
    );
  if (path.endsWith("/volumes") || path.endsWith("/devices")) {
    const [first = "", second] = (text ?? "").split(":");
    return text === undefined ? field("target") : (second ?? first);
  }
  return text ?? (field("target") || field("source"));
}
