import type { ContainerInspect } from "../../../../contract";
import { equal } from "../../../core/diff";
import type { Engine } from "../../engine";
import type { NewContainer } from "../calls";
import { at, isUnset, put, type Wire } from "../wire";

/**
 * What a change of an argument takes:
 *
 * - `rollout`: a new engine container replaces the old one;
 * - `inPlace`: the engine changes the existing container;
 * - `setting`: nothing; the argument only controls how the provider works.
 */
type ArgumentChange = "rollout" | "inPlace" | "setting";

/** What a create call is made of besides the inputs. */
export interface CreateCall {
  /** The id of the call. */
  readonly createId: string;
  /** The version of the Docker API that is spoken with the engine. */
  readonly apiVersion: string;
}

/** A change of an existing container in place. */
export interface ContainerChange<Inputs> {
  readonly container: ContainerInspect;
  /** The inputs last applied; of a container that is being adopted, what it shows. */
  readonly olds: Partial<Inputs>;
  readonly news: Inputs;
}

/**
 * Everything about one argument of a container: how it is compared, sent to the engine, read back and changed. All but
 * `change` are optional, and most arguments need four of them.
 *
 * @typeParam Value the argument's value.
 * @typeParam Inputs the inputs that matter to it: its own and some of others.
 */
export interface Argument<Value = never, Inputs = unknown> {
  readonly change: ArgumentChange;

  // Comparing

  /** Converts all spellings of one value to one form. @default the value as it is */
  readonly normalize?: (value: Value) => unknown;
  /**
   * The actual value of the engine, limited to what the program sets: keys that the image or the engine added are left
   * out.
   *
   * @param desired the program's value; `undefined` reads everything.
   */
  readonly read?: (container: ContainerInspect, desired: Value | undefined) => unknown;
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

  // Creating

  /**
   * The Docker API version that parts of a value need, by their names in the program: `{ annotations: "1.43" }`. An
   * older engine would ignore them silently. @default every engine supports it
   */
  readonly since?: (value: Value) => Readonly<Record<string, string>>;
  /** Puts the value into the body of `POST /containers/create`. */
  readonly write?: (value: Value, body: Wire) => void;
  /** The same for what is no part of the body's fingerprint, because it differs from call to call or engine to engine. */
  readonly complete?: (value: Value, body: Wire, call: CreateCall, inputs: Inputs) => void;
  /** Adds to a new container, before it starts, what the create call cannot carry. */
  readonly finish?: (value: Value, engine: Engine, created: NewContainer, inputs: Inputs) => Promise<void>;
  /** In a roll-out, gives the new container what others gave to the old one and the program does not set. */
  readonly inherit?: (
    engine: Engine,
    created: NewContainer,
    change: ContainerChange<Inputs>,
  ) => Promise<void>;

  // Changing in place, for an argument whose `change` is `inPlace`

  /**
   * Whether this change takes a new container all the same. In a preview the value may be unknown: then, whether it
   * may. @default never
   */
  readonly needsRollOut?: (value: Value | undefined, olds: Partial<Inputs>, news: Inputs) => boolean;
  /** Whether this container can never have the value: it lacks what only a create call gives. @default never */
  readonly isOutOfReach?: (container: ContainerInspect, inputs: Inputs) => boolean;
  /** Puts the new value into the body of `POST /containers/{id}/update`: all such changes are one request. */
  readonly update?: (value: Value | undefined, body: Wire, change: ContainerChange<Inputs>) => void;
  /** Makes the change by calls of its own, before the container is started or stopped. */
  readonly apply?: (engine: Engine, change: ContainerChange<Inputs>) => Promise<void>;
  /**
   * Tells the running process of the change.
   *
   * @returns whether that restarted it.
   */
  readonly announce?: (engine: Engine, change: ContainerChange<Inputs>) => Promise<boolean>;
}

/** An argument of any value. */
export type AnyArgument = Argument<never, never>;

/**
 * A value in the form in which values are compared: one form for all spellings, `null` for a value that sets nothing.
 */
export function canonical({ normalize, empty = "none" }: AnyArgument, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  const plain = normalize ? normalize(value as never) : value;
  return empty !== "value" && isUnset(plain) ? null : plain;
}

/** Whether a value is empty, so that the image or the engine fills it in. */
export const isLeftToEngine = (argument: AnyArgument, value: unknown): boolean =>
  argument.empty === "default" && canonical(argument, value) === null;

/** The same argument, but the image or the engine fills in an empty value. */
export const filledIn = <Value, Inputs>(argument: Argument<Value, Inputs>): Argument<Value, Inputs> => ({
  ...argument,
  empty: "default",
});

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
