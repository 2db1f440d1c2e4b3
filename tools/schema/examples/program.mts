import ts from "typescript";
import { type PackageSpec, type PropertySpec, type TypeSpec, tokenOf } from "../spec.mts";

/** A program as every language can have it. */
export interface Program {
  readonly statements: readonly Statement[];
  /** What it takes from stack config, and whether that is secret. */
  readonly config: ReadonlyMap<string, boolean>;
  /** The names that the example uses and does not declare: they come from stack config, too. */
  readonly free: readonly string[];
}

export type Statement =
  | { readonly kind: "constant"; readonly name: string; readonly value: Value }
  | { readonly kind: "export"; readonly name: string; readonly value: Value }
  | { readonly kind: "resource"; readonly variable: string | undefined; readonly resource: Resource };

export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly args: readonly ObjectEntry[];
  /** The variable of its provider. */
  readonly provider: string | undefined;
}

export type Value =
  | { readonly kind: "literal"; readonly value: string | number | boolean }
  | { readonly kind: "list"; readonly items: readonly Value[] }
  | { readonly kind: "object"; readonly entries: readonly ObjectEntry[] }
  | { readonly kind: "text"; readonly parts: readonly Value[] }
  | { readonly kind: "config"; readonly key: string; readonly isSecret: boolean }
  | { readonly kind: "free"; readonly name: string }
  | { readonly kind: "constant"; readonly name: string }
  | { readonly kind: "id"; readonly variable: string }
  | { readonly kind: "output"; readonly variable: string; readonly property: string }
  | { readonly kind: "new"; readonly resource: Resource }
  | { readonly kind: "file"; readonly path: string }
  | Call;

export interface Call {
  readonly kind: "call";
  readonly function: string;
  readonly args: readonly ObjectEntry[];
  readonly isAwaited: boolean;
  readonly property: string | undefined;
}

export interface ObjectEntry {
  readonly key: string;
  /** Whether the schema names it, and so each language spells it in its own way. Keys of a map stay as they are. */
  readonly isProperty: boolean;
  readonly value: Value;
}

/** What no other language gets, because nothing here says how. */
export class NotConvertible extends Error {}

/** Reads an example in TypeScript, and finds the type of each value in the schema. */
export function readProgram(source: string, schema: PackageSpec): Program {
  const reader = new Reader(schema);
  const file = ts.createSourceFile("example.ts", source, ts.ScriptTarget.Latest, true);
  const statements = file.statements.flatMap((statement) => reader.statement(statement));
  return { statements, config: reader.config, free: [...reader.free] };
}

/** What a variable is: its outputs, if it has some. */
type Variable =
  | { readonly kind: "settings" }
  | { readonly kind: "constant" | "resource"; readonly outputs: Properties };
type Properties = Readonly<Record<string, PropertySpec>>;

class Reader {
  readonly config = new Map<string, boolean>();
  readonly free = new Set<string>();
  readonly #schema: PackageSpec;
  readonly #variables = new Map<string, Variable>();

  constructor(schema: PackageSpec) {
    this.#schema = schema;
  }

