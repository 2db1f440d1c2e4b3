import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { providerConfig } from "../support/host";
import { MiniStack } from "../support/mini-stack";
import { type Plugin, startPlugin } from "../support/plugin";

/** What Pulumi sends for a value that is not known before the update. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const SAMPLES: Record<string, Record<string, unknown>> = {
  AdminUser: {
    username: "admin",
    password: "correct-horse-9",
    url: "http://127.0.0.1:9000",
    startupTimeout: "60s",
    setupToken: "4f2a",
  },
  ApiKey: { description: "ci" },
  Endpoint: {
    name: "edge-1",
    url: "tcp://10.0.7.10:2376",
    type: "docker",
    tls: { skipVerify: true, skipClientVerify: true },
    publicUrl: "edge.example.com",
    groupId: 1,
    tagIds: [1],
    access: { users: ["alice"], teams: [1] },
    security: { allowBindMountsForRegularUsers: false },
    containerEngine: "docker",
    adopt: "matching",
    startupTimeout: "60s",
  },
};
const EACH_INPUT = Object.entries(SAMPLES).flatMap(([type, inputs]) =>
  Object.keys(inputs).map((key) => [type, key] as const),
);
const DEEP_INPUTS: readonly (readonly [string, Record<string, unknown>])[] = [
  ["Endpoint", { tls: { caCert: UNKNOWN, clientCert: UNKNOWN, clientKey: UNKNOWN } }],
  ["Endpoint", { tls: { caCert: UNKNOWN, skipClientVerify: UNKNOWN } }],
  ["Endpoint", { tagIds: [UNKNOWN, 2] }],
  ["Endpoint", { access: { users: [UNKNOWN], teams: UNKNOWN } }],
  ["Endpoint", { security: { allowBindMountsForRegularUsers: UNKNOWN } }],
];

let asked = 0;
let server: Server;
let plugin: Plugin;

/** A server that must not be asked anything, and no credentials for it. */
beforeAll(async () => {
  server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(500).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  plugin = await startPlugin({ config: providerConfig({ url }) });
}, 60_000);
afterAll(async () => {
  await plugin[Symbol.asyncDispose]();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});
afterEach(() => {
  expect(asked).toBe(0);
});

describe("a preview", () => {
  test.each(EACH_INPUT)("of %s takes %s that is not known yet", async (type, key) => {
    const inputs = SAMPLES[type] ?? {};
    const stack = new MiniStack(plugin);
    expect(await stack.preview(type, "it", { ...inputs, [key]: UNKNOWN })).toBe("create");
    stack.remember("it", { type, id: "1", inputs, outputs: { ...inputs, instanceId: "i" } });
    expect(await stack.preview(type, "it", inputs)).toBe("same");
    const whenUnknown = await stack.preview(type, "it", { ...inputs, [key]: UNKNOWN });
    expect(["update", "replace", "same"]).toContain(whenUnknown);
  });

  test.each(DEEP_INPUTS)("of %s takes %j", async (type, some) => {
    const inputs = { ...SAMPLES[type], ...some };
    const stack = new MiniStack(plugin);
    expect(await stack.preview(type, "it", inputs)).toBe("create");
    stack.remember("it", { type, id: "1", inputs: {}, outputs: { ...SAMPLES[type], instanceId: "i" } });
    expect(await stack.preview(type, "it", inputs)).toBe("update");
  });

  test("takes an unknown value for a change of every property that replaces", async () => {
    const stack = new MiniStack(plugin);
    const inputs = SAMPLES["Endpoint"] ?? {};
    stack.remember("it", { type: "Endpoint", id: "1", inputs, outputs: { ...inputs, instanceId: "i" } });
    expect(await stack.preview("Endpoint", "it", { ...inputs, type: UNKNOWN })).toBe("replace");
  });

  test("honours replaceOnChanges, which the engine does not do for dynamic providers", async () => {
    const stack = new MiniStack(plugin);
    const inputs = SAMPLES["Endpoint"] ?? {};
    stack.remember("it", { type: "Endpoint", id: "1", inputs, outputs: { ...inputs, instanceId: "i" } });
    const changed = { ...inputs, publicUrl: "other.example.com", access: { users: ["bob"], teams: [1] } };
    for (const path of ["publicUrl", "access.users[0]", "*"]) {
      expect(await stack.preview("Endpoint", "it", changed, { replaceOnChanges: [path] })).toBe("replace");
    }
    expect(await stack.preview("Endpoint", "it", changed, { replaceOnChanges: ["name"] })).toBe("update");
  });

  test("does not show another customTimeouts or another stack name as a change", async () => {
    const stack = new MiniStack(plugin);
    const inputs = SAMPLES["Endpoint"] ?? {};
    const outputs = {
      ...inputs,
      instanceId: "i",
      __urn: "urn:pulumi:old::x::y::z",
      __timeouts: { create: "1m" },
    };
    stack.remember("it", { type: "Endpoint", id: "1", inputs, outputs });
    const options = { customTimeouts: { create: "5m" } };
    expect(await stack.preview("Endpoint", "it", inputs, options)).toBe("same");
  });

  test.each([
    ["Endpoint", { ur: "tcp://a:1" }, /^ur: unknown property `ur`; did you mean `url`\?/m],
    [
      "Endpoint",
      { url: "10.0.7.10:2375" },
      /^url: has no scheme; did you mean "tcp:\/\/10\.0\.7\.10:2375"\?/m,
    ],
    ["Endpoint", { url: "tcp://a:1", public_ip: "x" }, /did you mean `publicUrl`\?/],
    [
      "Endpoint",
      { url: "tcp://a:1", tls: { skipverify: true } },
      /^tls\.skipverify: .*did you mean `skipVerify`\?/m,
    ],
    ["Endpoint", { url: "tcp://a:1", tls: {} }, /^tls\.caCert: is needed .*`skipVerify: true`/m],
    ["Endpoint", { url: "tcp://a:1", groupId: "group" }, /^groupId: must be an id/m],
    ["Endpoint", { url: "tcp://a:1", tagIds: [1, 0] }, /^tagIds\[1\]: must be an id/m],
    ["Endpoint", { url: "tcp://a:1", startupTimeout: "soon" }, /^startupTimeout: "soon" is not a duration/m],
    [
      "Endpoint",
      { url: "unix:///var/run/docker.sock", tls: { skipVerify: true } },
      /^tls: there is no TLS on a local/m,
    ],
    ["AdminUser", {}, /^password: /m],
    ["AdminUser", { password: "x", name: "root" }, /^name: .*did you mean `username`\?/m],
    ["AdminUser", { password: "x", username: "two words" }, /^username: a username has no spaces/m],
    ["ApiKey", { name: "ci" }, /^name: .*did you mean `description`\?/m],
  ])("of %s refuses %j and says what is meant", async (type, inputs, message) => {
    await expect(new MiniStack(plugin).preview(type, "it", inputs)).rejects.toThrow(message);
  });
});
