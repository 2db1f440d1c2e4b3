import { type Argument, at, inspectPath, put } from "../argument";

type Map<Value> = Readonly<Record<string, Value>>;

interface Codec<Value> {
  readonly to: (map: Map<Value>) => unknown;
  readonly from: (wire: unknown) => Map<Value>;
}

/**
 * A map into which image and engine put keys of their own. Only the keys that a program wishes are looked at; a key
 * that it no longer wishes shows as a difference from its earlier wish.
 */
export function keyed<Value>(
  path: string,
  { to, from }: Codec<Value> = { to: (map) => map, from: (wire) => (wire ?? {}) as Map<Value> },
): Argument<Map<Value>> {
  return {
    change: "rollout",
    write: (map, body) => put(body, path.split("."), to(map)),
    read: (container, wished) => {
      const actual = from(at(container, inspectPath(path)));
      const keys = wished === undefined ? Object.keys(actual) : Object.keys(wished);
      return Object.fromEntries(keys.flatMap((key) => (key in actual ? [[key, actual[key]]] : [])));
    },
  };
}
