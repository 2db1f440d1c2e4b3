import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { withElements, withMembers, withoutMember } from "../../../server/gateway/json/edit";
import { allAt, decode, elementsOf, memberOf } from "../../../server/gateway/json/spans";

/** JSON texts as an engine might write them: compact or indented, keys without escapes. */
const indent = fc.constantFrom(undefined, 1, "\t", "\n  ");
const key = fc.stringMatching(/^[A-Za-z_.-]{1,8}$/);
const object = fc.dictionary(key, fc.jsonValue());

const textOf = (value: unknown, space?: number | string) => Buffer.from(JSON.stringify(value, null, space));
const whole = (text: Buffer) => ({ start: 0, end: text.length });

describe("parts of a JSON text", () => {
  test("are the elements that decoding it gives", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), indent, (list, space) => {
        const text = textOf(list, space);
        expect(elementsOf(text).map((span) => decode(text, span))).toEqual(JSON.parse(text.toString()));
      }),
    );
  });

  test("are the members that decoding it gives", () => {
    fc.assert(
      fc.property(object, indent, (value, space) => {
        const text = textOf(value, space);
        for (const name of Object.keys(value)) {
          const span = memberOf(text, name);
          expect(span && decode(text, span)).toEqual(JSON.parse(text.toString())[name]);
        }
        expect(memberOf(text, "not there")).toBeUndefined();
      }),
    );
  });

  test.each(['{"a":', '{"a":"b', "[1,", '["a', "[}"])(
    "are not made up where the text is broken: %s",
    (text) => {
      expect(() => [
        elementsOf(Buffer.from(text)),
        memberOf(Buffer.from(text), "a"),
        JSON.parse(text),
      ]).toThrow();
    },
  );
});

describe("an edited JSON text", () => {
  test("has a member more and is otherwise the same", () => {
    fc.assert(
      fc.property(object, indent, (value, space) => {
        const text = textOf(value, space);
        const edited = Buffer.concat(withMembers(text, whole(text), ['"Added here":{"Id":1}']));
        expect(JSON.parse(edited.toString())).toEqual({
          ...JSON.parse(text.toString()),
          "Added here": { Id: 1 },
        });
      }),
    );
  });

  test("has a member less and is otherwise the same", () => {
    fc.assert(
      fc.property(object, indent, (value, space) => {
        const text = textOf(value, space);
        for (const name of Object.keys(value)) {
          const { [name]: _, ...rest } = JSON.parse(text.toString());
          expect(JSON.parse(withoutMember(text, name).toString())).toEqual(rest);
        }
      }),
    );
  });

  test("keeps the digits of numbers that JavaScript cannot hold", () => {
    const text = Buffer.from('{"Volumes":[{"Size":9007199254742016999},{"Size":1}],"Warnings":null}');
    const list = memberOf(text, "Volumes");
    if (!list) throw new Error("no list");
    const [first] = elementsOf(text, list.start);
    if (!first) throw new Error("no element");
    const edited = withElements(text, list, [withMembers(text, first, ['"X":1'])]);
    expect(edited.toString()).toBe('{"Volumes":[{"Size":9007199254742016999,"X":1}],"Warnings":null}');
  });
});

describe("all values at a path", () => {
  test.each([
    ["as an engine spells it", '{"HostConfig":{"Privileged":true}}', [true]],
    ["in another case", '{"hostconfig":{"PRIVILEGED":true}}', [true]],
    ["given twice", '{"HostConfig":{"Privileged":true},"HostConfig":{"Privileged":false}}', [true, false]],
    ["with escapes in the key", '{"\\u0048ostConfig":{"Privileged":true}}', [true]],
    ["with letters that fold to it", '{"Ho\u017FtConfig":{"Privileged":true}}', [true]],
    ["not there", '{"Config":{"Privileged":true}}', []],
    ["of another type", '{"HostConfig":[1]}', []],
  ])("are found %s", (_, text, values) => {
    expect(allAt(Buffer.from(text), ["HostConfig", "Privileged"])).toEqual(values);
  });

  test("are found in every element of a list", () => {
    const text = Buffer.from('{"Mounts":[{"Type":"volume"},{"Type":"bind"}]}');
    expect(allAt(text, ["Mounts", "*", "Type"])).toEqual(["volume", "bind"]);
  });
});
