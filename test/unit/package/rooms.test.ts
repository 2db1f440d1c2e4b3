import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "@jest/globals";
import ts from "typescript";

const ROOT = join(__dirname, "..", "..", "..");

const LAYERS = ["contract", "client", "provider", "compose", "sdk", "plugin", "server", "cli"];

interface Module {
  readonly file: string;
  /** Files of the same layer, types included. */
  readonly imports: readonly string[];
  readonly exportedTypes: readonly string[];
}

describe.each(LAYERS)("%s", (layer) => {
  const modules = readdirSync(join(ROOT, layer), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => read(join(ROOT, layer, name)));

  test("has no circle of imports, types counted", () => {
    expect(circles(modules)).toEqual([]);
  });

  test("exports no type name twice", () => {
    // An interface and a class of one file may be two halves of one type.
    const names = modules.flatMap(({ exportedTypes }) => [...new Set(exportedTypes)]);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });
});

test("a circle is found, also one of types", () => {
  const module = (file: string, ...imports: string[]): Module => ({ file, imports, exportedTypes: [] });
  expect(circles([module("a", "b"), module("b", "c"), module("c", "a"), module("d", "a")])).toEqual([
    "a",
    "b",
    "c",
  ]);
});

function read(file: string): Module {
  const text = readFileSync(file, "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023);
  // Static imports, of values and of types, and those by `import()` and `require()`.
  const imports = ts
    .preProcessFile(text, true, true)
    .importedFiles.filter(({ fileName }) => fileName.startsWith("."))
    .map(({ fileName }) => fileOf(resolve(dirname(file), fileName)));
  const exportedTypes = source.statements.flatMap((node) =>
    (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isClassDeclaration(node)) &&
    node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
      ? [node.name?.text ?? ""]
      : [],
  );
  return { file: relative(ROOT, file), imports: imports.map((it) => relative(ROOT, it)), exportedTypes };
}

function fileOf(path: string): string {
  return existsSync(`${path}.ts`) ? `${path}.ts` : join(path, "index.ts");
}

/** The files from which a path of imports leads back to themselves. */
function circles(modules: readonly Module[]): string[] {
  const importsOf = new Map(modules.map(({ file, imports }) => [file, imports]));
  const reaches = (from: string, goal: string, seen = new Set<string>()): boolean =>
    (importsOf.get(from) ?? []).some((next) => {
      if (next === goal) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, goal, seen);
    });
  return modules.map(({ file }) => file).filter((file) => reaches(file, file));
}
