import { describe, expect, test } from "@jest/globals";
import {
  credentialsOf,
  environmentName,
  flag,
  gatherSettings,
  headersOf,
  positiveInteger,
  type SettingKey,
} from "../../../../provider/core/connection-settings";

type Texts = Partial<Record<SettingKey, string>>;

const gather = (explicit: boolean, config: Texts, environment: Texts = {}) =>
  gatherSettings({
    explicit,
    config: (key) => config[key],
    environment: (key) => environment[key],
  });

const ENVIRONMENT: Texts = { url: "http://env", apiKey: "env-key", caCert: "env-ca" };

describe("settings", () => {
  test("of stack config and the environment complete each other, config first", () => {
    expect(gather(false, { url: "http://config" }, ENVIRONMENT)).toEqual({
      url: "http://config",
      apiKey: "env-key",
      caCert: "env-ca",
    });
  });

  test.each<[string, Texts, Texts]>([
    ["an API key", { apiKey: "key" }, { username: "env", password: "env-password" }],
    ["a username", { username: "admin" }, { apiKey: "env-key", password: "env-password" }],
    ["a password", { password: "p" }, { apiKey: "env-key", username: "env" }],
  ])("with %s in config take no credential from the environment", (_what, config, environment) => {
    expect(gather(false, config, environment)).toEqual(config);
  });

  test("of a Provider with a url take nothing from the environment", () => {
    expect(gather(true, { url: "http://own" }, ENVIRONMENT)).toEqual({ url: "http://own" });
  });

  test("of a Provider without a url take the rest from the environment", () => {
    expect(gather(true, { endpointId: "2" }, ENVIRONMENT)).toEqual({ ...ENVIRONMENT, endpointId: "2" });
  });

  test("that are empty are not set", () => {
    expect(gather(false, { url: "", apiKey: "" }, { caCert: "" })).toEqual({});
  });

  test.each<[SettingKey, string]>([
    ["url", "PORTAINER_URL"],
    ["apiKey", "PORTAINER_API_KEY"],
    ["endpointId", "PORTAINER_ENDPOINT_ID"],
    ["skipUnreachable", "PORTAINER_SKIP_UNREACHABLE"],
  ])("%s is %s in the environment", (key, name) => {
    expect(environmentName(key)).toBe(name);
  });
});

describe("credentials", () => {
  test("are an API key, or a name and a password, or none", () => {
    expect(credentialsOf({ apiKey: "k" })).toEqual({ apiKey: "k" });
    expect(credentialsOf({ username: "u", password: "p" })).toEqual({ username: "u", password: "p" });
    expect(credentialsOf({})).toBeUndefined();
  });

  test.each<[Texts, RegExp]>([
    [{ apiKey: "k", username: "u", password: "p" }, /both an API key and a username/],
    [{ apiKey: "k", password: "p" }, /both an API key and a username/],
    [
      { username: "u" },
      /no password: set `password` of the Provider, .*portainer:password or PORTAINER_PASSWORD/,
    ],
    [{ password: "p" }, /no username: .*PORTAINER_USERNAME/],
  ])("%j are refused", (settings, message) => {
    expect(() => credentialsOf(settings)).toThrow(message);
  });

  test("are not in the error about them", () => {
    expect(() => credentialsOf({ apiKey: "ptr_secret", password: "hush" })).toThrow(
      expect.objectContaining({ message: expect.not.stringMatching(/ptr_secret|hush/) }),
    );
  });
});

describe("a setting that is text", () => {
  test.each(["0", "-1", "1.5", "ten", " 3"])("is no whole number above 0 as %p", (text) => {
    expect(() => positiveInteger("concurrency", text)).toThrow(
      /concurrency is ".*", not a whole number above 0/,
    );
  });

  test.each(["yes", "TRUE", "1"])("is no flag as %p", (text) => {
    expect(() => flag("skipVerify", text)).toThrow(/skipVerify is ".*", not true or false/);
  });

  test.each(["x", "[]", "null", '"text"'])("is no headers as %p", (text) => {
    expect(() => headersOf(text)).toThrow(/headers is not a JSON object/);
  });

  test("is read as what it stands for", () => {
    expect(positiveInteger("concurrency", "12")).toBe(12);
    expect([flag("skipVerify", "true"), flag("skipVerify", "false"), flag("skipVerify", undefined)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(headersOf('{"X-Team":"ops","X-Level":3}')).toEqual({ "X-Team": "ops", "X-Level": "3" });
  });
});
