import { afterEach, expect, test } from "@jest/globals";
import { settingFailures, settingsOf } from "../../../plugin/settings";
import { SETTING_KEYS } from "../../../provider/core/connection-settings";
import { UNKNOWN } from "../../../provider/core/properties";

afterEach(() => {
  delete process.env["PORTAINER_API_KEY"];
});

test("takes numbers, booleans and maps as they are, and as texts", () => {
  const spelt = { endpointId: 3, skipVerify: true, headers: { "X-Team": "ops" } };
  const texts = { endpointId: "3", skipVerify: "true", headers: '{"X-Team":"ops"}' };
  expect(settingsOf(spelt, "mine")).toEqual(texts);
  expect(settingsOf(texts, "mine")).toEqual(texts);
});

test("a provider of the program that sets a url takes nothing from the environment", () => {
  process.env["PORTAINER_API_KEY"] = "ptr_x";
  expect(settingsOf({ url: "http://one" }, "mine")).toEqual({ url: "http://one" });
});

test.each(["default", "default_0_1_0"])("Pulumi's own provider %s does", (name) => {
  process.env["PORTAINER_API_KEY"] = "ptr_x";
  expect(settingsOf({ url: "http://one" }, name)).toEqual({ url: "http://one", apiKey: "ptr_x" });
});

test.each<[Record<string, unknown>, RegExp]>([
  [{ urll: "http://one" }, /^urll: unknown setting `urll` .*did you mean `url`\?/],
  [{ banana: "1" }, /^banana: unknown setting .*the settings are url, /],
  [{ endpointId: "one" }, /^endpointId: endpointId is "one", not a whole number above 0/],
  [{ skipVerify: "yes" }, /^skipVerify: skipVerify is "yes", not true or false/],
  [{ headers: "[]" }, /^headers: headers is not a JSON object/],
  [{ apiKey: "k", username: "ada", password: "p" }, /^apiKey: the provider has both an API key and/],
  [{ username: "ada" }, /^apiKey: the provider has no password/],
])("refuses %j", (args, message) => {
  const failures = settingFailures(args).map(({ property, reason }) => `${property}: ${reason}`);
  expect(failures).toEqual([expect.stringMatching(message)]);
});

test.each<[Record<string, unknown>]>([
  [{ username: "ada", password: UNKNOWN }],
  [{ url: UNKNOWN, version: "0.1.0" }],
  [{}],
])("accepts %j", (args) => {
  expect(settingFailures(args)).toEqual([]);
});

test("the schema has every setting", () => {
  const { config, provider } = require("../../../plugin/schema.json") as {
    config: { variables: object };
    provider: { inputProperties: object };
  };
  expect(Object.keys(config.variables).sort()).toEqual([...SETTING_KEYS].sort());
  expect(config.variables).toEqual(provider.inputProperties);
});
