import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";

export const ROOT = join(__dirname, "..", "..", "..");

export function filesOf(layer: string): string[] {
  return readdirSync(join(ROOT, layer), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(ROOT, layer, name));
}

/** The modules of a layer, each with those that it imports: for types too, and by `import()` and `require()`. */
export function importsOf(layer: string): Map<string, string[]> {
  const files = filesOf(layer);
  return new Map(
    files.map((file) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(file, "utf8"), true, true);
      const targets = importedFiles
        .filter(({ fileName }) => fileName.startsWith("."))
        .map(({ fileName }) => moduleAt(resolve(dirname(file), fileName)))
        .filter((target) => files.includes(target));
      return [named(file), [...new Set(targets.map(named))]];
    }),
  );
}

function moduleAt(path: string): string {
  return [`${path}.ts`, join(path, "index.ts")].find((candidate) => existsSync(candidate)) ?? path;
}

const named = (file: string): string => relative(ROOT, file).replace(/\.ts$/, "");

/** The modules that reach each other, in groups: Tarjan's strongly connected components of more than one. */
export function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const circles: string[][] = [];
  const visit = (module: string): void => {
    order.set(module, order.size);
    lowest.set(module, order.get(module) ?? 0);
    open.push(module);
    for (const target of graph.get(module) ?? []) {
      if (!order.has(target)) visit(target);
      const reached = open.includes(target) ? (lowest.get(target) ?? 0) : Number.POSITIVE_INFINITY;
      lowest.set(module, Math.min(lowest.get(module) ?? 0, reached));
    }
    if (lowest.get(module) !== order.get(module)) return;
    const members = open.splice(open.indexOf(module));
    if (members.length > 1) circles.push(members.sort());
  };
  for (const module of graph.keys()) if (!order.has(module)) visit(module);
  return circles;
}

/** Types that more than one module of a layer exports under the same name, with those modules. */
export function typesExportedTwice(layer: string): Map<string, string[]> {
  const exporters = new Map<string, string[]>();
  for (const file of filesOf(layer))
    for (const name of exportedTypesOf(file))
      exporters.set(name, [...(exporters.get(name) ?? []), named(file)]);
  return new Map([...exporters].filter(([, modules]) => modules.length > 1));
}

function exportedTypesOf(file: string): Set<string> {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest);
  const names = source.statements
    .filter(
      (statement) =>
        ts.isInterfaceDeclaration(statement) ||
        ts.isTypeAliasDeclaration(statement) ||
        ts.isClassDeclaration(statement),
    )
    .filter(({ modifiers }) => modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
    .flatMap(({ name }) => (name ? [name.text] : []));
  return new Set(names);
}
