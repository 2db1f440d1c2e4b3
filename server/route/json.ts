/** JSON, as text or as bytes. */
export type Json = string | Uint8Array;

/** The JSON of immutable values, once it was needed. */
const texts = new WeakMap<object, string | undefined>();
/** The JSON of the last list that began with this value. */
const lists = new WeakMap<object, { readonly values: readonly object[]; readonly json: Uint8Array }>();

/** Marks a value as immutable, so that its JSON is made only once. */
export function unchanging<T extends object>(value: T): T {
  texts.set(value, undefined);
  return value;
}

export function jsonOf(value: unknown): Json {
  if (isUnchanging(value)) return textOf(value);
  if (Array.isArray(value) && value.length > 0 && value.every(isUnchanging)) return listOf(value);
  return JSON.stringify(value);
}

const isUnchanging = (value: unknown): value is object =>
  typeof value === "object" && value !== null && texts.has(value);

function textOf(value: object): string {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = JSON.stringify(value);
  texts.set(value, text);
  return text;
}

function listOf(values: readonly object[]): Uint8Array {
  const first = values[0] as object;
  const last = lists.get(first);
  if (last?.values.length === values.length && last.values.every((value, at) => value === values[at]))
    return last.json;
  const json = Buffer.from(`[${values.map(textOf).join(",")}]`);
  lists.set(first, { values, json });
  return json;
}
