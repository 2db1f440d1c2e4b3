import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

export const ROOT = join(__dirname, "..", "..", "..");

/** A page of the documentation. */
export interface Page {
  /** Its path in the repository. */
  readonly path: string;
  readonly text: string;
}

/** A code block of a page. */
export interface Block {
  /** What stands behind the fence: `ts`, `ts continued`, `sh`. */
  readonly info: string;
  readonly lines: readonly string[];
  /** The number of lines before its first. */
  readonly start: number;
}

/** README, CONTRIBUTING, CHANGELOG and everything in docs. */
export function allPages(): Page[] {
  const docs = readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(ROOT, "docs", name));
  const top = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map((name) => join(ROOT, name));
  return [...top, ...docs].map((file) => ({ path: relative(ROOT, file), text: readFileSync(file, "utf8") }));
}

export function blocksOf({ text }: Pick<Page, "text">): Block[] {
  const lines = text.split("\n");
  const blocks: Block[] = [];
  let open: { info: string; start: number } | undefined;
  for (const [index, line] of lines.entries()) {
    const [, info] = /^```(.*)$/.exec(line) ?? [];
    if (info === undefined) continue;
    if (open) blocks.push({ ...open, lines: lines.slice(open.start, index) });
    open = open ? undefined : { info: info.trim(), start: index + 1 };
  }
  return blocks;
}

/** A program of a page: a `ts` block with the `ts continued` blocks that follow it. */
export interface Program {
  /** `README.md:31`, where it begins. */
  readonly name: string;
  /** Its code, at the lines that it has on its page. */
  readonly code: string;
}

export function programsOf(page: Page): Program[] {
  const programs: { name: string; lines: string[] }[] = [];
  for (const { info, lines, start } of blocksOf(page)) {
    if (info !== "ts" && info !== "ts continued") continue;
    const last = programs.at(-1);
    const program =
      info === "ts continued" && last ? last : { name: `${page.path}:${start + 1}`, lines: [] as string[] };
    if (program !== last) programs.push(program);
    while (program.lines.length < start) program.lines.push("");
    program.lines.push(...lines);
  }
  return programs.map(({ name, lines }) => ({ name, code: lines.join("\n") }));
}
