import type { ContainerInspect } from "../../contract";
import { equal } from "../core/equal";
import type { Properties } from "../core/hidden";
import { type Argument, canonical, isLeftToEngine } from "./argument";
import { type ContainerSettled, containerArguments } from "./arguments";

type Wishes = Partial<ContainerSettled>;

/**
 * The inputs as the engine has them: a wish that is fulfilled reads as it was written, however the engine spells it.
 *
 * @param wished the inputs last carried out; without any, everything that the engine shows is read.
 * @param warnings what the engine said of it: a wish that its kernel cannot fulfil counts as fulfilled.
 */
export function observe(
  container: ContainerInspect,
  wished: Wishes | undefined,
  warnings: readonly string[] = [],
): Properties {
  const entries = Object.entries(containerArguments).flatMap(([key, argument]) => {
    const wish = wished?.[key as keyof ContainerSettled];
    if (wished !== undefined && isUnset(wish)) return [];
    const isOpen = wished !== undefined && isLeftToEngine(argument, wish);
    const isRead = argument.read && !isOpen && !isDiscarded(argument, warnings);
    const value = isRead ? readOne(argument, container, wish) : wish;
    return value === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(entries);
}

function readOne(argument: Argument, container: ContainerInspect, wish: unknown): unknown {
  const actual = argument.read?.(container, wish as never);
  return !isUnset(wish) && isSame(argument, actual, wish) ? wish : actual;
}

/** The properties whose wish the engine does not fulfil. */
export function unfulfilled(
  container: ContainerInspect,
  wished: ContainerSettled,
  warnings: readonly string[] = [],
): (keyof ContainerSettled)[] {
  const actual = observe(container, wished, warnings);
  return (Object.keys(containerArguments) as (keyof ContainerSettled)[]).filter(
    (key) => !isUnset(wished[key]) && !isSame(containerArguments[key], actual[key], wished[key]),
  );
}

function isDiscarded({ discarded }: Argument, warnings: readonly string[]): boolean {
  return discarded !== undefined && warnings.some((warning) => discarded.test(warning));
}

function isSame(argument: Argument, left: unknown, right: unknown): boolean {
  return equal(canonical(argument, left), canonical(argument, right));
}

function isUnset(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}
