import type { Property } from "./definition";
import { equal } from "./equal";
import { isHidden, type Properties } from "./hidden";
import { hasUnknown } from "./unknown";

export interface Difference {
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
