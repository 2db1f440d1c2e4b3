import type { Entry } from "../docs/types.mts";
import { descriptionOf } from "./inputs.mts";
import type { PropertySpec, TypeSpec } from "./spec.mts";

/** The settings of a provider. All of them may come from elsewhere, so none is required. */
export function settingsSpec(
  entries: readonly Entry[],
  secrets: readonly string[],
): Record<string, PropertySpec> {
  return Object.fromEntries(
    entries.map((entry) => [
      entry.name,
      {
        ...typeOf(entry),
        description: descriptionOf(entry),
        ...(secrets.includes(entry.name) && { secret: true }),
      },
    ]),
  );
}

/** Every setting takes an output; what counts is the type inside. */
function typeOf({ type }: Entry): TypeSpec {
  if (/Record/.test(type)) return { type: "object", additionalProperties: { type: "string" } };
  if (/CustomResource/.test(type)) return { oneOf: [{ type: "integer" }, { type: "string" }] };
  if (/\bboolean\b/.test(type)) return { type: "boolean" };
  return { type: /\bnumber\b/.test(type) ? "integer" : "string" };
}
