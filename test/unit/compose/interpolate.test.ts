import { describe, expect, test } from "@jest/globals";
import { parseEnvFile } from "../../../compose/env-file";
import { interpolate } from "../../../compose/interpolate";
import { messageOf } from "./kit";

const place = { file: "compose.yaml", line: 3 };
const variables = { SET: "value", EMPTY: "", OTHER: "other" };

describe("a variable", () => {
  test.each([
    ["$SET", "value"],
    ["${SET}", "value"],
    ["a${SET}b$SET", "avaluebvalue"],
    ["$$SET and $${SET}", "$SET and ${SET}"],
    ["${SET:-default}", "value"],
    ["${EMPTY:-default}", "default"],
    ["${EMPTY-default}", ""],
    ["${NONE-default}", "default"],
    ["${NONE:-${OTHER}}", "other"],
    ["${NONE:-${NO:-deep}} and more}", "deep and more}"],
    ["${SET:?needed}", "value"],
    ["${SET:+instead}", "instead"],
    ["${EMPTY:+instead}", ""],
    ["${EMPTY+instead}", "instead"],
    ["${NONE+instead}", ""],
    ["${NONE:-http://a:80/{x}}", "http://a:80/{x}"],
    ["no variable", "no variable"],
  ])("%s is %j", (text, result) => {
    expect(interpolate(text, variables, place, () => undefined)).toBe(result);
  });

  test("that is not set is said once it is used, and is empty", () => {
    const unset: string[] = [];
    expect(interpolate("a${NONE}", variables, place, (name) => unset.push(name))).toBe("a");
    expect(unset).toEqual(["NONE"]);
  });

  test.each([
    ["${NONE:?give a name}", /^compose\.yaml:3: the variable NONE is not set: give a name\./],
    ["${EMPTY:?}", /^compose\.yaml:3: the variable EMPTY is not set\./],
    ["costs $5", /"costs \$5" has a "\$" that begins no variable: .*"\$\$" for a dollar/],
    ["${NONE", /begins no variable/],
    ["${SET:=x}", /begins no variable/],
  ])("%s is refused", (text, message) => {
    expect(messageOf(() => interpolate(text, variables, place, () => undefined))).toMatch(message);
  });
});

test("a file of variables has comments, quotes, references, and names alone", () => {
  const text = [
    "# comment",
    "",
    "A=1 # one",
    "export B=two",
    "C='$A stays'",
    'D="$A\\n${SET}"',
    "E=$A-$OTHER",
    "SET",
    "NONE",
    "F=",
    'G="two',
    'lines"',
    "H=with#hash",
  ].join("\n");
  expect(parseEnvFile(text, ".env", variables, () => undefined)).toEqual({
    A: "1",
    B: "two",
    C: "$A stays",
    D: "1\nvalue",
    E: "1-other",
    SET: "value",
    F: "",
    G: "two\nlines",
    H: "with#hash",
  });
  expect(parseEnvFile("A='$x' # y", ".env", {}, () => undefined, "raw")).toEqual({ A: "'$x' # y" });
  expect(messageOf(() => parseEnvFile("A=1\n- b", ".env", {}, () => undefined))).toMatch(
    /^\.env:2: .*NAME=value/,
  );
  expect(messageOf(() => parseEnvFile('A="1', ".env", {}, () => undefined))).toMatch(
    /^\.env:1: .*no closing "|^\.env:2:/,
  );
});
