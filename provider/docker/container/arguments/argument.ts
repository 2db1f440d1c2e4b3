import type { ContainerInspect } from "../../../../contract";
import { equal } from "../../../core/diff";

/**
 * What a change of an argument takes:
 *
 * - `rollout`: a new engine container replaces the old one;
 * - `inPlace`: the engine changes the existing container;
 * - `setting`: nothing; the argument only controls how the provider works.
 */
type ArgumentChange = "rollout" | "inPlace" | "setting";

/** A JSON object of the Docker API. */
export type Wire = Record<string, unknown>;

/** How one argument of a container is sent to the engine, read back and compared. */
export interface Argument<Value = never> {
  readonly change: ArgumentChange;
  /** Converts all spellings of one value to one form. @default the value as it is */
  readonly normalize?: (value: Value) => unknown;
  /** Puts the value into the body of `POST /containers/create`. */
  readonly write?: (value: Value, body: Wire) => void;
  /**
   * The actual value of the engine, limited to what the program sets: keys that the image or the engine added are left
   * out.
   *
   * @param desired the program's value; `undefined` reads everything.
   */
  readonly read?: (container: ContainerInspect, desired: Value | undefined) => unknown;
  /**
   * The Docker API version that parts of a value need, by their names in the program: `{ annotations: "1.43" }`. An
   * older engine would ignore them silently. @default every engine supports it
   */
  readonly since?: (value: Value) => Readonly<Record<string, string>>;
  /**
   * What an empty value (`""`, `0`, `false`, `[]`, `{}`) means:
   *
   * - `none`: nothing is set, as on a container that does not use the argument;
   * - `default`: the image or the engine fills it in, as if the argument were left out;
   * - `value`: a value like any other.
   *
   * @default "none"
   */
  readonly empty?: "none" | "default" | "value";
  /** Matches the engine's warning that its kernel does not support this and that it discarded the value. */
  readonly discarded?: RegExp;
}

/**
 * A value in the form in which values are compared: one form for all spellings, `null` for a value that sets nothing.
 */
export function canonical({ normalize, empty = "none" }: Argument, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  const plain = normalize ? normalize(value as never) : value;
  return empty !== "value" && isUnset(plain) ? null : plain;
}

/** Whether a value is empty, so that the image or the engine fills it in. */
export const isLeftToEngine = (argument: Argument, value: unknown): boolean =>
  argument.empty === "default" && canonical(argument, value) === null;

/** The same argument, but the image or the engine fills in an empty value. */
export const filledIn = <Value>(argument: Argument<Value>): Argument<Value> => ({
  ...argument,
  empty: "default",
});

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

/** Fields outside `HostConfig` are at the top of the create body, and in `Config` of an inspected container. */
function inspectPath(path: string): string[] {
  const keys = path.split(".");
  return keys[0] === "HostConfig" ? keys : ["Config", ...keys];
}

/**
 * An argument that is one field of the create body: `"HostConfig.Memory"`, or `"Tty"` of the container's config.
 *
 * @param to converts a value to the engine's form, in which values are also compared.
 * @param from converts the engine's form back; used where the actual value differs from the desired one.
 */
export function field<Value>(
  path: string,
  change: ArgumentChange,
  to: (value: Value) => unknown = (value) => value,
  from: (wire: never) => unknown = (wire) => wire,
): Argument<Value> {
  return {
    change,
    normalize: (value) => to(value) ?? null,
    write: (value, body) => put(body, path.split("."), to(value)),
    read: (container, desired) => {
      const actual = at(container, inspectPath(path));
      if (desired !== undefined && same(actual, to(desired))) return desired;
      return isUnset(actual) ? undefined : from(actual as never);
    },
  };
}

/** The engine shows some values that have no effect (`false`, `0`) as unset. */
function same(actual: unknown, desired: unknown): boolean {
  return equal(actual, desired) || (isUnset(actual) && isUnset(desired));
}

/** Whether the engine shows this value for a field that is not set. */
function isUnset(value: unknown): boolean {
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

/** An argument that only controls how the provider works. */
export const setting: Argument = { change: "setting" };

type Map<Value> = Readonly<Record<string, Value>>;

interface Codec<Value> {
  readonly to: (map: Map<Value>) => unknown;
  readonly from: (wire: unknown) => Map<Value>;
}

/**
 * A map to which the image and the engine add keys. Only the keys that the program sets are compared. A key that the
 * program no longer sets shows as a difference from the previous inputs.
 */
export function keyed<Value>(
  path: string,
  { to, from }: Codec<Value> = { to: (map) => map, from: (wire) => (wire ?? {}) as Map<Value> },
): Argument<Map<Value>> {
  return {
    change: "rollout",
    write: (map, body) => put(body, path.split("."), to(map)),
    read: (container, desired) => {
      const actual = from(at(container, inspectPath(path)));
      const keys = desired === undefined ? Object.keys(actual) : Object.keys(desired);
      return Object.fromEntries(keys.flatMap((key) => (key in actual ? [[key, actual[key]]] : [])));
    },
  };
}
