import * as fc from "fast-check";

/** As much of JSON Schema as the API's description uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
}

const STRINGS = [
  "",
  " ",
  "a",
  "name with spaces",
  "\u0000",
  "\u202e",
  "\ud800",
  "é😀",
  "../../etc/passwd",
  "..%2f..%2f",
  "/etc/hostname",
  "a\r\nX-Injected: yes",
  "'; DROP TABLE users; --",
  "<script>alert(1)</script>",
  "{{7*7}}",
  "$(id)",
  "-rf",
  "__proto__",
  "constructor",
  "toString",
  "NaN",
  "1e999",
  "true",
  "[]",
  "[1,null,{}]",
  '{"a":1}',
  "{",
  "5m",
  "-1h",
  "99999999999999h",
  "x".repeat(100_000),
];
/** Nothing that leads off this machine. */
const URLS = [
  "",
  "nonsense",
  "http://",
  "http://[",
  "tcp://127.0.0.1:1",
  "http://127.0.0.1:1/x",
  "file:///etc",
  "ext::sh",
  "tcp://127.0.0.1:99999",
];
const NUMBERS = [0, -1, 1, 2, 3, 99, 1.5, -0, 2 ** 31, 2 ** 53, -(2 ** 53), 1e308, 5e-324];
const OTHERS = [
  null,
  true,
  false,
  [],
  {},
  [[]],
  [null],
  { a: null },
  JSON.parse('{"__proto__":{"isAdmin":true}}'),
];

const anything = fc.oneof(
  fc.constantFrom<unknown>(...STRINGS),
  fc.constantFrom<unknown>(...NUMBERS),
  fc.constantFrom<unknown>(...OTHERS),
);

/** Values for a schema: mostly of the right type, seldom sensible. `name`: of the property that they are for. */
export function hostile(schema: Schema, name = ""): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 30, arbitrary: ofType(schema, name) }, { weight: 1, arbitrary: anything });
}

function ofType(schema: Schema, name: string): fc.Arbitrary<unknown> {
  if (/url$/i.test(name)) return fc.constantFrom(...URLS);
  if (/id$/i.test(name) && schema.type === "string")
    return fc.constantFrom("1", "2", "1", "2", "99", "abc", "");
  if (/type$/i.test(name) && schema.type === "string") return fc.constantFrom("1", "2", "4", "5", "9", "abc");
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if ("const" in schema) return fc.constant(schema.const);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => hostile(one, name)));
  switch (schema.type) {
    case "string":
      return fc.oneof(
        { weight: 2, arbitrary: fc.constant("sensible") },
        { weight: 2, arbitrary: fc.constantFrom(...STRINGS) },
        { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
      );
    case "integer":
    case "number":
      return fc.oneof(fc.constantFrom(1, 2), fc.constantFrom(...NUMBERS), fc.integer());
    case "boolean":
      return fc.boolean();
    case "array":
      return fc.array(hostile(schema.items ?? {}, name), { maxLength: 3 });
    case "object":
      return ofObject(schema);
    default:
      return anything;
  }
}

function ofObject({ properties = {}, required = [], additionalProperties }: Schema): fc.Arbitrary<unknown> {
  const known = Object.entries(properties).map(([name, schema]) => [name, hostile(schema, name)] as const);
  const fields = Object.fromEntries(known);
  const own = fc.oneof(
    { weight: 6, arbitrary: fc.record(fields, { requiredKeys: [...required] }) },
    { weight: 1, arbitrary: fc.record(fields, { requiredKeys: [] }) },
  );
  if (typeof additionalProperties !== "object") return own;
  const more = fc.dictionary(fc.constantFrom("1", "2", "99", "-1", "abc", ""), hostile(additionalProperties));
  return fc.tuple(own, more).map(([one, other]) => ({ ...one, ...other }));
}

/** What stands where a path parameter does. */
export const hostileSegment = (isNumber: boolean): fc.Arbitrary<string> =>
  fc
    .oneof(
      { weight: isNumber ? 6 : 1, arbitrary: fc.constantFrom("2", "3", "99", "0", "-1", "9007199254740993") },
      {
        weight: 2,
        arbitrary: fc.constantFrom(
          "abc",
          "standalone",
          "string",
          "ca",
          "%00",
          "a%2Fb",
          "%ff",
          "😀",
          "1e3",
          "0x1",
        ),
      },
    )
    .map((text) => (/%[0-9a-f]{2}/i.test(text) ? text : encodeURIComponent(text)));

/** Bodies that no JSON writer writes. */
export const MALFORMED: readonly (string | Uint8Array)[] = [
  "",
  "{",
  "nonsense",
  "null",
  "[]",
  '"text"',
  "1e999",
  '{"a":1,}',
  '{"Name":"a"}{"Name":"b"}',
  "\ufeff{}",
  `${"[".repeat(100_000)}`,
  `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`,
  '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}}}',
  new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]),
  new Uint8Array(1_000),
];
