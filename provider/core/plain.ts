/**
 * The value as Pulumi's wire can carry it: without `undefined`, dates as text, big integers as digits. Anything
 * else that JSON lacks would fail after the work is done, and so leave an object behind that no state names.
 */
export function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map((item) => plain(item ?? null));
  if (typeof value === "object" && value !== null) return plainRecord(value);
  return value;
}

/** The same for an object: keys whose value is `undefined` are left out. */
export function plainRecord(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, plain(item)]])),
  );
}
