import type { Call, ObjectEntry, Program, Resource, Statement, Value } from "./program.mts";

const WIDTH = 88;
const KEYWORDS =
  /^(?:and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield|None|True|False)$/;

/** The program in Python, on the SDK that Pulumi generates from the schema. */
export function pythonOf({ statements, config, free }: Program): string {
  const fromConfig = free.map((name) => `${nameOf(name)} = ${settingOf(name, config.get(name) ?? false)}`);
  const lines = [...fromConfig, ...statements.map(lineOf)];
  const declared = config.size > 0 ? ["config = pulumi.Config()", ...lines] : lines;
  const uses = (name: string) => declared.some((line) => line.includes(`${name}.`));
  const imports = ["pathlib", "pulumi"].filter(uses).map((name) => `import ${name}\n`);
  return `${imports.join("")}import pulumi_portainer as portainer\n\n${declared.join("\n")}\n`;
}

function lineOf(statement: Statement): string {
  if (statement.kind === "resource") {
    const { variable, resource } = statement;
    return written(resourceOf(resource), 0, variable === undefined ? "" : `${nameOf(variable)} = `);
  }
  if (statement.kind === "constant")
    return written(codeOf(statement.value), 0, `${nameOf(statement.name)} = `);
  return written(callOf("pulumi.export", [quoted(statement.name), codeOf(statement.value)]), 0);
}

/** Text that stays together, or what can be one line or a line for each item. */
type Code = string | { readonly open: string; readonly items: readonly Item[]; readonly close: string };
type Item = { readonly prefix: string; readonly code: Code };

function codeOf(value: Value): Code {
  switch (value.kind) {
    case "literal":
      return literal(value.value);
    case "list":
      return {
        open: "[",
        items: value.items.map((item) => ({ prefix: "", code: codeOf(item) })),
        close: "]",
      };
    case "object": {
      const items = value.entries.map((entry) => ({
        prefix: `${quoted(entry.isProperty ? snakeCase(entry.key) : entry.key)}: `,
        code: codeOf(entry.value),
      }));
      return { open: "{", items, close: "}" };
    }
    case "text":
      return callOf("pulumi.Output.concat", value.parts.map(codeOf));
    case "config":
      return settingOf(value.key, value.isSecret);
    case "free":
    case "constant":
      return nameOf(value.name);
    case "id":
      return `${nameOf(value.variable)}.id`;
    case "output":
      return `${nameOf(value.variable)}.${nameOf(value.property)}`;
    case "new":
      return withMember(resourceOf(value.resource), "id");
    case "file":
      return `pathlib.Path(${quoted(value.path)}).read_text()`;
    case "call":
      return functionOf(value);
  }
}

function resourceOf({ type, name, args, provider }: Resource): Code {
  const options =
    provider === undefined
      ? []
      : [{ prefix: "opts=", code: `pulumi.ResourceOptions(provider=${nameOf(provider)})` }];
  return callOf(`portainer.${type}`, [quoted(name)], [...keywords(args), ...options]);
}

/** What is not waited for is an output, as in TypeScript. */
function functionOf({ function: name, args, isAwaited, property }: Call): Code {
  const call = callOf(`portainer.${snakeCase(name)}${isAwaited ? "" : "_output"}`, [], keywords(args));
  return property === undefined ? call : withMember(call, property);
}

function callOf(
  callee: string,
  positional: readonly Code[],
  named: readonly Item[] = [],
): Exclude<Code, string> {
  const items = [...positional.map((code) => ({ prefix: "", code })), ...named];
  return { open: `${callee}(`, items, close: ")" };
}

const withMember = (call: Code, property: string): Code =>
  typeof call === "string" ? call : { ...call, close: `${call.close}.${nameOf(property)}` };

const keywords = (args: readonly ObjectEntry[]): Item[] =>
  args.map(({ key, value }) => ({ prefix: `${nameOf(key)}=`, code: codeOf(value) }));

const settingOf = (key: string, isSecret: boolean): string =>
  `config.require${isSecret ? "_secret" : ""}(${quoted(key)})`;

/** On one line where that is short enough. */
function written(code: Code, indent: number, prefix = ""): string {
  if (typeof code === "string") return prefix + code;
  const flat = `${prefix}${flatten(code)}`;
  if (indent + flat.length < WIDTH || code.items.length === 0) return flat;
  const inner = indent + 4;
  const lines = code.items.map((item) => `${" ".repeat(inner)}${written(item.code, inner, item.prefix)},\n`);
  return `${prefix}${code.open}\n${lines.join("")}${" ".repeat(indent)}${code.close}`;
}

const flatten = (code: Code): string =>
  typeof code === "string"
    ? code
    : `${code.open}${code.items.map((item) => `${item.prefix}${flatten(item.code)}`).join(", ")}${code.close}`;

function literal(value: string | number | boolean): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "number" ? String(value) : quoted(value);
}

function quoted(text: string): string {
  if (text.includes("\n")) return `"""${text.replaceAll("\\", "\\\\").replaceAll('"""', '\\"\\"\\"')}"""`;
  return text.includes('"') && !/['\\]/.test(text) ? `'${text}'` : JSON.stringify(text);
}

const nameOf = (name: string): string => {
  const snake = snakeCase(name);
  return KEYWORDS.test(snake) ? `${snake}_` : snake;
};

/** As Pulumi's generator has it: `enableIPv6` is `enable_i_pv6`. */
const snakeCase = (name: string): string =>
  name.replaceAll(/(?<=[a-z0-9])[A-Z]|(?<=[A-Z])[A-Z](?=[a-z])/g, (letter) => `_${letter}`).toLowerCase();
