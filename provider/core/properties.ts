/**
 * What the SDK's constructors pass besides a resource's own properties, because Pulumi does not tell it to dynamic
 * providers. Pulumi's CLI hides keys that start with two underscores, and we never compare them.
 */
export interface Hidden {
  /** The resource's URN: the line that progress is shown on. */
  readonly __urn?: string;
  /** `customTimeouts`, as written: `"5m"`. */
  readonly __timeouts?: { readonly create?: string; readonly update?: string; readonly delete?: string };
  /** `replaceOnChanges`, as written. */
  readonly __replaceOnChanges?: readonly string[];
  /** Identifies the `create` call that made the state entry; the adapter adds it, no program sets it. */
  readonly __holder?: string;
  /** The code that makes this package the resource's provider; Pulumi expects it in every answer. */
  readonly __provider?: string;
}

export type Properties = Readonly<Record<string, unknown>>;

/** Whether the value is an object with keys, and no list. */
export const isMap = (value: unknown): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value);

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** Without the keys whose value is `undefined`. */
export const defined = <T extends object>(value: T): Defined<T> =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Defined<T>;

export const isHidden = (key: string): boolean => key.startsWith("__");

/** The resource's own properties. */
export function visible(properties: Properties): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !isHidden(key)));
}

/** The hidden properties. */
export function hidden(properties: Properties): Hidden {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => isHidden(key)));
}

/** The last part of a URN: `urn:pulumi:dev::shop::pulumi-nodejs:dynamic/portainer:Container::web` gives `web`. */
export function nameOf(urn: string | undefined): string | undefined {
  return urn?.split("::").at(-1);
}

/**
 * Converts a value to what Pulumi can transport: no `undefined`, dates as text, big integers as digits. Otherwise Pulumi
 * would fail after the work is done, and leave behind an object that is in no state.
 */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map((item) => plain(item ?? null));
  if (typeof value === "object" && value !== null) return plainRecord(value);
  return value;
}

/** The same for an object; drops keys whose value is `undefined`. */
export function plainRecord(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, plain(item)]])),
  );
}

/** How a provider tells Pulumi that a value is secret; Pulumi then encrypts it, at any depth. */
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

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

/** Whether a value is a secret as Pulumi carries it. */
export function isMarkedSecret(value: object): value is { readonly value: unknown } {
  return (value as Properties)[SIGNATURE_KEY] === SECRET_SIGNATURE;
}

function isRecord(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(SIGNATURE_KEY in value);
}

/** What Pulumi sends during preview for a value that is not known yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether a value is unknown as a whole. */
export const isUnknown = (value: unknown): boolean => value === UNKNOWN;

/** Whether a value is unknown, or has an unknown value anywhere inside. */
export function hasUnknown(value: unknown): boolean {
  if (isUnknown(value)) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  if (typeof value === "object" && value !== null) return Object.values(value).some(hasUnknown);
  return false;
}
