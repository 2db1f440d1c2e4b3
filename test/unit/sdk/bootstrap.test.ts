import { expect, test } from "@jest/globals";
import * as portainer from "../../../sdk";
import { type Registered, register } from "./kit";

const registered = (args: Partial<portainer.BootstrapArgs> = {}, config = {}): Promise<Registered[]> =>
  register(() => new portainer.Bootstrap("office", { password: "correct-horse-9", ...args }), config);

const named = (all: readonly Registered[], name: string): Record<string, unknown> =>
  all.find((one) => one.name === name)?.inputs ?? {};

test("declares an administrator, a key, its Providers and each environment", async () => {
  const all = await registered({
    url: "http://127.0.0.1:9000",
    endpoints: {
      local: "unix:///var/run/docker.sock",
      edge: { url: "tcp://10.0.7.10:2375", name: "edge-1" },
    },
  });
  expect(all.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`).sort()).toEqual([
    "AdminUser office-admin",
    "ApiKey office-key",
    "Bootstrap office",
    "Endpoint office-edge",
    "Endpoint office-local",
    "pulumi-nodejs office",
    "pulumi-nodejs office-owner",
    "pulumi-nodejs office-setup",
  ]);
  expect(named(all, "office-local")).toMatchObject({ name: "local", url: "unix:///var/run/docker.sock" });
  expect(named(all, "office-edge")).toMatchObject({ name: "edge-1", url: "tcp://10.0.7.10:2375" });
  expect(named(all, "office-key")).toMatchObject({ description: "office" });
});

test("gives the settings of the server to each Provider, and credentials only to those that log in", async () => {
  const all = await registered({ url: "http://127.0.0.1:9000", requestTimeout: 5, username: "root" });
  const providers = all.filter(({ type }) => type === "pulumi:providers:pulumi-nodejs");
  for (const { inputs } of providers)
    expect(inputs).toMatchObject({
      "portainer:url": "http://127.0.0.1:9000",
      "portainer:requestTimeout": "5",
    });
  const credentials = providers.map(({ name, inputs }) => [
    name,
    ["apiKey", "username", "password"].filter((key) => `portainer:${key}` in inputs).join(),
  ]);
  expect(Object.fromEntries(credentials)).toEqual({
    "office-setup": "",
    "office-owner": "username,password",
    office: "apiKey",
  });
});

test("takes the address from stack config, and no credentials for what logs in itself", async () => {
  const all = await registered(
    {},
    { "portainer:url": "http://config", "portainer:username": "stranger", "portainer:password": "strange" },
  );
  const working = all.find(({ type, name }) => type.startsWith("pulumi:providers:") && name === "office");
  expect(working?.inputs).toMatchObject({ "portainer:url": "http://config" });
  expect(working?.inputs).not.toHaveProperty("portainer:username");
});
