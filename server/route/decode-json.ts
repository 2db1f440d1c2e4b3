import { z } from "zod";
import { HttpError } from "../http-error";

export const INVALID_PAYLOAD = "Invalid request payload";

/** Reads a JSON body as Go does, then checks it against the schema. */
export function decodeJson<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  // Go takes `null` for an object of which nothing is said.
  return check(schema, fold(schema, parseFirstValue(text) ?? {}));
}

/** The first complaint is the whole answer, as it is in Portainer. */
export function check<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new HttpError(400, INVALID_PAYLOAD, result.error.issues[0]?.message);
}

function parseFirstValue(text: string): unknown {
  if (text.trim() === "") throw new HttpError(400, INVALID_PAYLOAD, "EOF");
  try {
    return JSON.parse(text);
  } catch {
    return parsePrefix(text);
  }
}

/** Go's decoder stops after the first value; what follows is not looked at. */
function parsePrefix(text: string): unknown {
  const end = endOfObject(text);
  try {
    return JSON.parse(text.slice(0, end));
  } catch (error) {
    throw new HttpError(400, INVALID_PAYLOAD, end ? (error as Error).message : "Unexpected EOF");
  }
}

function endOfObject(text: string): number {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "\\" && inString) at++;
    else if (char === '"') inString = !inString;
    else if (inString) continue;
    else if (char === "{" || char === "[") depth++;
    else if ((char === "}" || char === "]") && --depth === 0) return at + 1;
  }
  return 0;
}

/** Gives keys the schema's spelling, whatever case they came in, and drops nulls: Go leaves both as if unset. */
function fold(schema: z.ZodType, value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (schema instanceof z.ZodObject) return Array.isArray(value) ? value : foldObject(schema, value);
  if (schema instanceof z.ZodArray)
    return Array.isArray(value) ? value.map((item) => fold(schema.element as z.ZodType, item)) : value;
  if (schema instanceof z.ZodRecord)
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, fold(schema.valueType as z.ZodType, item)]),
    );
  const inner = unwrap(schema);
  return inner ? fold(inner, value) : value;
}

function unwrap(schema: z.ZodType): z.ZodType | undefined {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  )
    return schema.unwrap() as z.ZodType;
  return schema instanceof z.ZodPipe ? (schema.in as z.ZodType) : undefined;
}

const spellings = new WeakMap<z.ZodObject, Map<string, string>>();

function foldObject(schema: z.ZodObject, value: object): Record<string, unknown> {
  let known = spellings.get(schema);
  if (!known) {
    known = new Map(Object.keys(schema.shape).map((key) => [key.toLowerCase(), key]));
    spellings.set(schema, known);
  }
  const folded: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const spelling = known.get(key.toLowerCase());
    if (spelling && item !== null) folded[spelling] = fold(schema.shape[spelling] as z.ZodType, item);
  }
  return folded;
}
