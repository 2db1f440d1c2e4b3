import type { Property } from "./definition";
import { hasUnknown, isHidden, isMap, type Properties } from "./properties";

/** Deep equality. `undefined` equals `null`; the order of keys does not matter, the order of a list does. */
export function equal(left: unknown, right: unknown): boolean {
  if (left === right || ((left ?? null) === null && (right ?? null) === null)) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => equal(item, right[index]));
  }
  if (!isMap(left) || !isMap(right)) return false;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => equal(left[key], right[key]));
}

/** The value, or `null` for an empty list or map: for properties where empty and unset mean the same. */
export function noneIfEmpty<Value extends object>(value: Value | null | undefined): Value | null {
  return value && Object.keys(value).length > 0 ? value : null;
}

interface Difference {
  /** The properties that differ in meaning. */
  readonly changed: readonly string[];
  /** Those of them that require a replacement. */
  readonly replaces: readonly string[];
}

/**
 * Compares the last applied inputs with the desired ones. A property that the program never set is in neither, so it
 * is no difference, whatever value the server gave it.
 *
 * @param replaceOnChanges the resource option; Pulumi does not apply it to dynamic providers.
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
 * The actual values of the remembered properties, without those that no longer exist. A value that still means the same
 * keeps its remembered spelling, and one that the server never shows is kept as it is.
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
      const isSame = property.change === "none" || property.writeOnly || !differs(property, now[key], value);
      const present = isSame ? value : now[key];
      return present === undefined ? [] : [[key, present]];
    }),
  );
}

/** The values of the properties that the program no longer sets, where their removal gives the object another value. */
export function removed(
  properties: Readonly<Record<string, Property>>,
  olds: Properties,
  news: Properties,
): Properties {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([key, { whenRemoved }]) =>
      whenRemoved !== undefined && news[key] === undefined && (olds[key] ?? undefined) !== undefined
        ? [[key, whenRemoved]]
        : [],
    ),
  );
}

/** Whether a value means the same as no value: an empty map, where the property is normalised so. */
export const meansUnset = (property: Property = {}, value: unknown): boolean =>
  !differs(property, value, undefined);

function differs({ normalize }: Property, old: unknown, desired: unknown): boolean {
  if (hasUnknown(desired)) return true;
  const canonical = (value: unknown): unknown =>
    (value ?? null) === null || !normalize ? value : normalize(value as never);
  return !equal(canonical(old), canonical(desired));
}

/** Whether a path of `replaceOnChanges` covers a property: `"*"` and `"ports[0].hostPort"` both cover `ports`. */
function covers(path: string, key: string): boolean {
  return path === "*" || path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`);
}
