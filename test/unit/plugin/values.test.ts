import { expect, test } from "@jest/globals";
import { asSent, received, sent, withSecrets } from "../../../plugin/values";
import { UNKNOWN } from "../../../provider/core/properties";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown) => ({ [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", value });
const asset = { [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17", text: "a" };

test("secrets arrive in clear at any depth, and assets as they are", () => {
  const struct = sent({ a: secret("x"), b: [secret({ c: secret(1) })], asset });
  expect(received(struct)).toEqual({ a: "x", b: [{ c: 1 }], asset });
});

test.each([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
])("%s is unknown, of whatever type", (text) => {
  expect(received(sent({ a: [text], b: secret(text) }))).toEqual({ a: [UNKNOWN], b: UNKNOWN });
});

test("what the program marks stays marked once, and what is always secret is marked too", () => {
  const settings = asSent(sent({ url: secret("http://one"), apiKey: secret("k"), password: "p" }));
  expect(withSecrets(settings, ["apiKey", "password", "headers"])).toEqual({
    url: secret("http://one"),
    apiKey: secret("k"),
    password: secret("p"),
  });
});

test("what is not there is left out, and nothing else is lost", () => {
  expect(received(sent({ a: undefined, b: null, c: 0, d: "", e: false, f: [], g: {} }))).toEqual({
    b: null,
    c: 0,
    d: "",
    e: false,
    f: [],
    g: {},
  });
});
