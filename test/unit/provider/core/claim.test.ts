import { describe, expect, test } from "@jest/globals";
import { aliasFor, claimsOf, hold, isSameStack, release, takenBy } from "../../../../provider/core/claims";

const urn = (name: string, parents = "", stack = "dev::shop") =>
  `urn:pulumi:${stack}::${parents}pulumi-nodejs:dynamic/portainer:Volume::${name}`;

const one = { holder: "1", urn: urn("one") };
const two = { holder: "2", urn: urn("two") };
const oneAgain = { holder: "3", urn: urn("one") };

describe("an object of a run", () => {
  let count = 0;
  const fresh = () => `object ${++count}`;

  test("is deleted by the only one who has it", () => {
    const object = fresh();
    hold(object, one);
    expect(takenBy(object, one)).toBeUndefined();
  });

  test("is let go of when another has it", () => {
    const object = fresh();
    hold(object, two);
    expect(takenBy(object, one)).toBe("two");
    expect(takenBy(object, two)).toBeUndefined();
  });

  test("is let go of by the predecessor of the resource that has it", () => {
    const object = fresh();
    hold(object, one);
    hold(object, oneAgain);
    expect(takenBy(object, one)).toBe("one");
    expect(takenBy(object, oneAgain)).toBeUndefined();
  });

  test("is not deleted when another was after it in vain", () => {
    const object = fresh();
    claimsOf(two).seek(object, "the volume");
    expect(() => takenBy(object, one)).toThrow(/"two" of this run means the same object/);
  });

  test("is deleted when who was after it in vain has none, since another has it", () => {
    const object = fresh();
    claimsOf(two).seek(object, "the volume");
    hold(object, one);
    expect(takenBy(object, one)).toBeUndefined();
  });

  test("is refused to a second resource, and not to its own successor", () => {
    const object = fresh();
    hold(object, one);
    expect(() => claimsOf(two).seek(object, "the volume")).toThrow(
      /the volume is "one" in this stack already/,
    );
    expect(() => claimsOf(oneAgain).seek(object, "the volume")).not.toThrow();
  });

  test("is free when it was deleted", () => {
    const object = fresh();
    hold(object, one);
    release(object, one);
    expect(() => claimsOf(two).seek(object, "the volume")).not.toThrow();
    expect(claimsOf(two).isHeldByAnother(object)).toBe(false);
  });
});

describe("the option that says what a resource was", () => {
  test.each([
    ["another name", urn("one"), urn("two"), 'aliases: [{ name: "one" }]'],
    [
      "in a component",
      urn("one"),
      urn("one", "app:Site$"),
      "aliases: [{ parent: pulumi.rootStackResource }]",
    ],
    [
      "in a component, with another name",
      urn("one"),
      urn("site-one", "app:Site$"),
      'aliases: [{ name: "one", parent: pulumi.rootStackResource }]',
    ],
    ["out of a component", urn("one", "app:Site$"), urn("one"), `aliases: ["${urn("one", "app:Site$")}"]`],
    ["a name with quotes", urn('o"ne'), urn("two"), 'aliases: [{ name: "o\\"ne" }]'],
    ["not known", undefined, urn("two"), 'aliases: [{ name: "…" }]'],
  ])("%s", (_how, before, now, line) => {
    expect(aliasFor(before, now)).toBe(line);
  });

  test("is for resources of one stack and project", () => {
    expect(isSameStack(urn("one"), urn("two", "app:Site$"))).toBe(true);
    expect(isSameStack(urn("one"), urn("one", "", "prod::shop"))).toBe(false);
    expect(isSameStack(urn("one"), urn("one", "", "dev::mall"))).toBe(false);
    expect(isSameStack(urn("one"), undefined)).toBe(false);
  });
});
