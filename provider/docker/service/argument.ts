/** The kinds of arguments of a service: how each is written into the engine's specification, and read there. */
import type { ServiceInspect } from "../../../contract";
import { byteCount, nanoseconds, sizeText } from "../container/arguments/values";
import { at, isObject, isUnset, put, type Wire, withoutEmpty } from "../container/wire";
import type { Texts } from "../identity";

/** A service as the engine shows it, with what the builder and the arguments need beside. */
export interface FoundService extends ServiceInspect {
  readonly Name: string;
  readonly Labels: Texts | null | undefined;
  /** The names of the networks that it names by id. */
  readonly networkNames: Readonly<Record<string, string>>;
}

/** The same for what the engine shows, without the names of its networks. */
export const named = (found: ServiceInspect): FoundService => ({
  ...found,
  Name: found.Spec.Name,
  Labels: found.Spec.Labels,
  networkNames: {},
});

export interface ServiceArgument<Value = never> {
  /** One form for all spellings of a value; `null` if it sets nothing. */
  readonly normalize: (value: Value) => unknown;
  /**
   * Puts the value into the specification, or takes it out.
   *
   * @param old what the program had before: what it no longer has is taken out, what others have set stays.
   */
  readonly write: (value: Value | undefined, spec: Wire, old: Value | undefined) => void;
  /** The actual value, cut to what the program sets; all of it if it sets nothing. */
  readonly read: (found: FoundService, desired: Value | undefined) => unknown;
}

export const CONTAINER = ["TaskTemplate", "ContainerSpec"] as const;
export const same = (value: unknown): unknown => value;

/** An argument that is one field of the specification. */
export function field<Value>(
  path: readonly string[],
  to: (value: Value) => unknown = same,
  from: (wire: never) => unknown = same,
): ServiceArgument<Value> {
  return {
    normalize: (value) => (isUnset(to(value)) ? null : to(value)),
    write: (value, spec) => (value === undefined ? remove(spec, path) : put(spec, path, to(value))),
    read: ({ Spec }) => {
      const actual = at(Spec, path);
      return isUnset(actual) ? undefined : from(actual as never);
    },
  };
}

/** A number for which 0 is a value like any other. */
export const count = (path: readonly string[]): ServiceArgument<number> => ({
  ...field<number>(path),
  normalize: same,
  read: ({ Spec }) => at(Spec, path),
});

export function remove(spec: Wire, path: readonly string[]): void {
  const parent = at(spec, path.slice(0, -1));
  if (isObject(parent)) delete parent[path.at(-1) ?? ""];
}

/** Conversions of a value, to the engine's form and back. */
export interface Codec {
  readonly key: string;
  readonly to: (value: never) => unknown;
  readonly from: (wire: never) => unknown;
}

export const plain = (key: string): Codec => ({ key, to: same, from: same });
export const duration = (key: string): Codec => ({ key, to: nanoseconds, from: seconds });
export const size = (key: string): Codec => ({ key, to: byteCount, from: sizeText });
export const cpus = (key: string): Codec => ({
  key,
  to: (value: number) => Math.round(value * 1e9),
  from: (wire: number) => wire / 1e9,
});

export function seconds(wire: number): number {
  return wire / 1e9;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * An argument that is an object. The engine completes it: only the keys that the program sets are compared.
 *
 * @param usual what is sent for keys that the program leaves out beside others.
 */
export function object(
  path: readonly string[],
  codecs: Readonly<Record<string, Codec>>,
  usual: Wire = {},
): ServiceArgument<Fields> {
  const entries = Object.entries(codecs);
  const isSet = (value: Fields | undefined, name: string) => value?.[name] !== undefined;
  return {
    normalize: (value) => {
      const set = entries.filter(([name]) => isSet(value, name));
      const wire = withoutEmpty(
        Object.fromEntries(set.map(([name, { key, to }]) => [key, to(value[name] as never)])),
      );
      return Object.keys(wire).length > 0 ? wire : null;
    },
    write: (value, spec, old) => {
      const now = at(spec, path);
      const wire: Wire = isObject(now) ? { ...now } : {};
      for (const [name, { key, to }] of entries) {
        if (isSet(value, name)) wire[key] = to(value?.[name] as never);
        else if (isSet(old, name)) delete wire[key];
      }
      if (Object.keys(wire).length > 0) put(spec, path, { ...usual, ...wire });
      else remove(spec, path);
    },
    read: ({ Spec }, desired) => {
      const wire = at(Spec, path);
      if (!isObject(wire)) return undefined;
      const shown = entries.filter(
        ([name, { key }]) => !isUnset(wire[key]) && (desired === undefined || isSet(desired, name)),
      );
      return Object.fromEntries(shown.map(([name, { key, from }]) => [name, from(wire[key] as never)]));
    },
  };
}

/** A list whose order has no meaning. */
export const unordered = (items: readonly unknown[]): unknown[] =>
  [...items].sort((left, right) => JSON.stringify(left).localeCompare(JSON.stringify(right)));

export const list = <Item>(
  path: readonly string[],
  to: (item: Item) => unknown,
  from: (wire: never) => unknown,
) =>
  ({
    ...field<readonly Item[]>(
      path,
      (items) => items.map(to),
      (wire: never[]) => wire.map(from),
    ),
    normalize: (items: readonly Item[]) => (items.length > 0 ? unordered(items.map(to)) : null),
  }) satisfies ServiceArgument<readonly Item[]>;
