import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { equal } from "../../../../provider/core/diff";
import { hasUnknown, nameOf, plainRecord, UNKNOWN, visible } from "../../../../provider/core/properties";
import { IdSchema, idNumber, milliseconds } from "../../../../provider/core/schema";
import { nearest } from "../../../../provider/core/validate";

describe("a duration", () => {
  test.each<[string | number, number]>([
    ["90s", 90_000],
    ["1m30s", 90_000],
    ["1.5h", 5_400_000],
    ["250ms", 250],
    ["2", 2_000],
    [2, 2_000],
    [0.5, 500],
    [" 10s ", 10_000],
  ])("%p is %p ms", (text, expected) => {
    expect(milliseconds(text)).toBe(expected);
  });

  test.each(["", "s", "10x", "1m 30s", "soon", "-1s", "1s!"])("is not %p", (text) => {
    expect(milliseconds(text)).toBeUndefined();
  });
});

describe("an id", () => {
  test.each([1, 77, "1", "9007199254740"])("is %p", (id) => {
    expect(IdSchema.safeParse(id).success).toBe(true);
    expect(idNumber(id)).toBe(Number(id));
  });

  test.each([0, -1, 1.5, "0", "01", "1a", "", " 1", true, null])("is not %p", (id) => {
    const result = IdSchema.safeParse(id);
    expect(result.success).toBe(false);
  });
});

describe("a suggestion", () => {
  test.each([
    ["enviroment", ["environment", "env"], "environment"],
    ["URL", ["url", "name"], "url"],
    ["prots", ["ports", "name"], "ports"],
    ["zzz", ["ports", "name"], undefined],
  ])("for %p of %p is %p", (name, known, expected) => {
    expect(nearest(name, known)).toBe(expected);
  });

  test("for a known name is that name", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, selector: (s) => s.toLowerCase() }),
        (known) => {
          expect(nearest(known[0] ?? "", known)).toBe(known[0]);
        },
      ),
    );
  });
});

describe("values", () => {
  test("are equal whatever the order of their keys, and unset is null", () => {
    expect(equal({ a: 1, b: [1, { c: null }] }, { b: [1, {}], a: 1 })).toBe(true);
    expect(equal([1, 2], [2, 1])).toBe(false);
    expect(equal(undefined, null)).toBe(true);
    expect(equal(false, undefined)).toBe(false);
    expect(equal([], {})).toBe(false);
  });

  test("are equal both ways", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => equal(left, right) === equal(right, left)),
    );
  });

  test("travel without what JSON does not have", () => {
    const date = new Date(0);
    expect(plainRecord({ a: undefined, b: { c: undefined, d: date }, e: 7n, f: [undefined, 1] })).toEqual({
      b: { d: date.toISOString() },
      e: "7",
      f: [null, 1],
    });
  });

  test("are unknown at any depth", () => {
    expect(hasUnknown({ a: [{ b: UNKNOWN }] })).toBe(true);
    expect(hasUnknown({ a: [{ b: "known" }] })).toBe(false);
  });
});

describe("what is handed over beside the properties", () => {
  test("is not among them", () => {
    expect(visible({ name: "web", __urn: "u", __provider: "p" })).toEqual({ name: "web" });
  });

  test("names the resource", () => {
    expect(nameOf("urn:pulumi:dev::shop::pulumi-nodejs:dynamic/portainer:Container::web")).toBe("web");
    expect(nameOf(undefined)).toBeUndefined();
  });
});
