import type { Property } from "./definition";
import { hasUnknown, isHidden, type Properties } from "./properties";

/**
 * Whether two values say the same. What is unset and what is `null` are the same; key order is not looked at,
 * the order of a list is.
 */
export function equal(left: unknown, right: unknown): boolean {
  if (left === right || ((left ?? null) === null && (right ?? null) === null)) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => equal(item, right[index]));
  }
  if (!isRecord(left) || !isRecord(right)) return false;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => equal(left[key], right[key]));
}

/** The value, or `null` for an empty list or map: where both ask for nothing. */
export function noneIfEmpty<Value extends object>(value: Value | null | undefined): Value | null {
  return value && Object.keys(value).length > 0 ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

interface Difference {
  /** The properties that differ in meaning. */
  readonly changed: readonly string[];
  /** Those of them that need another object. */
  readonly replaces: readonly string[];
}

/**
 * Compares what was last carried out with what is wished now. Only what a program sets, or has set before, is
 * compared: what was never set is nobody's wish, whatever the server made of it.
 *
 * @param replaceOnChanges the resource option, since the engine does not apply it to dynamic providers.
 */
export function difference(
  properties: Readonly<Record<string, Property>>,
  olds: Properties,
  news: Properties,
  replaceOnChanges: readonly string[] = [],
): Difference {
  const changed = Object.keys(properties).filter(
    (key) =>
      !isHidden(key) &&
      properties[key]?.change !== "none" &&
      differs(properties[key] ?? {}, olds[key], news[key]),
  );
  const replaces = changed.filter(
    (key) => properties[key]?.change === "replace" || replaceOnChanges.some((path) => covers(path, key)),
  );
  return { changed, replaces };
}

/**
 * The remembered properties as they are now: in the remembered spelling where it means the same, and without those
 * that are no more.
 */
export function refreshed(
  properties: Readonly<Record<string, Property>>,
  remembered: Properties,
  now: Properties,
): Properties {
  return Object.fromEntries(
    Object.entries(remembered).flatMap(([key, value]) => {
      const property = properties[key];
      if (!property || value === undefined) return [];
      const isSame = property.change === "none" || !differs(property, now[key], value);
      const present = isSame ? value : now[key];
      return present === undefined ? [] : [[key, present]];
    }),
  );
}

function differs({ normalize }: Property, old: unknown, wished: unknown): boolean {
  if (hasUnknown(wished)) return true;
  const canonical = (value: unknown): unknown =>
    (value ?? null) === null || !normalize ? value : normalize(value as never);
  return !equal(canonical(old), canonical(wished));
}

/** `"*"` and `"ports[0].hostPort"` are how a program may say `ports`. */
function covers(path: string, key: string): boolean {
  return path === "*" || path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`);
}
