/** How a provider tells the engine that a value is secret: the engine then encrypts it, at any depth. */
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

type Properties = Readonly<Record<string, unknown>>;

/** Marks the values at these paths (`"password"`, `"tls.clientKey"`) as secret, where they are set. */
export function markSecrets(properties: Properties, paths: readonly string[]): Record<string, unknown> {
  return paths.reduce<Record<string, unknown>>((marked, path) => markAt(marked, path.split(".")), {
    ...properties,
  });
}

function markAt(properties: Properties, [key, ...rest]: readonly string[]): Record<string, unknown> {
  if (key === undefined || properties[key] === undefined || properties[key] === null)
    return { ...properties };
  const value = properties[key];
  if (rest.length === 0) return { ...properties, [key]: secret(value) };
  return isRecord(value) ? { ...properties, [key]: markAt(value, rest) } : { ...properties };
}

function secret(value: unknown): unknown {
  return { [SIGNATURE_KEY]: SECRET_SIGNATURE, value };
}

function isRecord(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(SIGNATURE_KEY in value);
}
