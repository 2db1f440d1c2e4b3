import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Definitions } from "../docs/definitions.mts";
import { readTypes, type Types } from "../docs/types.mts";
import { exampleSection } from "./examples.mts";
import { documentedIn, propertiesOf } from "./inputs.mts";
import { outputsOf } from "./outputs.mts";
import { settingsSpec } from "./settings.mts";
import {
  capitalized,
  type FunctionSpec,
  NamedTypes,
  PACKAGE,
  type PackageSpec,
  type PropertySpec,
  type ResourceSpec,
  tokenOf,
} from "./spec.mts";

const PROVIDER = "sdk/provider.ts";
const FUNCTIONS = "sdk/functions.ts";
const FUNCTION_SCHEMAS = "provider/functions/index.ts";

/** The package schema: every resource, function and setting, from the definitions and their documentation. */
export function packageSchema(
  clone: string,
  definitions: Definitions,
  documentation = readTypes(clone, sourcesOf(definitions)),
): PackageSpec {
  const { resources } = definitions;
  const types = new NamedTypes();
  const { version, description, license } = JSON.parse(readFileSync(join(clone, "package.json"), "utf8"));
  const settings = settingsSpec(documentation.entries(PROVIDER, "ProviderArgs"), definitions.secretSettings);
  const schema = {
    name: PACKAGE,
    displayName: "Portainer",
    version,
    description,
    keywords: ["pulumi", "portainer", "docker", "containers", "category/infrastructure", "kind/native"],
    license,
    publisher: "pulumi-portainer",
    meta: { moduleFormat: "(.*)", supportPack: true },
    language: {
      python: { packageName: "pulumi_portainer", readme: description, pyproject: { enabled: true } },
      nodejs: { packageName: "pulumi-portainer-plugin" },
      go: { generateResourceContainerTypes: true, respectSchemaVersion: true },
    },
    config: { variables: settings },
    provider: {
      description: documentation.documentation(PROVIDER, "ProviderArgs"),
      inputProperties: settings,
    },
    resources: Object.fromEntries(
      resources
        .filter(({ lookUp }) => lookUp === undefined)
        .map((resource) => [
          tokenOf(resource.name),
          resourceSpec(resource, documentation, types, definitions),
        ]),
    ),
    functions: Object.fromEntries(functionSpecs(documentation, types, definitions)),
    types: types.all(),
  };
  if (types.undocumented.length > 0)
    throw new Error(`without documentation: ${types.undocumented.join(", ")}`);
  return withExamples(schema, examplesOf(documentation, definitions));
}

const sourcesOf = ({ resources }: Definitions): string[] => [
  ...resources.flatMap(({ sdk, provider }) => [sdk, provider]),
  ...[PROVIDER, FUNCTIONS, FUNCTION_SCHEMAS],
];

/** The example in TypeScript of each resource and function. */
function examplesOf(documentation: Types, { resources, functions }: Definitions): Map<string, string> {
  return new Map([
    ...resources.map(({ name, sdk, lookUp = name }): [string, string] => [
      tokenOf(lookUp),
      documentation.example(sdk, lookUp),
    ]),
    ...namesOf(functions).map((name): [string, string] => [
      tokenOf(name),
      documentation.example(FUNCTIONS, name),
    ]),
  ]);
}

/** Examples need the whole schema: it says how each value in them is written elsewhere. */
function withExamples<Schema extends PackageSpec>(
  schema: Schema,
  examples: ReadonlyMap<string, string>,
): Schema {
  const described = <Spec extends { readonly description: string }>(specs: Readonly<Record<string, Spec>>) =>
    Object.fromEntries(
      Object.entries(specs).map(([token, spec]) => [
        token,
        { ...spec, description: spec.description + exampleSection(examples.get(token) ?? "", schema) },
      ]),
    );
  return { ...schema, resources: described(schema.resources), functions: described(schema.functions) };
}

const namesOf = (functions: Definitions["functions"]): string[] =>
  Object.keys(functions).filter((name) => /^get[A-Z]\w*$/.test(name));

function resourceSpec(
  { name, provider, sdk }: Definitions["resources"][number],
  documentation: Types,
  types: NamedTypes,
  { facts, isFilledIn }: Definitions,
): ResourceSpec {
  const { schema, secrets, properties } = facts[name] ?? missing(name);
  const documented = documentedIn(documentation.entries(provider, `${name}Args`));
  const inputs = propertiesOf({ types, documented, secrets }, schema, name);
  const outputs = outputsOf(types, documentation.entries(provider, `${name}Outputs`), name, secrets);
  const alwaysSet = Object.keys(schema.shape).filter(
    (key) =>
      inputs.required?.includes(key) ||
      "default" in (inputs.properties[key] ?? {}) ||
      isFilledIn(schema.shape[key] as object),
  );
  const withReplacement = Object.entries(inputs.properties).map(([key, spec]): [string, PropertySpec] => [
    key,
    properties[key]?.change === "replace" ? { ...spec, willReplaceOnChanges: true } : spec,
  ]);
  return {
    description: documentation.documentation(sdk, name),
    inputProperties: Object.fromEntries(withReplacement),
    requiredInputs: inputs.required ?? [],
    properties: { ...withoutDefaults(inputs.properties), ...outputs.properties },
    required: [...new Set([...alwaysSet, ...(outputs.required ?? [])])],
    aliases: [{ type: `pulumi-nodejs:dynamic/${PACKAGE}:${name}` }],
  };
}

const withoutDefaults = (properties: Readonly<Record<string, PropertySpec>>) =>
  Object.fromEntries(Object.entries(properties).map(([key, { default: _filledIn, ...spec }]) => [key, spec]));

function functionSpecs(
  documentation: Types,
  types: NamedTypes,
  { facts, functions, resources }: Definitions,
): [string, FunctionSpec][] {
  const found = namesOf(functions).map((name): [string, FunctionSpec] => {
    const type = capitalized(name);
    const schema = functions[`${type}Schema`] as never;
    const documented = documentedIn(documentation.entries(FUNCTION_SCHEMAS, `${type}Args`));
    const results = documentation.entries(FUNCTION_SCHEMAS, `${type}Result`);
    return [
      tokenOf(name),
      {
        description: documentation.documentation(FUNCTIONS, name),
        inputs: { type: "object", ...propertiesOf({ types, documented, secrets: [] }, schema, type) },
        outputs: { type: "object", ...outputsOf(types, results, `${type}Result`) },
      },
    ];
  });
  const lookUps = resources.flatMap(({ name, provider, sdk, lookUp }): [string, FunctionSpec][] => {
    if (lookUp === undefined) return [];
    const { schema, secrets } = facts[name] ?? missing(name);
    const documented = documentedIn(documentation.entries(provider, `${name}Args`));
    const results = documentation.entries(provider, `${name}Outputs`);
    return [
      [
        tokenOf(lookUp),
        {
          description: documentation.documentation(sdk, lookUp),
          inputs: { type: "object", ...propertiesOf({ types, documented, secrets }, schema, name) },
          outputs: { type: "object", ...outputsOf(types, results, name) },
        },
      ],
    ];
  });
  return [...found, ...lookUps];
}

function missing(name: string): never {
  throw new Error(`there is no definition of ${name}`);
}