  statement(node: ts.Statement): Statement[] {
    if (ts.isExpressionStatement(node) && ts.isNewExpression(node.expression))
      return [{ kind: "resource", variable: undefined, resource: this.#resource(node.expression) }];
    if (!ts.isVariableStatement(node)) return refuse(node);
    const isExported = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
    return node.declarationList.declarations.flatMap((declaration) =>
      this.#declaration(declaration, isExported),
    );
  }

  #declaration({ name, initializer }: ts.VariableDeclaration, isExported: boolean): Statement[] {
    if (!initializer) return refuse(name);
    if (ts.isObjectBindingPattern(name)) return [this.#destructured(name, initializer)];
    if (!ts.isIdentifier(name)) return refuse(name);
    if (isExported) return [{ kind: "export", name: name.text, value: this.#value(initializer) }];
    if (isSettings(initializer)) {
      this.#variables.set(name.text, { kind: "settings" });
      return [];
    }
    const value = this.#value(initializer);
    if (value.kind === "new") {
      this.#variables.set(name.text, { kind: "resource", outputs: this.#outputsOf(value.resource.type) });
      return [{ kind: "resource", variable: name.text, resource: value.resource }];
    }
    this.#variables.set(name.text, { kind: "constant", outputs: this.#resultsOf(value) });
    return [{ kind: "constant", name: name.text, value }];
  }

  /** `const { tagId } = await portainer.getTag(…)`. */
  #destructured(pattern: ts.ObjectBindingPattern, initializer: ts.Expression): Statement {
    const [element, ...others] = pattern.elements;
    const value = this.#value(initializer);
    if (!element || others.length > 0 || element.propertyName || !ts.isIdentifier(element.name))
      return refuse(pattern);
    if (value.kind !== "call" || value.property !== undefined) return refuse(pattern);
    const property = element.name.text;
    if (!(property in this.#resultsOf(value))) return refuse(pattern);
    this.#variables.set(property, { kind: "constant", outputs: {} });
    return { kind: "constant", name: property, value: { ...value, property } };
  }

  #resource(node: ts.NewExpression): Resource {
    const type = memberOf(node.expression, "portainer");
    const [name, args, options, ...others] = node.arguments ?? [];
    const inputs =
      type === "Provider"
        ? this.#schema.provider.inputProperties
        : this.#schema.resources[tokenOf(type)]?.inputProperties;
    if (!inputs || !name || !ts.isStringLiteral(name) || others.length > 0) return refuse(node);
    return {
      type,
      name: name.text,
      args: args ? this.#properties(args, inputs) : [],
      provider: options && this.#provider(options),
    };
  }

  /** `{ provider: owner }`. */
  #provider(options: ts.Expression): string {
    const [property, ...others] = ts.isObjectLiteralExpression(options) ? options.properties : [];
    if (!property || others.length > 0 || property.name?.getText() !== "provider") return refuse(options);
    const value = this.#value(initializerOf(property));
    return value.kind === "id" ? value.variable : refuse(options);
  }

  #value(node: ts.Expression, spec?: PropertySpec): Value {
    if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) {
      return { kind: "literal", value: ts.isNumericLiteral(node) ? Number(node.text) : node.text };
    }
    if (ts.isPrefixUnaryExpression(node) && /^-[\d._]+$/.test(node.getText()))
      return { kind: "literal", value: Number(node.getText().replaceAll("_", "")) };
    if (node.kind === ts.SyntaxKind.TrueKeyword) return { kind: "literal", value: true };
    if (node.kind === ts.SyntaxKind.FalseKeyword) return { kind: "literal", value: false };
    if (ts.isTemplateExpression(node)) return this.#text(node);
    if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === "pulumi.interpolate")
      return ts.isTemplateExpression(node.template) ? this.#text(node.template) : this.#value(node.template);
    if (ts.isArrayLiteralExpression(node)) {
      const items = membersOf(spec).find(({ type }) => type === "array")?.items;
      return { kind: "list", items: node.elements.map((element) => this.#value(element, items)) };
    }
    if (ts.isObjectLiteralExpression(node)) return this.#object(node, spec);
    if (ts.isIdentifier(node)) return this.#named(node, spec);
    if (ts.isNewExpression(node)) return { kind: "new", resource: this.#resource(node) };
    if (ts.isPropertyAccessExpression(node)) return this.#output(node);
    if (ts.isAwaitExpression(node) && ts.isCallExpression(node.expression))
      return this.#call(node.expression, true);
    return ts.isCallExpression(node) ? this.#called(node) : refuse(node);
  }

  #text(node: ts.TemplateExpression): Value {
    const parts = node.templateSpans.flatMap(({ expression, literal }): Value[] => [
      this.#value(expression),
      { kind: "literal", value: literal.text },
    ]);
    const filled = [{ kind: "literal" as const, value: node.head.text }, ...parts];
    return { kind: "text", parts: filled.filter((part) => part.kind !== "literal" || part.value !== "") };
  }

  #object(node: ts.ObjectLiteralExpression, spec: PropertySpec | undefined): Value {
    const keys = node.properties.map((property) => keyOf(property));
    for (const member of membersOf(spec)) {
      const properties = this.#propertiesOf(member);
      if (properties && keys.every((key) => key in properties))
        return { kind: "object", entries: this.#properties(node, properties) };
      if (member.additionalProperties) {
        const values = member.additionalProperties;
        const entries = node.properties.map((property) => ({
          key: keyOf(property),
          isProperty: false,
          value: this.#value(initializerOf(property), values),
        }));
        return { kind: "object", entries };
      }
    }
    return refuse(node);
  }

  #propertiesOf({ $ref = "" }: TypeSpec): Properties | undefined {
    const named = this.#schema.types[$ref.replace("#/types/", "")];
    return named && "properties" in named ? named.properties : undefined;
  }

  #properties(node: ts.Expression, properties: Properties): ObjectEntry[] {
    if (!ts.isObjectLiteralExpression(node)) return refuse(node);
    return node.properties.map((property) => {
      const key = keyOf(property);
      const spec = properties[key] ?? refuse(property);
      return { key, isProperty: true, value: this.#value(initializerOf(property), spec) };
    });
  }

  #named({ text }: ts.Identifier, spec: PropertySpec | undefined): Value {
    const variable = this.#variables.get(text);
    if (variable?.kind === "resource") return { kind: "id", variable: text };
    if (variable) return { kind: "constant", name: text };
    this.free.add(text);
    this.config.set(text, (this.config.get(text) || spec?.secret) ?? false);
    return { kind: "free", name: text };
  }

