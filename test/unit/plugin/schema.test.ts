import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import type { z } from "zod";
import * as definitions from "../../../provider/definitions";
import * as functions from "../../../provider/functions";

const ROOT = join(__dirname, "..", "..", "..");

interface Property {
  readonly description?: string;
  readonly secret?: boolean;
  readonly willReplaceOnChanges?: boolean;
}
type Properties = Readonly<Record<string, Property>>;
interface Resource {
  readonly description: string;
  readonly inputProperties: Properties;
  readonly requiredInputs: readonly string[];
  readonly properties: Properties;
  readonly required: readonly string[];
}
interface Schema {
  readonly resources: Readonly<Record<string, Resource>>;
  readonly functions: Readonly<Record<string, { readonly description: string }>>;
  readonly types: Readonly<Record<string, { readonly properties?: Properties; readonly enum?: object[] }>>;
}
const schema = require("../../../plugin/schema.json") as Schema;
const LOOKED_UP = "RemoteImage";
const kinds = Object.values(definitions).filter(({ type }) => type !== LOOKED_UP);

/** The golden file of the public surface: whoever changes it, shows it to a reviewer. */
test("plugin/schema.json is what the definitions say", () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, "tools", "schema", "main.mts"), "--check"],
    { encoding: "utf8" },
  );
  expect({ status, said: `${stdout}${stderr}` }).toEqual({ status: 0, said: "" });
});

test("has every resource and every function", () => {
  const asked = Object.keys(functions).filter((name) => /^get[A-Z]\w*$/.test(name));
  expect(Object.keys(schema.resources).sort()).toEqual(
    kinds.map(({ type }) => `portainer:index:${type}`).sort(),
  );
  expect(Object.keys(schema.functions).sort()).toEqual(
    [...asked, `get${LOOKED_UP}`].map((name) => `portainer:index:${name}`).sort(),
  );
});

test("every reference leads to a type, and every type is used", () => {
  const wanted = [...JSON.stringify(schema).matchAll(/"#\/types\/([^"]+)"/g)].map(([, name = ""]) => name);
  expect([...new Set(wanted)].sort()).toEqual(Object.keys(schema.types).sort());
});

test("every resource, function and property says what it means", () => {
  const described = [
    ...Object.entries(schema.resources),
    ...Object.entries(schema.functions),
    ...Object.entries(schema.resources).flatMap(([name, { inputProperties, properties }]) =>
      propertiesOf(name, { ...inputProperties, ...properties }),
    ),
    ...Object.entries(schema.types).flatMap(([name, { properties = {} }]) => propertiesOf(name, properties)),
  ];
  expect(described.filter(([, { description = "" }]) => description.length < 4)).toEqual([]);
});

function propertiesOf(name: string, properties: Properties): [string, Property][] {
  return Object.entries(properties).map(([key, property]) => [`${name}.${key}`, property]);
}

describe.each(kinds.map((definition) => [definition.type, definition] as const))("%s", (type, definition) => {
  const { inputProperties, requiredInputs, properties, required } = schema.resources[
    `portainer:index:${type}`
  ] as Resource;
  const computed = ["contextHash"];
  const shape = definition.schema.shape as Readonly<Record<string, z.ZodType>>;
  const named = Object.keys(shape).filter((key) => !computed.includes(key));

  test("has the arguments of its definition, all of them outputs too", () => {
    expect(Object.keys(inputProperties)).toEqual(named);
    expect(Object.keys(properties)).toEqual(expect.arrayContaining(named));
  });

  test("needs what its definition needs", () => {
    const needed = named.filter((key) => !shape[key]?.safeParse(undefined).success);
    expect(requiredInputs).toEqual(needed);
    expect(required).toEqual(expect.arrayContaining(needed));
  });

  test("marks what is secret, and what replaces", () => {
    const secret = Object.keys(properties).filter((key) => properties[key]?.secret);
    const replaced = named.filter((key) => inputProperties[key]?.willReplaceOnChanges);
    const changes = definition.properties as Readonly<Record<string, { readonly change?: string }>>;
    expect(secret.sort()).toEqual(definition.secrets.filter((path) => !path.includes(".")).sort());
    expect(replaced).toEqual(named.filter((key) => changes[key]?.change === "replace"));
  });
});
