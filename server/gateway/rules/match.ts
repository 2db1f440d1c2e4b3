import type { Rule } from "./rule";

export interface Match {
  readonly rule: Rule;
  /** What `:id` stands for, or "". */
  readonly id: string;
}

/** Makes a function that finds the first rule for a request. */
export function matcherOf(rules: readonly Rule[]) {
  const compiled = rules.map(compile);
  const byFirstPart = Object.groupBy(compiled, ({ parts }) => parts[0] ?? "");
  return (method: string | undefined, segments: readonly string[]): Match | undefined => {
    const found = byFirstPart[segments[0] ?? ""]?.find((rule) => matches(rule, method, segments));
    return found && { rule: found.rule, id: segments[found.parts.indexOf(ID)] ?? "" };
  };
}

const ID = ":id";
const REST = "**";

interface Compiled {
  readonly rule: Rule;
  readonly method: string;
  readonly parts: readonly string[];
  /** Further parts may follow. */
  readonly isOpen: boolean;
}

function compile(rule: Rule): Compiled {
  const [method = "", path = ""] = rule.on.split(" ");
  const parts = path.split("/").slice(1);
  return { rule, method, parts, isOpen: parts.at(-1) === REST };
}

function matches(
  { method, parts, isOpen }: Compiled,
  requested: string | undefined,
  segments: readonly string[],
) {
  if (method !== "*" && method !== requested) return false;
  if (isOpen ? segments.length < parts.length : segments.length !== parts.length) return false;
  return parts.every((part, i) => part === ID || part === REST || part === segments[i]);
}