  #output({ expression, name: { text: property } }: ts.PropertyAccessExpression): Value {
    if (ts.isCallExpression(expression)) {
      const call = this.#call(expression, false);
      return property in this.#resultsOf(call) ? { ...call, property } : refuse(expression);
    }
    const variable = ts.isIdentifier(expression) && this.#variables.get(expression.text);
    if (!variable || variable.kind === "settings" || !(property in variable.outputs))
      return refuse(expression);
    return { kind: "output", variable: expression.getText(), property };
  }

  #called(node: ts.CallExpression): Value {
    const [first] = node.arguments;
    const text = first && ts.isStringLiteral(first) ? first.text : undefined;
    if (node.expression.getText() === "fs.readFileSync" && text !== undefined)
      return { kind: "file", path: text };
    if (ts.isPropertyAccessExpression(node.expression) && this.#isSettings(node.expression.expression)) {
      const method = node.expression.name.text;
      if ((method !== "require" && method !== "requireSecret") || text === undefined) return refuse(node);
      const isSecret = method === "requireSecret";
      this.config.set(text, isSecret);
      return { kind: "config", key: text, isSecret };
    }
    return this.#call(node, false);
  }

  /** Examples may leave out the declaration of `config`. */
  #isSettings(node: ts.Expression): boolean {
    if (!ts.isIdentifier(node)) return isSettings(node);
    const variable = this.#variables.get(node.text);
    return variable ? variable.kind === "settings" : node.text === "config";
  }

  #call(node: ts.CallExpression, isAwaited: boolean): Call {
    const name = memberOf(node.expression, "portainer");
    const spec = this.#schema.functions[tokenOf(name)];
    const [args, ...others] = node.arguments;
    if (!spec || others.length > 0) return refuse(node);
    return {
      kind: "call",
      function: name,
      args: args ? this.#properties(args, spec.inputs.properties) : [],
      isAwaited,
      property: undefined,
    };
  }

  #outputsOf(type: string): Properties {
    return { id: { type: "string" }, ...this.#schema.resources[tokenOf(type)]?.properties };
  }

  #resultsOf(value: Value): Properties {
    if (value.kind !== "call" || value.property !== undefined) return {};
    return this.#schema.functions[tokenOf(value.function)]?.outputs.properties ?? {};
  }
}

const membersOf = (spec: TypeSpec | undefined): readonly TypeSpec[] => spec?.oneOf ?? (spec ? [spec] : []);

const isSettings = (node: ts.Expression): boolean =>
  ts.isNewExpression(node) && node.getText() === "new pulumi.Config()";

/** `Tag` of `portainer.Tag`. */
function memberOf(node: ts.Expression, owner: string): string {
  const isMember = ts.isPropertyAccessExpression(node) && node.expression.getText() === owner;
  return isMember ? node.name.text : refuse(node);
}

function keyOf({ name }: ts.ObjectLiteralElementLike): string {
  return name && (ts.isIdentifier(name) || ts.isStringLiteral(name)) ? name.text : refuse(name);
}

function initializerOf(property: ts.ObjectLiteralElementLike): ts.Expression {
  if (ts.isShorthandPropertyAssignment(property)) return property.name;
  return ts.isPropertyAssignment(property) ? property.initializer : refuse(property);
}

function refuse(node: ts.Node | undefined): never {
  throw new NotConvertible(`no other language is known for: ${node?.getText() ?? "a computed name"}`);
}
