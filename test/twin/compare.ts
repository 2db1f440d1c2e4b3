import type { Expected } from "./scenario";
import { escapeSegment, lookup } from "./variables";

type Marks = (pointer: string) => boolean;

interface Rules {
  readonly volatile: Marks;
  readonly optional: Marks;
  readonly unordered: Record<string, string>;
}

/** Every way in which `actual` differs from what was recorded. Keys that were not recorded are no difference. */
export function differences(expected: unknown, actual: unknown, how: Expected): string[] {
  const rules = {
    volatile: marks(how.volatile),
    optional: marks(how.optional),
    unordered: how.unordered ?? {},
  };
  return [...compare(expected, actual, "", rules)];
}

function* compare(expected: unknown, actual: unknown, at: string, rules: Rules): Generator<string> {
  if (rules.optional(at)) return;
  const [wanted, given] = [kind(expected), kind(actual)];
  if (rules.volatile(at)) {
    if (!compatible(wanted, given)) yield `${at || "/"}: a value of kind ${wanted} expected, got ${given}`;
  } else if (wanted !== given) {
    if (!isOptionalObject(expected, given, at, rules)) yield unequal(at, expected, actual);
  } else if (wanted === "object") yield* compareObjects(expected as object, actual as object, at, rules);
  else if (wanted === "array") yield* compareArrays(expected as unknown[], actual as unknown[], at, rules);
  else if (wanted !== "empty" && expected !== actual && !matchesPlaceholders(expected, actual))
    yield unequal(at, expected, actual);
}

function* compareObjects(expected: object, actual: object, at: string, rules: Rules): Generator<string> {
  for (const [key, value] of Object.entries(expected)) {
    const pointer = `${at}/${escapeSegment(key)}`;
    if (key in actual) yield* compare(value, (actual as Record<string, unknown>)[key], pointer, rules);
    else if (!rules.optional(pointer)) yield `${pointer}: key missing`;
  }
}

function* compareArrays(expected: unknown[], actual: unknown[], at: string, rules: Rules): Generator<string> {
  if (expected.length !== actual.length) {
    yield `${at || "/"}: ${expected.length} items expected, got ${actual.length}`;
    return;
  }
  const key = rules.unordered[at];
  const [wanted, given] =
    key === undefined ? [expected, actual] : [sorted(expected, key), sorted(actual, key)];
  for (const [index, value] of wanted.entries()) yield* compare(value, given[index], `${at}/${index}`, rules);
}

/** `null`, `[]` and `{}` are one: Go writes whichever comes easier. */
function kind(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (typeof value !== "object") return typeof value;
  if (Object.keys(value).length === 0) return "empty";
  return Array.isArray(value) ? "array" : "object";
}

function compatible(a: string, b: string): boolean {
  const collections = ["empty", "array", "object"];
  return a === b || (collections.includes(a) && collections.includes(b) && [a, b].includes("empty"));
}

function isOptionalObject(expected: unknown, given: string, at: string, { optional }: Rules): boolean {
  return (
    kind(expected) === "object" &&
    given === "empty" &&
    Object.keys(expected as object).every((key) => optional(`${at}/${escapeSegment(key)}`))
  );
}

/** Recorded texts hide the recorder's paths and hosts. */
function matchesPlaceholders(expected: unknown, actual: unknown): boolean {
  if (typeof expected !== "string" || typeof actual !== "string" || !/<path>|<host>/.test(expected))
    return false;
  const pattern = expected
    .split(/<path>|<host>/)
    .map(escapePattern)
    .join("[^\\s\"',;]*");
  return new RegExp(`^${pattern}$`).test(actual);
}

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Pointers in which a segment may be `*` (any one) or `**` (any number). */
function marks(pointers: readonly string[] = []): Marks {
  const patterns = pointers.map(
    (pointer) =>
      new RegExp(
        `^${(pointer.match(/\/[^/]*/g) ?? [])
          .map((part) => (part === "/**" ? ".*" : part === "/*" ? "/[^/]*" : escapePattern(part)))
          .join("")}$`,
      ),
  );
  return (pointer) => patterns.some((pattern) => pattern.test(pointer));
}

function sorted(items: readonly unknown[], key: string): unknown[] {
  const rank = (item: unknown) => JSON.stringify(lookup(item, key)) ?? "";
  return [...items].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

function unequal(at: string, expected: unknown, actual: unknown): string {
  return `${at || "/"}: expected ${short(expected)}, got ${short(actual)}`;
}

export function short(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
