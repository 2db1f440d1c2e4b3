import { z } from "zod";
import { parseDuration } from "../../contract";

/**
 * Converts a duration to milliseconds: `"90s"`, `"1m30s"`, `"1.5h"`; a plain number is seconds.
 *
 * @returns `undefined` when the text is no duration.
 */
export function milliseconds(duration: string | number): number | undefined {
  if (typeof duration === "number") return duration * 1_000;
  const text = duration.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  return /^[+-]/.test(text) ? undefined : parseDuration(text);
}

/** A duration: a text with units, or seconds as a number. */
export const DurationSchema = z
  .union([z.number().nonnegative(), z.string()])
  .refine((value) => milliseconds(value) !== undefined, {
    error: ({ input }) =>
      `${JSON.stringify(input)} is not a duration: write "90s", "1m30s", or seconds as a number`,
  });

declare const reference: unique symbol;

/** A type for another resource in place of its id. It has no values: Pulumi passes the id. */
export interface ResourceReference {
  readonly [reference]: true;
}

export const ID_RULE = "must be an id: a whole number above 0, or the resource that has it";

/**
 * The id of an object in Portainer's database. A resource's id is a text in Pulumi (`remote.id`), so the schema accepts
 * numbers and texts; `idNumber` converts both to a number.
 */
export const IdSchema: z.ZodType<number | string, number | string | ResourceReference> = z.union(
  [z.int(ID_RULE).positive(ID_RULE), z.string().regex(/^[1-9]\d{0,15}$/, ID_RULE)],
  ID_RULE,
) as never;

/** The id as a number: for requests, and to compare ids. */
export function idNumber(id: number | string): number {
  return Number(id);
}

/** Ids in any order; the same id twice counts once. */
export function normalizeIds(ids: readonly (number | string)[]): number[] {
  return [...new Set(ids.map(idNumber))].sort((left, right) => left - right);
}

/** The defaults in a schema. They are managed, so `check` adds them to the inputs. */
export function schemaDefaults(schema: z.ZodObject): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema.shape).flatMap(([key, field]) =>
      field instanceof z.ZodDefault ? [[key, field.def.defaultValue]] : [],
    ),
  );
}

/**
 * An input whose default depends on the resource, so that the definition's `defaults` fills it in. A program may omit
 * it; every step after `check` has it.
 */
export function filledIn<Schema extends z.ZodType>(schema: Schema): z.ZodDefault<Schema> {
  const optional = schema.optional();
  filled.add(optional);
  return optional as unknown as z.ZodDefault<Schema>;
}

const filled = new WeakSet<object>();

/** Whether every step after `check` has the input. */
export const isFilledIn = (schema: object): boolean => filled.has(schema);

/** The keys that a schema allows at a path: `["ports", 0]` gives those of a port. */
export function keysAt(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
  const [step, ...rest] = path;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    return keysAt(schema.unwrap(), path);
  }
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => keysAt(option, path));
  if (schema instanceof z.ZodObject) {
    return step === undefined ? Object.keys(schema.shape) : keysAt(schema.shape[String(step)], rest);
  }
  if (schema instanceof z.ZodArray && step !== undefined) return keysAt(schema.element, rest);
  if (schema instanceof z.ZodRecord && step !== undefined) return keysAt(schema.valueType, rest);
  return [];
}

/** The schemas of an object's properties; `undefined` for what has none, such as a map of texts. */
export function shapeOf(schema: unknown): Readonly<Record<string, unknown>> | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    return shapeOf(schema.unwrap());
  }
  if (schema instanceof z.ZodUnion) return schema.options.map(shapeOf).find((shape) => shape !== undefined);
  return schema instanceof z.ZodObject ? schema.shape : undefined;
}
