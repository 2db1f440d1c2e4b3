import { z } from "zod";
import type { Entry } from "../docs/types.mts";
import {
  capitalized,
  type NamedTypes,
  type ObjectSpec,
  oneOf,
  type PropertySpec,
  singular,
  type TypeSpec,
} from "./spec.mts";

/** What the sources say about the properties of an object, by its path: `""` for the arguments, `"ports[]"`. */
export type Documented = ReadonlyMap<string, readonly Entry[]>;

/** The documentation of arguments and of all objects inside. */
export function documentedIn(entries: readonly Entry[]): Documented {
  return new Map([["", entries], ...entries.flatMap(({ inner }) => [...inner])]);
}

export interface Reading {
  readonly types: NamedTypes;
  readonly documented: Documented;
  /** Paths of values that are always secret. */
  readonly secrets: readonly string[];
}

/** The properties of an object, from the schema that checks it. */
export function propertiesOf(
  reading: Reading,
  schema: z.ZodObject,
  name: string,
  path = "",
): Pick<ObjectSpec, "properties" | "required"> {
  const entries = reading.documented.get(path) ?? [];
  const properties = Object.entries(schema.shape).flatMap(([key, field]) => {
    const inner = path === "" ? key : `${path}.${key}`;
    const entry = entries.find((one) => one.name === key);
    // The provider computes what is not among the arguments, such as the hash of an image's folder.
    if (!entry && path === "") return [];
    if (!entry?.text) reading.types.undocumented.push(`${name}.${key}`);
    const spec: PropertySpec = {
      ...typeOf(reading, field as z.ZodType, `${name}${capitalized(key)}`, inner),
      ...(entry && { description: descriptionOf(entry) }),
      ...defaultOf(field as z.ZodType),
      ...(reading.secrets.includes(inner) && { secret: true }),
    };
    return [[key, spec] as const];
  });
  const required = Object.entries(schema.shape).flatMap(([key, field]) =>
    field instanceof z.ZodOptional || field instanceof z.ZodDefault ? [] : [key],
  );
  return { properties: Object.fromEntries(properties), ...(required.length > 0 && { required }) };
}

/** What it means, with its default, which may be something that no value says. */
export function descriptionOf({ text, byDefault }: Entry): string {
  return byDefault === undefined ? text : `${text} Default: ${byDefault}.`.replace(/\.\.$/, ".");
}

function defaultOf(field: z.ZodType): Pick<PropertySpec, "default"> {
  const value: unknown = field instanceof z.ZodDefault ? field.def.defaultValue : undefined;
  const isPrimitive = ["string", "number", "boolean"].includes(typeof value);
  return isPrimitive ? { default: value as string | number | boolean } : {};
}

/** @param name what an object or enumeration here is called. */
function typeOf(reading: Reading, schema: z.ZodType, name: string, path: string): TypeSpec {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable)
    return typeOf(reading, schema.unwrap() as z.ZodType, name, path);
  if (schema instanceof z.ZodUnion) return union(reading, schema.options as readonly z.ZodType[], name, path);
  if (schema instanceof z.ZodArray) {
    const items = typeOf(reading, schema.element as z.ZodType, singular(name), `${path}[]`);
    return { type: "array", items };
  }
  if (schema instanceof z.ZodRecord) {
    const values = typeOf(reading, schema.valueType as z.ZodType, singular(name), `${path}[name]`);
    return { type: "object", additionalProperties: values };
  }
  if (schema instanceof z.ZodEnum) return enumeration(reading, schema.options as readonly string[], name);
  if (schema instanceof z.ZodLiteral) return literal(reading, [...schema.values], name);
  if (schema instanceof z.ZodObject) {
    if (isAsset(schema)) return { $ref: "pulumi.json#/Asset" };
    return reading.types.add(name, { type: "object", ...propertiesOf(reading, schema, name, path) });
  }
  return primitive(schema, path);
}

/** Words beside other types are texts like any other. */
function union(reading: Reading, options: readonly z.ZodType[], name: string, path: string): TypeSpec {
  return oneOf(
    options.flatMap((option) => {
      if (isWords(option)) return [{ type: "string" as const }];
      const member = typeOf(reading, option, name, path);
      return member.oneOf ?? [member];
    }),
  );
}

const isWords = (schema: z.ZodType): boolean =>
  schema instanceof z.ZodEnum ||
  (schema instanceof z.ZodLiteral && [...schema.values].every((value) => typeof value === "string"));

/** SDKs take the words as texts, too. */
function enumeration({ types }: Reading, words: readonly string[], name: string): TypeSpec {
  const named = types.add(name, { type: "string", enum: words.map((value) => ({ value })) });
  return { oneOf: [{ type: "string" }, named] };
}

function literal(reading: Reading, values: readonly unknown[], name: string): TypeSpec {
  if (values.every((value) => typeof value === "number")) return { type: "integer" };
  if (values.every((value) => typeof value === "boolean")) return { type: "boolean" };
  return enumeration(reading, values as readonly string[], name);
}

function primitive(schema: z.ZodType, path: string): TypeSpec {
  if (schema instanceof z.ZodString || schema instanceof z.ZodStringFormat) return { type: "string" };
  if (schema instanceof z.ZodNumberFormat) return { type: "integer" };
  if (schema instanceof z.ZodNumber) return { type: schema.isInt ? "integer" : "number" };
  if (schema instanceof z.ZodBoolean) return { type: "boolean" };
  throw new Error(`${path}: a ${schema.constructor.name} has no type in a package schema`);
}

/** Pulumi's assets have a key that says what they are. */
const isAsset = (schema: z.ZodObject): boolean =>
  Object.keys(schema.shape).some((key) => key === "4dabf18193072939515e22adb298388d");
