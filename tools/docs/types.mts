import { basename, dirname, join } from "node:path";
import ts from "typescript";

/** Objects with more properties than this are not spelt out within a table. */
const MOST_NAMES = 7;

/** One property of a documented type. */
export interface Entry {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
  /** What it means, on one line. */
  readonly text: string;
  readonly byDefault: string | undefined;
  /** The name of the file that declares it, for grouping. */
  readonly file: string;
  /** Objects inside, by their path: `ports[]`. */
  readonly inner: ReadonlyMap<string, readonly Entry[]>;
}

/** Reads documented types out of the sources. */
export interface Types {
  /** The properties of an exported interface or type. */
  entries(file: string, name: string): Entry[];
  /** The documentation of an exported declaration, without its examples. */
  documentation(file: string, name: string): string;
  /** The code of its example, or an empty text. */
  example(file: string, name: string): string;
}

export function readTypes(clone: string, files: readonly string[]): Types {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(clone, "tsconfig.json"), ts.sys.readFile).config,
    ts.sys,
    clone,
  );
  const program = ts.createProgram(
    files.map((file) => join(clone, file)),
    options,
  );
  const checker = program.getTypeChecker();

  const exported = (file: string, name: string): ts.Symbol => {
    const source = program.getSourceFile(join(clone, file));
    const module = source && checker.getSymbolAtLocation(source);
    const symbol = module && checker.getExportsOfModule(module).find((one) => one.name === name);
    if (!symbol) throw new Error(`${file} exports no ${name}`);
    return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  };

  return {
    entries: (file, name) => entriesOf(checker, checker.getDeclaredTypeOfSymbol(exported(file, name))),
    documentation: (file, name) => commentOf(checker, exported(file, name)),
    example: (file, name) => exampleOf(checker, exported(file, name)),
  };
}

function entriesOf(checker: ts.TypeChecker, type: ts.Type): Entry[] {
  return inDeclaredOrder(checker.getPropertiesOfType(type)).map((property) => {
    const inner = new Map<string, readonly Entry[]>();
    const tags = property.getJsDocTags(checker);
    const byDefault = tags.find(({ name }) => name === "default");
    const declaration = property.declarations?.[0];
    const declared = declaration?.getSourceFile().fileName ?? "";
    const file = basename(declared, ".ts");
    return {
      name: property.name,
      type: inWrittenOrder(
        typeText(checker, checker.getTypeOfSymbol(property), property.name, inner),
        declaration?.getText() ?? "",
      ),
      isOptional: (property.flags & ts.SymbolFlags.Optional) !== 0,
      text: commentOf(checker, property),
      byDefault: byDefault && oneLine(ts.displayPartsToString(byDefault.text)),
      file: file === "index" ? basename(dirname(declared)) : file,
      inner,
    };
  });
}

/** The compiler lists properties as it comes upon them, which changes with what else it reads. */
function inDeclaredOrder(properties: readonly ts.Symbol[]): ts.Symbol[] {
  const placeOf = (property: ts.Symbol) => property.declarations?.[0]?.getStart() ?? 0;
  return [...properties].sort((left, right) => placeOf(left) - placeOf(right));
}

/** The same for the words of an enumeration: `"b" | "a"` is written as the source has them. */
function inWrittenOrder(type: string, source: string): string {
  const words = type.split(" | ");
  if (!words.every((word) => word.startsWith('"'))) return type;
  return words.sort((left, right) => source.indexOf(left) - source.indexOf(right)).join(" | ");
}

function commentOf(checker: ts.TypeChecker, symbol: ts.Symbol): string {
  return oneLine(ts.displayPartsToString(symbol.getDocumentationComment(checker)));
}

function exampleOf(checker: ts.TypeChecker, symbol: ts.Symbol): string {
  const example = symbol.getJsDocTags(checker).find(({ name }) => name === "example");
  const [, code = ""] = /^```ts\n(.*)^```$/ms.exec(ts.displayPartsToString(example?.text)) ?? [];
  return code;
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

/** A type as the reference writes it; objects inside are named by their path and noted for a table of their own. */
function typeText(
  checker: ts.TypeChecker,
  type: ts.Type,
  path: string,
  inner: Map<string, readonly Entry[]>,
): string {
  const members = type.isUnion() ? type.types : [type];
  const texts = members
    .filter(({ flags }) => !(flags & (ts.TypeFlags.Undefined | ts.TypeFlags.BooleanLiteral)))
    .map((member) => memberText(checker, member, path, inner));
  if (members.some(({ flags }) => flags & ts.TypeFlags.BooleanLiteral)) texts.unshift("boolean");
  return [...new Set(texts)].join(" | ");
}

function memberText(
  checker: ts.TypeChecker,
  type: ts.Type,
  path: string,
  inner: Map<string, readonly Entry[]>,
): string {
  const name = type.symbol?.name ?? "";
  if (name === "ResourceReference") return "resource";
  if (name === "Asset") return "asset";
  if (checker.isArrayType(type)) {
    const [item] = checker.getTypeArguments(type as ts.TypeReference);
    const text = item ? typeText(checker, item, `${path}[]`, inner) : "unknown";
    return text.includes("|") ? `(${text})[]` : `${text}[]`;
  }
  const index = type.getStringIndexType();
  if (index) return `{ [name]: ${typeText(checker, index, `${path}[name]`, inner)} }`;
  if (!isOwnObject(type) || type.getCallSignatures().length > 0) return checker.typeToString(type);
  const entries = entriesOf(checker, type).filter((entry) => entry.type !== "");
  inner.set(path, merged(inner.get(path), entries));
  for (const entry of entries) {
    for (const [deeper, found] of entry.inner) inner.set(`${path}.${deeper}`, found);
  }
  const names = entries.map((entry) => `${entry.name}${entry.isOptional ? "?" : ""}`);
  return names.length > MOST_NAMES ? "{ … }" : `{ ${names.join(", ")} }`;
}

/** An object of the project's own, and not one of a library or the language. */
function isOwnObject(type: ts.Type): boolean {
  if (type.isIntersection()) return type.types.every(isOwnObject);
  const [declaration] = type.symbol?.declarations ?? [];
  const isAnonymous = ["__type", "__object"].includes(type.symbol?.name ?? "");
  const isForeign = declaration?.getSourceFile().fileName.includes("/node_modules/") ?? true;
  return (type.flags & ts.TypeFlags.Object) !== 0 && (isAnonymous || !isForeign);
}

/** Where an argument takes one of several objects, its table has the properties of all. */
function merged(before: readonly Entry[] = [], entries: readonly Entry[]): readonly Entry[] {
  const isNew = ({ name }: Entry) => !before.some((entry) => entry.name === name);
  return [...before, ...entries.filter(isNew)];
}
