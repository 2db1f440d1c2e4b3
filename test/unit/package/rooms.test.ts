import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "@jest/globals";
import ts from "typescript";

const ROOT = join(__dirname, "..", "..", "..");

/** The layers whose files hold one story each. */
const LAYERS = ["contract", "client", "provider"];

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
    const names = modules.flatMap(({ exportedTypes }) => exportedTypes);
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
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2023);
  const imports = source.statements.flatMap((node) => {
    const from = (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier;
    return from && ts.isStringLiteral(from) && from.text.startsWith(".")
      ? [fileOf(resolve(dirname(file), from.text))]
      : [];
  });
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
