/** Values made from a schema, so that a table of arguments covers a new one without being told. */
import { z } from "zod";
import { UNKNOWN } from "../../../provider/core/properties";

/** Texts and keys that one or the other rule of a schema takes. */
const TEXTS = [
  "a1",
  "/a",
  "a:/a",
  "no",
  "80",
  "1m",
  "10.0.0.0/24",
  "10.0.0.1",
  "::1",
  "02:42:ac:11:00:02",
  "c 1:3 rwm",
  "rwm",
  "tcp://10.0.7.10:2375",
  "http://10.0.7.10",
  "YQ==",
  `sha256:${"0".repeat(64)}`,
];

/** Some value that a schema takes. */
export function sample(schema: z.core.$ZodType): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return sample(schema.unwrap());
  if (schema instanceof z.ZodLiteral) return [...schema.values][0];
  if (schema instanceof z.ZodEnum) return schema.options[0];
  if (schema instanceof z.ZodUnion) return sample(schema.options[0] as z.core.$ZodType);
  if (schema instanceof z.ZodArray) return [sample(schema.element)];
  if (schema instanceof z.ZodRecord) return { [keyFor(schema)]: sample(schema.valueType) };
  if (schema instanceof z.ZodObject) return withRequired(schema, {});
  return firstTaken(schema, [true, ...TEXTS, 1, 100, 1000]);
}

/** Every form that a value can have while something in it is not known yet: all of it, an element, a key's value, a field. */
export function unknownForms(schema: z.core.$ZodType): unknown[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return unknownForms(schema.unwrap());
  return [UNKNOWN, ...formsInside(schema)];
}

function formsInside(schema: z.core.$ZodType): unknown[] {
  if (schema instanceof z.ZodUnion) {
    return schema.options.flatMap((option) => unknownForms(option as z.core.$ZodType).slice(1));
  }
  if (schema instanceof z.ZodArray) {
    const known = sample(schema.element);
    return unknownForms(schema.element).flatMap((form) => [[form], [known, form]]);
  }
  if (schema instanceof z.ZodRecord) {
    return unknownForms(schema.valueType).map((form) => ({ [keyFor(schema)]: form }));
  }
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape)
      .filter(([, field]) => !(field instanceof z.ZodLiteral))
      .flatMap(([key, field]) =>
        unknownForms(field as z.core.$ZodType).map((form) => withRequired(schema, { [key]: form })),
      );
  }
  return [];
}

/** Those of the given fields that a schema has, and of its others those that have to be there. */
export function withRequired(
  schema: z.ZodObject,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const required = Object.entries(schema.shape).filter(
    ([key, field]) => !(key in given) && !(field as z.ZodType).safeParse(undefined).success,
  );
  return {
    ...Object.fromEntries(required.map(([key, field]) => [key, sample(field as z.core.$ZodType)])),
    ...Object.fromEntries(Object.entries(given).filter(([key]) => key in schema.shape)),
  };
}

const keyFor = (schema: z.ZodRecord): string => String(firstTaken(schema.keyType, TEXTS));

function firstTaken(schema: z.core.$ZodType, candidates: readonly unknown[]): unknown {
  return candidates.find((candidate) => z.safeParse(schema, candidate).success);
}
