import { z } from "zod";
import { hasUnknown, type Properties } from "./properties";
import { keysAt } from "./schema";

/** The known name that is nearest to a misspelled one, if it is near enough. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(name.length / 3));
  const ranked = known
    .map((candidate) => ({ candidate, distance: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((left, right) => left.distance - right.distance);
  const best = ranked[0];
  return best && best.distance <= limit ? best.candidate : undefined;
}

/** The edit distance: insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
function distance(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let index = 0; index < from.length; index += 1) {
    const next = [index + 1];
    for (let column = 0; column < to.length; column += 1) {
      const change = at(row, column) + (from[index] === to[column] ? 0 : 1);
      const isSwap = from[index] === to[column - 1] && from[index - 1] === to[column];
      const swap = isSwap ? at(before, column - 1) + 1 : change;
      next.push(Math.min(change, swap, at(row, column + 1) + 1, at(next, column) + 1));
    }
    [before, row] = [row, next];
  }
  return at(row, to.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY;

/** One error in a program's inputs, at `property` (`ports[0].hostPort`). */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/**
 * The errors in the inputs of a resource. Skips values that are not known yet.
 *
 * @param misnomers names from other tools, each with our name for it: `{ environment: "env", "ports.internal": "containerPort" }`.
 */
export function validate(
  schema: z.ZodObject,
  inputs: Properties,
  misnomers: Readonly<Record<string, string>> = {},
): Failure[] {
  const result = strict(schema).safeParse(inputs);
  if (result.success) return [];
  return result.error.issues
    .flatMap((issue) => innermost(issue))
    .filter((issue) => issue.code === "unrecognized_keys" || !hasUnknown(valueAt(inputs, issue.path)))
    .flatMap((issue) => failures(issue, schema, misnomers));
}

const strictly = new WeakMap<z.ZodObject, z.ZodObject>();

/** Cached per schema: zod compiles a function for each object schema, which takes longer than the parsing. */
function strict(schema: z.ZodObject): z.ZodObject {
  const made = strictly.get(schema) ?? z.strictObject(schema.shape);
  strictly.set(schema, made);
  return made;
}

function failures(issue: Issue, schema: z.ZodObject, misnomers: Readonly<Record<string, string>>): Failure[] {
  if (issue.code === "invalid_key") {
    const key = JSON.stringify(issue.path.at(-1));
    return issue.issues.map(({ message }) => ({
      property: pathText(issue.path),
      reason: `${key}: ${message}`,
    }));
  }
  if (issue.code !== "unrecognized_keys") return [{ property: pathText(issue.path), reason: issue.message }];
  const known = keysAt(schema, issue.path);
  return issue.keys.map((key) => {
    const path = [...issue.path.filter((step) => typeof step !== "number"), key].join(".");
    const meant = misnomers[path] ?? nearest(key, known);
    const remedy = meant
      ? `did you mean \`${meant}\`?`
      : "remove it, or see the reference for the known names";
    return { property: pathText([...issue.path, key]), reason: `unknown property \`${key}\`; ${remedy}` };
  });
}

const UNNAMED = "Invalid input";

/**
 * A union fails with one list of issues per alternative. Reports the alternative that matched deepest, unless the union
 * has its own message and no alternative matched deeper than the union itself.
 */
function innermost(issue: Issue, parent: Path = []): Issue[] {
  const path = [...parent, ...issue.path];
  if (issue.code !== "invalid_union") return [{ ...issue, path }];
  const deepest = issue.errors
    .map((issues) => issues.flatMap((inner) => innermost(inner, path)))
    .filter((issues) =>
      issues.some((inner) => inner.path.length > path.length || inner.code !== "invalid_type"),
    )
    .sort((left, right) => depth(right) - depth(left))[0];
  if (deepest && (issue.message === UNNAMED || depth(deepest) > path.length)) return deepest;
  return [{ ...issue, path, message: deepest ? issue.message : unionMessage(issue) }];
}

const depth = (issues: readonly Issue[]): number => Math.max(...issues.map(({ path }) => path.length));

function unionMessage(issue: z.core.$ZodIssueInvalidUnion): string {
  const expected = issue.errors
    .flat()
    .flatMap((inner) => (inner.code === "invalid_type" ? [inner.expected] : []));
  return expected.length > 0 ? `expected ${[...new Set(expected)].join(" or ")}` : issue.message;
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : value,
    root,
  );
}

function pathText(path: Path): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`,
    "",
  );
}
