/** The JSON objects of the Docker API: reads and sets their fields. */

/** A JSON object of the Docker API. */
export type Wire = Record<string, unknown>;

/** Reads the value at a path of the engine's object: `["HostConfig", "Memory"]`. */
export function at(wire: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), wire);
}

/** Sets the value at a path of the engine's object. */
export function put(wire: Wire, [key = "", ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    wire[key] = value;
    return;
  }
  const inner = isObject(wire[key]) ? wire[key] : {};
  wire[key] = inner;
  put(inner, rest, value);
}

/**
 * The object without keys whose value the engine shows for "unset": `null`, `""`, `0`, `false`, empty lists and
 * objects.
 */
export function withoutEmpty(wire: Wire): Wire {
  return Object.fromEntries(Object.entries(wire).filter(([, value]) => !isUnset(value)));
}

/** Whether the engine shows this value for a field that is not set. */
export function isUnset(value: unknown): boolean {
  return (
    value === undefined || value === null || value === "" || value === 0 || value === false || isEmpty(value)
  );
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

export function isObject(value: unknown): value is Wire {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
