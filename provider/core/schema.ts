import { z } from "zod";
import { parseDuration } from "../../contract";

/**
 * The milliseconds of a duration: `"90s"`, `"1m30s"`, `"1.5h"`; a plain number is seconds.
 *
 * @returns `undefined` when the text is no duration.
 */
export function milliseconds(duration: string | number): number | undefined {
  if (typeof duration === "number") return duration * 1_000;
  const text = duration.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  return /^[+-]/.test(text) ? undefined : parseDuration(text);
}

/** A length of time: a text with units, or seconds as a number. */
export const DurationSchema = z
  .union([z.number().nonnegative(), z.string()])
  .refine((value) => milliseconds(value) !== undefined, {
    error: ({ input }) =>
      `${JSON.stringify(input)} is not a duration: write "90s", "1m30s", or seconds as a number`,
  });

declare const reference: unique symbol;

/** Stands, in types alone, for another resource in the place of its id: the engine hands over the id. */
export interface ResourceReference {
  readonly [reference]: true;
}

const RULE = "must be an id: a whole number above 0, or the resource that has it";

/**
 * The id of an object in Portainer's database. The ids of other resources are texts in a program (`remote.id`), so
 * both forms are taken; `idNumber` makes one of them.
 */
export const IdSchema: z.ZodType<number | string, number | string | ResourceReference> = z.union(
  [z.int(RULE).positive(RULE), z.string().regex(/^[1-9]\d{0,15}$/, RULE)],
  RULE,
) as never;

/** The number that an id is: for the wire, and to compare ids. */
export function idNumber(id: number | string): number {
  return Number(id);
}

/** The defaults that a schema states: they are managed, so `check` makes inputs of them. */
export function schemaDefaults(schema: z.ZodObject): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema.shape).flatMap(([key, field]) =>
      field instanceof z.ZodDefault ? [[key, field.def.defaultValue]] : [],
    ),
  );
}

/**
 * An input whose default the definition's `defaults` fills in, because it depends on the resource: a program may leave
 * it out, and every step after `check` has it.
 */
export function filledIn<Schema extends z.ZodType>(schema: Schema): z.ZodDefault<Schema> {
  return schema.optional() as unknown as z.ZodDefault<Schema>;
}

/** The names that a schema knows at a path: `["ports", 0]` gives those of a port. */
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
