import { z } from "zod";

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
