import { stringify } from "yaml";
import { PACKAGE } from "../spec.mts";
import {
  type Call,
  NotConvertible,
  type ObjectEntry,
  type Program,
  type Resource,
  type Value,
} from "./program.mts";

/** The program as Pulumi's YAML has it. */
export function yamlOf(program: Program): string {
  const writer = new Writer(program);
  const { variables, resources, outputs } = writer;
  const config = Object.fromEntries(
    [...program.config].map(([key, secret]) => [key, { type: "string", ...(secret && { secret }) }]),
  );
  const names = [config, variables, resources].flatMap((part) => Object.keys(part));
  if (new Set(names).size < names.length)
    throw new NotConvertible(`YAML has one name for one thing: ${names.join(", ")}`);
  const parts = Object.entries({ config, variables, resources, outputs });
  return stringify(Object.fromEntries(parts.filter(([, part]) => Object.keys(part).length > 0)), {
    lineWidth: 0,
  });
}

type Part = Record<string, unknown>;

class Writer {
  readonly variables: Part = {};
  readonly resources: Part = {};
  readonly outputs: Part = {};
  /** Constants stand where they are used, as YAML has no order; answers of functions are variables. */
  readonly #constants = new Map<string, unknown>();

  constructor({ statements }: Program) {
    for (const statement of statements) {
      if (statement.kind === "resource") this.#resource(statement.resource, statement.variable);
      else if (statement.kind === "export") this.outputs[statement.name] = this.#value(statement.value);
      else if (statement.value.kind === "call") {
        this.variables[statement.name] = this.#call(statement.value);
        this.#constants.set(statement.name, `\${${statement.name}}`);
      } else this.#constants.set(statement.name, this.#value(statement.value));
    }
  }

  /** Gives the name that the program has for it. */
  #resource({ type, name, args, provider }: Resource, key = name): string {
    if (key in this.resources) throw new NotConvertible(`two resources would be called ${key}`);
    const properties = this.#object(args);
    this.resources[key] = {
      type: type === "Provider" ? `pulumi:providers:${PACKAGE}` : `${PACKAGE}:${type}`,
      ...(key !== name && { name }),
      ...(args.length > 0 && { properties }),
      ...(provider !== undefined && { options: { provider: `\${${provider}}` } }),
    };
    return key;
  }

  #value(value: Value): unknown {
    switch (value.kind) {
      case "literal":
        return typeof value.value === "string" ? escaped(value.value) : value.value;
      case "list":
        return value.items.map((item) => this.#value(item));
      case "object":
        return this.#object(value.entries);
      case "text":
        return value.parts.map((part) => String(this.#value(part))).join("");
      case "config":
        return `\${${value.key}}`;
      case "free":
        return `\${${value.name}}`;
      case "constant":
        return this.#constants.get(value.name);
      case "id":
        return `\${${value.variable}.id}`;
      case "output":
        return `\${${value.variable}.${value.property}}`;
      case "new":
        return `\${${this.#resource(value.resource)}.id}`;
      case "file":
        return { "fn::readFile": value.path };
      case "call":
        return this.#call(value);
    }
  }

  #call({ function: name, args, property }: Call): unknown {
    return {
      "fn::invoke": {
        function: `${PACKAGE}:${name}`,
        ...(args.length > 0 && { arguments: this.#object(args) }),
        ...(property !== undefined && { return: property }),
      },
    };
  }

  #object(entries: readonly ObjectEntry[]): Part {
    return Object.fromEntries(entries.map(({ key, value }) => [key, this.#value(value)]));
  }
}

const escaped = (text: string): string => text.replaceAll("${", () => "$${");
