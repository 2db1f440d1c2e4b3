import { equal } from "../provider/core/diff";
import { hasUnknown, type Properties } from "../provider/core/properties";

/** What happens to the value at a path. */
export type DiffKind = "add" | "delete" | "update";

/** The values that differ inside the changed properties, by their paths: `env.MODE`, `ports[0].hostPort`. */
export function differingPaths(
  changed: readonly string[],
  olds: Properties,
  news: Properties,
): Map<string, DiffKind> {
  return new Map(
    changed.flatMap((key) => {
      const found = differing(key, olds[key], news[key]);
      // What differs in meaning may be spelt alike: two spellings of the same value beside a true difference.
      return found.length > 0 ? found : [[key, "update"] as const];
    }),
  );
}

type Found = readonly [path: string, kind: DiffKind];

function differing(path: string, old: unknown, now: unknown): readonly Found[] {
  if (isUnset(old)) return isUnset(now) ? [] : [[path, "add"]];
  if (isUnset(now)) return [[path, "delete"]];
  if (Array.isArray(old) && Array.isArray(now)) {
    const length = Math.max(old.length, now.length);
    return Array.from({ length }).flatMap((_, at) => differing(`${path}[${at}]`, old[at], now[at]));
  }
  if (isMap(old) && isMap(now)) {
    const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])];
    return keys.flatMap((key) => differing(`${path}${step(key)}`, old[key], now[key]));
  }
  return equal(old, now) && !hasUnknown(now) ? [] : [[path, "update"]];
}

/** A step of a path as Pulumi writes it: `.key`, or `["a.key"]` for a key that a dot cannot precede. */
const step = (key: string): string => (/^[\w$-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`);

const isUnset = (value: unknown): boolean => value === undefined || value === null;

const isMap = (value: unknown): value is Properties => typeof value === "object" && !Array.isArray(value);
