import { z } from "zod";

/** The defaults that a schema states: they are managed, so `check` makes inputs of them. */
export function schemaDefaults(schema: z.ZodObject): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema.shape).flatMap(([key, field]) =>
      field instanceof z.ZodDefault ? [[key, field.def.defaultValue]] : [],
    ),
  );
}
