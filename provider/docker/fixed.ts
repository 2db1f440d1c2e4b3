/** What volumes and networks share. An engine creates and deletes them, but never changes one. */
import { z } from "zod";
import { equal } from "../core/diff";
import { ProviderError } from "../core/errors";
import type { Properties } from "../core/properties";
import { hasUnknown } from "../core/properties";
import type { Engine } from "./engine";
import { type Texts, URN_LABEL } from "./identity";
import { isMadeBy, requireFree } from "./maker";

export const TextsSchema = z.record(z.string(), z.string());

/** The engine's rule for names. */
export const FixedName = (what: string) =>
  z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, {
    error: ({ input }) =>
      `${JSON.stringify(input)} is not the name of a ${what}: letters, digits, "_", "." or "-", beginning with a letter or digit`,
  });

/** The labels to create an object with: the program's, and the URN of the resource. */
export const labelsWith = (labels: Texts | undefined, { context: { urn } }: Engine): Texts => ({
  ...labels,
  ...(urn !== undefined && { [URN_LABEL]: urn }),
});

/** The labels of an object, without our own. */
export function labelsOf({ Labels }: { Labels?: Texts | null | undefined }): Texts {
  const { [URN_LABEL]: _ours, ...labels } = Labels ?? {};
  return labels;
}

/**
 * The engine's map as an input. If the program does not set it, a known object's map is ignored, and an empty map
 * counts as unset.
 */
export function readTexts(actual: Texts | null | undefined, desired: unknown, isKnown: boolean) {
  if (isKnown && desired === undefined) return undefined;
  return desired === undefined && Object.keys(actual ?? {}).length === 0 ? undefined : (actual ?? {});
}

/** The properties in which an existing object differs from the desired values. */
export const differing = (desired: Properties, actual: Properties): string[] =>
  Object.keys(desired).filter((key) => desired[key] !== undefined && !equal(desired[key], actual[key]));

interface Found {
  readonly what: string;
  readonly name: string;
  readonly adopt: "matching" | undefined;
  readonly labels: Texts | null | undefined;
  readonly created: string | undefined;
  readonly differences: readonly string[];
}

/**
 * Decides whether to adopt an object that has the name and is in no state. Without `adopt`, only what a crash of ours
 * left is adopted.
 *
 * @throws ProviderError with the object and the remedies, unless it is to be adopted.
 */
export function requireTakeable({ context, endpointId }: Engine, found: Found): void {
  const { what, name, adopt, labels, created, differences } = found;
  if (!isMadeBy(context.urn, labels)) {
    const since = created === undefined ? "" : `, created ${created}`;
    requireFree(context.urn, {
      what: `a ${what} named "${name}" is already on environment ${endpointId}${since}`,
      labels,
      adopt: adopt !== undefined,
      ways: '`adopt: "matching"` as it is',
    });
  }
  if (differences.length === 0) return;
  throw new ProviderError(
    `"${name}" exists and is not as the program says: ${differences.join(", ")} differ${differences.length === 1 ? "s" : ""}, ` +
      `and an engine changes no ${what}. Change the program to match it, or choose another \`name\`.`,
  );
}

/** The changed properties that are certain to change. The others depend on outputs that are not known yet. */
export const certainlyChanged = (changed: readonly string[], news: Properties): string[] =>
  changed.filter((key) => !hasUnknown(news[key]));
