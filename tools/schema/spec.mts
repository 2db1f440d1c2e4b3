/** The parts of Pulumi's package schema that this package uses. */
export interface TypeSpec {
  readonly type?: "string" | "integer" | "number" | "boolean" | "array" | "object";
  readonly items?: TypeSpec;
  readonly additionalProperties?: TypeSpec;
  readonly oneOf?: readonly TypeSpec[];
  readonly $ref?: string;
}

export interface PropertySpec extends TypeSpec {
  readonly description?: string;
  readonly default?: string | number | boolean;
  readonly secret?: boolean;
  readonly willReplaceOnChanges?: boolean;
}

export interface ObjectSpec {
  readonly type: "object";
  readonly description?: string;
  readonly properties: Readonly<Record<string, PropertySpec>>;
  readonly required?: readonly string[];
}

export interface EnumSpec {
  readonly type: "string";
  readonly enum: readonly { readonly value: string }[];
}

export interface ResourceSpec {
  readonly description: string;
  readonly inputProperties: Readonly<Record<string, PropertySpec>>;
  readonly requiredInputs: readonly string[];
  readonly properties: Readonly<Record<string, PropertySpec>>;
  readonly required: readonly string[];
  readonly aliases: readonly { readonly type: string }[];
}

export interface FunctionSpec {
  readonly description: string;
  readonly inputs: ObjectSpec;
  readonly outputs: ObjectSpec;
}

/** The parts of a package schema that a program is written by. */
export interface PackageSpec {
  readonly provider: { readonly inputProperties: Readonly<Record<string, PropertySpec>> };
  readonly resources: Readonly<Record<string, ResourceSpec>>;
  readonly functions: Readonly<Record<string, FunctionSpec>>;
  readonly types: Readonly<Record<string, ObjectSpec | EnumSpec>>;
}

export const PACKAGE = "portainer";
export const tokenOf = (name: string): string => `${PACKAGE}:index:${name}`;

/** The types that properties refer to, by their names. A name that two types would have is an error. */
export class NamedTypes {
  readonly #types = new Map<string, ObjectSpec | EnumSpec>();
  /** What nobody has documented. */
  readonly undocumented: string[] = [];

  add(name: string, spec: ObjectSpec | EnumSpec): TypeSpec {
    const present = this.#types.get(name);
    if (present && JSON.stringify(present) !== JSON.stringify(spec))
      throw new Error(`two types would be called ${name}`);
    this.#types.set(name, spec);
    return { $ref: `#/types/${tokenOf(name)}` };
  }

  all(): Record<string, ObjectSpec | EnumSpec> {
    const sorted = [...this.#types].sort(([left], [right]) => left.localeCompare(right));
    return Object.fromEntries(sorted.map(([name, spec]) => [tokenOf(name), spec]));
  }
}

/** One type of several, or the only one. */
export function oneOf(members: readonly TypeSpec[]): TypeSpec {
  const distinct = [...new Map(members.map((member) => [JSON.stringify(member), member])).values()];
  const [only] = distinct;
  return only && distinct.length === 1 ? only : { oneOf: distinct };
}

export const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `ports` gives `Port`: the name for one of them. */
export function singular(name: string): string {
  if (/(?:ies)$/.test(name)) return name.replace(/ies$/, "y");
  return /[^s]s$/.test(name) ? name.slice(0, -1) : name;
}
