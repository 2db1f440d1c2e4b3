import type { ContainerInspect } from "../../../../contract";
import { equal } from "../../../core/diff";

/**
 * What a change of an argument takes:
 *
 * - `rollout`: a new engine container in the place of the old one;
 * - `inPlace`: the engine can change it on the container that runs;
 * - `setting`: nothing; it says how the provider goes about its work.
 */
type ArgumentChange = "rollout" | "inPlace" | "setting";

/** A JSON object of the engine. */
export type Wire = Record<string, unknown>;

/** How one argument of a container goes to the engine, comes back, and is compared on the way. */
export interface Argument<Value = never> {
  readonly change: ArgumentChange;
  /** Brings all spellings of one wish to one form. @default the value as it is */
  readonly normalize?: (value: Value) => unknown;
  /** Puts the value into the body of `POST /containers/create`. */
  readonly write?: (value: Value, body: Wire) => void;
  /**
   * The value as the engine has it now, cut to what was wished: keys that the image or the engine added are nobody's
   * wish.
   *
   * @param wished the value in the program; `undefined` when everything is asked for.
   */
  readonly read?: (container: ContainerInspect, wished: Value | undefined) => unknown;
  /**
   * The Docker API that parts of a value need, by what the program calls them: `{ annotations: "1.43" }`. An older
   * engine would drop them without a word. @default every engine has it
   */
  readonly since?: (value: Value) => Readonly<Record<string, string>>;
  /**
   * What an empty value (`""`, `0`, `false`, `[]`, `{}`) asks for:
   *
   * - `none`: none of it, as a container has it that asks for nothing;
   * - `default`: what the image or the engine fills in, the same as to leave it out;
   * - `value`: something of its own.
   *
   * @default "none"
   */
  readonly empty?: "none" | "default" | "value";
  /** What the engine warns of when its kernel cannot do this and it has left it out. */
  readonly discarded?: RegExp;
}

/** A value in the form in which values are compared: one form for all spellings, `null` for what asks for nothing. */
export function canonical({ normalize, empty = "none" }: Argument, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  const plain = normalize ? normalize(value as never) : value;
  return empty !== "value" && isUnset(plain) ? null : plain;
}

/** Whether a value is empty and leaves it to the image or the engine what there is. */
export const isLeftToEngine = (argument: Argument, value: unknown): boolean =>
  argument.empty === "default" && canonical(argument, value) === null;

/** The same argument, of which an empty value is filled in by the image or the engine. */
export const filledIn = <Value>(argument: Argument<Value>): Argument<Value> => ({
  ...argument,
  empty: "default",
});

/** The value at a path of the engine's object: `["HostConfig", "Memory"]`. */
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

/** The value without what the engine shows for "nothing": `null`, `""`, `0`, `false`, and empty lists and objects. */
export function withoutEmpty(wire: Wire): Wire {
  return Object.fromEntries(Object.entries(wire).filter(([, value]) => !isUnset(value)));
}

/** The inspected container has the create body's `Config` in a part of its own. */
function inspectPath(path: string): string[] {
  const keys = path.split(".");
  return keys[0] === "HostConfig" ? keys : ["Config", ...keys];
}

/**
 * An argument that is one field of the create body: `"HostConfig.Memory"`, or `"Tty"` of the container's config.
 *
 * @param to the engine's form of a value, in which values are compared as well.
 * @param from a value from the engine's form, for values that differ from what was wished.
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
    read: (container, wished) => {
      const actual = at(container, inspectPath(path));
      if (wished !== undefined && same(actual, to(wished))) return wished;
      return isUnset(actual) ? undefined : from(actual as never);
    },
  };
}

/** The engine shows some values that change nothing (`false`, `0`) as unset. */
function same(actual: unknown, wished: unknown): boolean {
  return equal(actual, wished) || (isUnset(actual) && isUnset(wished));
}

/** What the engine shows for a field that nobody set. */
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

/** An argument that only says how the provider works. */
export const setting: Argument = { change: "setting" };

type Map<Value> = Readonly<Record<string, Value>>;

interface Codec<Value> {
  readonly to: (map: Map<Value>) => unknown;
  readonly from: (wire: unknown) => Map<Value>;
}

/**
 * A map into which image and engine put keys of their own. Only the keys that a program wishes are looked at; a key
 * that it no longer wishes shows as a difference from its earlier wish.
 */
export function keyed<Value>(
  path: string,
  { to, from }: Codec<Value> = { to: (map) => map, from: (wire) => (wire ?? {}) as Map<Value> },
): Argument<Map<Value>> {
  return {
    change: "rollout",
    write: (map, body) => put(body, path.split("."), to(map)),
    read: (container, wished) => {
      const actual = from(at(container, inspectPath(path)));
      const keys = wished === undefined ? Object.keys(actual) : Object.keys(wished);
      return Object.fromEntries(keys.flatMap((key) => (key in actual ? [[key, actual[key]]] : [])));
    },
  };
}
