import { z } from "zod";
import { hasUnknown, type Properties } from "./properties";
import { keysAt } from "./schema";

/** The known name that was most likely meant, if one is near enough to say so. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(name.length / 3));
  const ranked = known
    .map((candidate) => ({ candidate, distance: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((left, right) => left.distance - right.distance);
  const best = ranked[0];
  return best && best.distance <= limit ? best.candidate : undefined;
}

/** How many letters to insert, delete, change or swap with their neighbour (optimal string alignment). */
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

/** One thing that is wrong with a program's input, at `property` (`ports[0].hostPort`). */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/**
 * What is wrong with the inputs of a resource. Values that are not known yet are not judged.
 *
 * @param misnomers names that other tools use, with ours: `{ environment: "env", "ports.internal": "containerPort" }`.
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

/** Made once a schema: zod writes a function for each object that it parses, which takes longer than to parse it. */
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
 * A union fails with one list of issues for each of its forms: what is said is the form that came nearest, unless the
 * union has a text of its own and no form was any nearer than the others.
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
