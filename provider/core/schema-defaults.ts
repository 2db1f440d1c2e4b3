import { z } from "zod";

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
