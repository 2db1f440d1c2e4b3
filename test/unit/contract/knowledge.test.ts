import { expect, test } from "@jest/globals";
import { encodeRegistryAuth, isAtLeast, parseDuration, registryAuth } from "../../../contract";
import { milliseconds } from "../../../provider/core/schema";

test.each([
  ["1.41", "1.41", true],
  ["1.44", "1.9", true],
  ["1.9", "1.44", false],
  ["2.0", "1.99", true],
  ["1.40", "1.41", false],
  ["", "1.41", false],
])("API %j is at least %j: %j", (version, least, expected) => {
  expect(isAtLeast(version, least)).toBe(expected);
});

test.each<[string, number | undefined]>([
  ["8h", 28_800_000],
  ["1m30s", 90_000],
  ["1.5h", 5_400_000],
  [".5s", 500],
  ["-2s", -2_000],
  ["0", 0],
  ["5", undefined],
  ["", undefined],
  ["soon", undefined],
  ["1d", undefined],
])("the Go duration %j is %j ms", (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});

test.each<[string | number, number | undefined]>([
  ["90s", 90_000],
  [" 1m30s ", 90_000],
  ["90", 90_000],
  [1.5, 1_500],
  ["-2s", undefined],
  ["+2s", undefined],
  ["", undefined],
])("a program's duration %j is %j ms", (written, expected) => {
  expect(milliseconds(written)).toBe(expected);
});

test("credentials for a registry are URL-safe base64 with the padding that Go's decoder needs", () => {
  for (const password of ["a", "ab", "abc", "??>>~~"]) {
    const text = encodeRegistryAuth({ password });
    expect(text.length % 4).toBe(0);
    expect(text).toMatch(/^[\w-]+=*$/);
    expect(JSON.parse(Buffer.from(text, "base64url").toString())).toEqual({ password });
  }
  expect(registryAuth(undefined)).toEqual({});
});
