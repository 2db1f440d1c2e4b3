import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { z } from "zod";
import { UNKNOWN } from "../../../../provider/core/properties";
import { validate } from "../../../../provider/core/validate";

const Port = z.strictObject({
  containerPort: z.int().min(1, "a port is 1 to 65535"),
  protocol: z.enum(["tcp", "udp"]).optional(),
});
const SCHEMA = z.object({
  name: z.string(),
  memory: z.union([z.number(), z.string()]).optional(),
  ports: z.array(z.union([z.number(), Port])).optional(),
  env: z.record(z.string(), z.strictObject({ value: z.string() })).optional(),
});

const reasons = (inputs: Record<string, unknown>, misnomers = {}) =>
  validate(SCHEMA, inputs, misnomers).map(({ property, reason }) => `${property}: ${reason}`);

describe("validation", () => {
  test("finds nothing wrong with what is right", () => {
    expect(
      reasons({ name: "web", memory: "64m", ports: [80, { containerPort: 80 }], env: { A: { value: "1" } } }),
    ).toEqual([]);
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ["a missing property", {}, /^name: .*expected string/],
    ["a wrong type", { name: 7 }, /^name: .*expected string/],
    [
      "a wrong type deep inside",
      { name: "a", ports: [80, { containerPort: "80" }] },
      /^ports\[1\]\.containerPort: .*expected number/,
    ],
    [
      "a value out of range",
      { name: "a", ports: [{ containerPort: 0 }] },
      /^ports\[0\]\.containerPort: a port is/,
    ],
    ["neither form of a union", { name: "a", memory: true }, /^memory: expected number or string/],
    [
      "an unknown property",
      { name: "a", nmae: "b" },
      /^nmae: unknown property `nmae`; did you mean `name`\?/,
    ],
    [
      "an unknown property deep inside",
      { name: "a", ports: [{ containerPort: 1, protocl: "tcp" }] },
      /^ports\[0\]\.protocl: .*did you mean `protocol`\?/,
    ],
    [
      "an unknown property inside a map",
      { name: "a", env: { A: { value: "x", vale: "y" } } },
      /^env\.A\.vale: .*did you mean `value`\?/,
    ],
    ["a name like no other", { name: "a", zzz: 1 }, /^zzz: unknown property `zzz`; remove it/],
  ])("names %s", (_what, inputs, expected) => {
    expect(reasons(inputs).join("\n")).toMatch(expected);
  });

  test("knows what other tools call a property", () => {
    expect(reasons({ name: "a", environment: {} }, { environment: "env" })).toEqual([
      "environment: unknown property `environment`; did you mean `env`?",
    ]);
  });

  test("names all that is wrong at once", () => {
    expect(reasons({ name: 1, memory: [], nmae: 2 })).toHaveLength(3);
  });

  test("does not judge what is not known yet, wherever it stands", () => {
    const value = fc.oneof(fc.constant(UNKNOWN), fc.constant([UNKNOWN]), fc.constant({ deep: UNKNOWN }));
    fc.assert(
      fc.property(fc.constantFrom("name", "memory", "ports", "env"), value, (key, unknown) => {
        expect(reasons({ name: "a", [key]: unknown })).toEqual([]);
      }),
    );
    expect(reasons({ name: "a", ports: [{ containerPort: UNKNOWN, protocol: UNKNOWN }] })).toEqual([]);
  });

  test("goes on judging what stands beside it", () => {
    expect(reasons({ name: UNKNOWN, memory: true })).toEqual([expect.stringMatching(/^memory: /)]);
    expect(reasons({ name: "a", ports: [UNKNOWN, { containerPort: 0 }] })).toEqual([
      expect.stringMatching(/^ports\[1\]\.containerPort: /),
    ]);
  });
});
