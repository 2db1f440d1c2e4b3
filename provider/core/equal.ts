/**
 * Whether two values say the same. What is unset and what is `null` are the same; key order is not looked at,
 * the order of a list is.
 */
export function equal(left: unknown, right: unknown): boolean {
  if (left === right || ((left ?? null) === null && (right ?? null) === null)) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => equal(item, right[index]));
  }
  if (!isRecord(left) || !isRecord(right)) return false;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => equal(left[key], right[key]));
}

/** The value, or `null` for an empty list or map: where both ask for nothing. */
export function noneIfEmpty<Value extends object>(value: Value | null | undefined): Value | null {
  return value && Object.keys(value).length > 0 ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
