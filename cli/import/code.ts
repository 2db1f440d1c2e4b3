const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const LINE_WIDTH = 100;

/** A piece of source code, as opposed to a value. */
export class Code {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  property(name: string): Code {
    return new Code(`${this.text}.${name}`);
  }
}

/** A value as source code; `undefined` properties are left out. */
export function literal(value: unknown, depth: number): string {
  if (value instanceof Code) return value.text;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const [open, close] = isList ? "[]" : "{}";
  const parts = isList
    ? value.map((item) => literal(item, depth + 1))
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => `${keyOf(key)}: ${literal(item, depth + 1)}`);
  if (parts.length === 0) return `${open}${close}`;
  const pad = isList ? "" : " ";
  const line = `${open}${pad}${parts.join(", ")}${pad}${close}`;
  if (depth > 0 && line.length < LINE_WIDTH - 2 * depth && !line.includes("\n")) return line;
  const indent = "  ".repeat(depth + 1);
  return `${open}\n${parts.map((part) => `${indent}${part},\n`).join("")}${"  ".repeat(depth)}${close}`;
}

const keyOf = (key: string): string => (IDENTIFIER.test(key) ? key : JSON.stringify(key));

/** Gives each constant a unique name: `web1` for `web-1`. */
export class Variables {
  readonly #taken = new Set<string>(["config", "portainer", "pulumi"]);

  /** @param kind the suffix for a name that is taken: `webNetwork`. */
  take(name: string, kind: string): string {
    const camel = name.replace(
      /[^A-Za-z0-9]+(.)?/g,
      (_, next: string | undefined) => next?.toUpperCase() ?? "",
    );
    const base = /^[A-Za-z]/.test(camel) ? camel : `${kind.toLowerCase()}${camel}`;
    for (let count = 1; ; count++) {
      const candidate = count === 1 ? base : count === 2 ? `${base}${kind}` : `${base}${kind}${count - 1}`;
      if (isReserved(candidate) || this.#taken.has(candidate)) continue;
      this.#taken.add(candidate);
      return candidate;
    }
  }
}

function isReserved(word: string): boolean {
  try {
    new Function(`"use strict"; const ${word} = 0;`);
    return false;
  } catch {
    return true;
  }
}
