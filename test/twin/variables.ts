export type Variables = Record<string, unknown>;

const NAME = /\{\{([A-Za-z0-9_.-]+)\}\}/g;

/** A step needs what no step before it has captured. */
export class MissingVariable extends Error {
  override readonly name = "MissingVariable";
}

/** Replaces `{{name}}` everywhere in a value. Text that is nothing but one variable keeps that variable's type. */
export function fill(value: unknown, variables: Variables): unknown {
  if (typeof value === "string") return fillText(value, variables);
  if (Array.isArray(value)) return value.map((item) => fill(item, variables));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [String(fillText(key, variables)), fill(item, variables)]),
  );
}

function fillText(text: string, variables: Variables): unknown {
  const [, whole] = /^\{\{([A-Za-z0-9_.-]+)\}\}$/.exec(text) ?? [];
  if (whole !== undefined) return variableOf(whole, variables);
  return text.replace(NAME, (_, name: string) => {
    const value = variableOf(name, variables);
    return typeof value === "string" || typeof value === "number" ? String(value) : JSON.stringify(value);
  });
}

function variableOf(name: string, variables: Variables): unknown {
  if (name in variables) return variables[name];
  throw new MissingVariable(`variable ${name} was never captured`);
}

/** The value at a JSON pointer (`/a/0/b`) or dotted path (`a.0.b`); undefined if there is none. */
export function lookup(document: unknown, path: string): unknown {
  if (path === "" || path === "/") return document;
  const parts = path.startsWith("/") ? path.slice(1).split("/").map(unescapeSegment) : path.split(".");
  return parts.reduce<unknown>((at, part) => {
    if (Array.isArray(at)) return at.at(Number(part));
    return at !== null && typeof at === "object" ? (at as Record<string, unknown>)[part] : undefined;
  }, document);
}

const unescapeSegment = (segment: string): string => segment.replaceAll("~1", "/").replaceAll("~0", "~");
export const escapeSegment = (segment: string | number): string =>
  String(segment).replaceAll("~", "~0").replaceAll("/", "~1");
