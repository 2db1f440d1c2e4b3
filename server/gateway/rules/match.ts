import type { Rule } from "./rule";

export interface Match {
  readonly rule: Rule;
  /** What `:id` stands for, or "". */
  readonly id: string;
}

/** Makes a function that finds the first rule for a request. */
export function matcherOf(rules: readonly Rule[]) {
  const byFirstPart = new Map<string, Compiled[]>();
  for (const rule of rules.map(compile)) {
    const [first = ""] = rule.parts;
    byFirstPart.set(first, [...(byFirstPart.get(first) ?? []), rule]);
  }
  return (method: string | undefined, segments: readonly string[]): Match | undefined => {
    const found = byFirstPart.get(segments[0] ?? "")?.find((rule) => matches(rule, method, segments));
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

function matches(rule: Compiled, method: string | undefined, segments: readonly string[]): boolean {
  const { parts, isOpen } = rule;
  if (rule.method !== "*" && rule.method !== method) return false;
  if (isOpen ? segments.length < parts.length : segments.length !== parts.length) return false;
  return parts.every((part, i) => part === ID || part === REST || part === segments[i]);
}
