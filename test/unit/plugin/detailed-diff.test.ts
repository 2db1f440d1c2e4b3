import { expect, test } from "@jest/globals";
import { differingPaths } from "../../../plugin/detailed-diff";
import { UNKNOWN } from "../../../provider/core/properties";

test.each<[string, unknown, unknown, Record<string, string>]>([
  ["a value", "64m", "65m", { it: "update" }],
  ["a value that is new", undefined, "65m", { it: "add" }],
  ["a value that is gone", "64m", null, { it: "delete" }],
  ["an entry of a map", { A: "1", B: "2" }, { A: "1", B: "3", C: "4" }, { "it.B": "update", "it.C": "add" }],
  ["an entry with a dot in its name", { "a.b": "1" }, {}, { 'it["a.b"]': "delete" }],
  ["an item of a list", ["a", "b"], ["a", "c", "d"], { "it[1]": "update", "it[2]": "add" }],
  [
    "a property of an item",
    [{ hostPort: 80, protocol: "tcp" }],
    [{ hostPort: 81, protocol: "tcp" }],
    { "it[0].hostPort": "update" },
  ],
  ["a value of another type", "80:80", { hostPort: 80 }, { it: "update" }],
  ["an unknown value", "64m", UNKNOWN, { it: "update" }],
  ["an unknown value inside", { A: "1" }, { A: UNKNOWN }, { "it.A": "update" }],
  ["spellings that are equal but for their order", { a: 1, b: 2 }, { b: 2, a: 1 }, { it: "update" }],
])("names the path of %s", (_what, old, now, expected) => {
  expect(Object.fromEntries(differingPaths(["it"], { it: old }, { it: now }))).toEqual(expected);
});

test("names nothing outside of what has changed", () => {
  expect([...differingPaths(["a"], { a: 1, b: "64m" }, { a: 2, b: "67108864" })]).toEqual([["a", "update"]]);
});
