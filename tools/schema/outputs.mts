import type { Entry } from "../docs/types.mts";
import { descriptionOf } from "./inputs.mts";
import {
  capitalized,
  type NamedTypes,
  type ObjectSpec,
  oneOf,
  type PropertySpec,
  singular,
  type TypeSpec,
} from "./spec.mts";

/** The properties of an object that the provider gives, from its documented type. Every number in them is a whole one. */
export function outputsOf(
  types: NamedTypes,
  entries: readonly Entry[],
  name: string,
  secrets: readonly string[] = [],
): Pick<ObjectSpec, "properties" | "required"> {
  const inner = new Map(entries.flatMap((entry) => [...entry.inner]));
  const properties = entries.map((entry) => {
    if (entry.text === "") types.undocumented.push(`${name}.${entry.name}`);
    const spec: PropertySpec = {
      ...typeOf({ types, inner }, entry.type, `${name}${capitalized(entry.name)}`, entry.name),
      description: descriptionOf(entry),
      ...(secrets.includes(entry.name) && { secret: true }),
    };
    return [entry.name, spec] as const;
  });
  const required = entries.filter(({ isOptional }) => !isOptional).map((entry) => entry.name);
  return { properties: Object.fromEntries(properties), ...(required.length > 0 && { required }) };
}

interface Reading {
  readonly types: NamedTypes;
  readonly inner: ReadonlyMap<string, readonly Entry[]>;
}

/** A type as the reference writes it: `{ name, id? }[]`, `"a" | "b"`, `{ [name]: string }`. */
function typeOf(reading: Reading, text: string, name: string, path: string): TypeSpec {
  const members = splitUnion(text);
  if (members.length > 1) {
    if (members.every((member) => member.startsWith('"'))) return { type: "string" };
    return oneOf(members.map((member) => typeOf(reading, member, name, path)));
  }
  if (text.startsWith("(") && text.endsWith(")[]"))
    return { type: "array", items: typeOf(reading, text.slice(1, -3), singular(name), `${path}[]`) };
  if (text.endsWith("[]"))
    return { type: "array", items: typeOf(reading, text.slice(0, -2), singular(name), `${path}[]`) };
  const [, values] = /^\{ \[name\]: (.+) \}$/s.exec(text) ?? [];
  if (values !== undefined)
    return {
      type: "object",
      additionalProperties: typeOf(reading, values, singular(name), `${path}[name]`),
    };
  if (text.startsWith("{")) return objectOf(reading, name, path);
  if (text.startsWith('"') || text === "string") return { type: "string" };
  if (text === "number") return { type: "integer" };
  if (text === "boolean") return { type: "boolean" };
  if (text === "unknown") return { $ref: "pulumi.json#/Any" };
  throw new Error(`${name}: ${text} has no type in a package schema`);
}

function objectOf({ types, inner }: Reading, name: string, path: string): TypeSpec {
  const entries = inner.get(path);
  if (!entries) throw new Error(`${name}: the properties of ${path} are not documented`);
  return types.add(name, { type: "object", ...outputsOf(types, entries, name) });
}

/** The members of a union, but not of one inside brackets. */
function splitUnion(text: string): string[] {
  const members: string[] = [""];
  let depth = 0;
  for (const part of text.split(/( \| |[(){}[\]])/)) {
    if (/^[({[]$/.test(part)) depth += 1;
    if (/^[)}\]]$/.test(part)) depth -= 1;
    if (part === " | " && depth === 0) members.push("");
    else members[members.length - 1] += part;
  }
  return members;
}
