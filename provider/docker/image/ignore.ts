/**
 * The rules of a `.dockerignore` file, as Docker's own clients read them:
 * https://docs.docker.com/build/concepts/context/#dockerignore-files. They are those of Go's `filepath.Match`, with `**`
 * for any folders, and the last rule that fits decides.
 */
import { posix } from "node:path";

interface Rule {
  readonly pattern: RegExp;
  /** Whether the rule takes back what others leave out: `!README.md`. */
  readonly isException: boolean;
}

/** What is left out of a build's context. */
export interface Ignore {
  /** Whether the rules leave out this path, `src/app.ts`: for itself, or with a folder that it is in. */
  leavesOut(path: string): boolean;
  /** Whether something in a folder that is left out may be taken back. */
  readonly hasExceptions: boolean;
}

/** @throws SyntaxError for a pattern that is none. */
export function parseIgnore(text: string): Ignore {
  const rules = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .filter((line) => !line.startsWith("#"))
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map(ruleOf);
  return {
    hasExceptions: rules.some(({ isException }) => isException),
    leavesOut(path) {
      const paths = withFolders(path);
      return rules.reduce(
        (isOut, { pattern, isException }) =>
          isOut === isException && paths.some((one) => pattern.test(one)) ? !isException : isOut,
        false,
      );
    },
  };
}

function ruleOf(line: string): Rule {
  const isException = line.startsWith("!");
  const path = posix.normalize(isException ? line.slice(1).trim() : line);
  const relative = path.replace(/^\/(?=.)/, "").replace(/(?<=.)\/$/, "");
  return { pattern: new RegExp(`^${expressionOf(relative)}$`, "s"), isException };
}

/** The path, and the folders that it is in: `a`, `a/b`, `a/b/c`. */
function withFolders(path: string): string[] {
  const parts = path.split("/");
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** What a part of a pattern becomes in a regular expression. */
const PARTS = /\*\*\/|\*\*|\*|\?|\[(?:\\.|[^\]])+\]|\\.|[\s\S]/g;

function expressionOf(pattern: string): string {
  return pattern.replace(PARTS, (part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    if (part.length > 1 && part.startsWith("[")) return part;
    const character = part.length > 1 ? part.slice(1) : part;
    return character.replace(/[\\^$.*+?()[\]{}|/-]/, "\\$&");
  });
}
