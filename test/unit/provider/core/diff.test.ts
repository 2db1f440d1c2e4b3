import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Property } from "../../../../provider/core/definition";
import { difference, refreshed, removed } from "../../../../provider/core/diff";
import { UNKNOWN } from "../../../../provider/core/properties";

const PROPERTIES: Record<string, Property> = {
  name: { normalize: (name: string) => name.toLowerCase() },
  image: { change: "replace" },
  tags: {},
  wait: { change: "none" },
  password: { writeOnly: true },
};

describe("a difference", () => {
  test("is in the meaning, not in the spelling", () => {
    expect(difference(PROPERTIES, { name: "Web" }, { name: "wEB" })).toEqual({ changed: [], replaces: [] });
  });

  test("is not in what the server added, nor in hidden keys", () => {
    const olds = { name: "web", endpointId: 3, __urn: "a", __provider: "x" };
    expect(difference(PROPERTIES, olds, { name: "web", __urn: "b", __provider: "y" }).changed).toEqual([]);
  });

  test("is in what is set, changed or removed", () => {
    const olds = { name: "web", image: "a", tags: [1] };
    expect(difference(PROPERTIES, olds, { name: "db", image: "a" })).toEqual({
      changed: ["name", "tags"],
      replaces: [],
    });
  });

  test("that needs another object is said so", () => {
    expect(difference(PROPERTIES, { image: "a" }, { image: "b" })).toEqual({
      changed: ["image"],
      replaces: ["image"],
    });
  });

  test("is not in what only says how to go about it", () => {
    expect(difference(PROPERTIES, { wait: "1s" }, { wait: "2s" }).changed).toEqual([]);
  });

  test("is in whatever is not known yet", () => {
    expect(difference(PROPERTIES, { image: "a", tags: [1] }, { image: UNKNOWN, tags: [UNKNOWN] })).toEqual({
      changed: ["image", "tags"],
      replaces: ["image"],
    });
  });

  test.each([
    ["tags", true],
    ["tags[0]", true],
    ["tags.a", true],
    ["*", true],
    ["tag", false],
    ["tagsOf", false],
  ])("replaces with replaceOnChanges %p: %p", (path, replaces) => {
    const found = difference(PROPERTIES, { tags: [1] }, { tags: [2] }, [path]);
    expect(found.replaces).toEqual(replaces ? ["tags"] : []);
  });

  test("is never between a value and itself", () => {
    fc.assert(
      fc.property(fc.record({ name: fc.string(), tags: fc.jsonValue(), image: fc.jsonValue() }), (value) => {
        expect(difference(PROPERTIES, value, structuredClone(value)).changed).toEqual([]);
      }),
    );
  });
});

describe("what is read again", () => {
  test("keeps the remembered spelling where it means the same", () => {
    expect(refreshed(PROPERTIES, { name: "Web", wait: "1s" }, { name: "web" })).toEqual({
      name: "Web",
      wait: "1s",
    });
  });

  test("shows what has changed, and leaves out what is no more", () => {
    expect(refreshed(PROPERTIES, { name: "web", tags: [1] }, { name: "db" })).toEqual({ name: "db" });
  });

  test("has nothing that was not remembered", () => {
    expect(refreshed(PROPERTIES, { name: "web", endpointId: 3 }, { name: "web", tags: [1] })).toEqual({
      name: "web",
    });
  });

  test("keeps what the server never shows", () => {
    expect(refreshed(PROPERTIES, { name: "web", password: "a" }, { name: "web" })).toEqual({
      name: "web",
      password: "a",
    });
  });
});

test("what the program no longer sets gets its value for that, and only if it was set", () => {
  const table: Record<string, Property> = { tags: { whenRemoved: [] }, url: { whenRemoved: "" }, name: {} };
  expect(removed(table, { tags: [1], name: "web" }, {})).toEqual({ tags: [] });
  expect(removed(table, { tags: [1] }, { tags: [2] })).toEqual({});
});
