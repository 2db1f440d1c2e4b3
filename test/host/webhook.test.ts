import { describe, expect, test } from "@jest/globals";
import { freshHost } from "../support/fresh-host";
import type { Properties } from "../support/grpc";

const HOOK = { endpointId: 1, serviceId: "n8k0v4xq2wz7" };

const host = freshHost();
const { api, asked } = host;

const up = (inputs: Properties) => host.stack.up("Webhook", "it", inputs);
const shown = async () => (await api("GET", "/webhooks")) as unknown as Properties[];
const byHand = () => api("POST", "/webhooks", { ResourceID: HOOK.serviceId, EndpointID: 1, WebhookType: 1 });
const registry = async (name: string) =>
  (await api("POST", "/registries", { Name: name, Type: 3, URL: `${name}.example.com` }))["Id"];

describe("a Webhook", () => {
  test("takes a look and a write to make, one request to refresh and one to delete, and its URL is secret", async () => {
    expect(await asked(() => up(HOOK))).toEqual(["GET /webhooks", "POST /webhooks"]);
    const [hook] = await shown();
    const webhookUrl = `${host.server.url}/api/webhooks/${hook?.["Token"]}`;
    expect(host.stack.outputs("it")).toMatchObject({ webhookId: 1, webhookUrl });
    expect(host.stack.entry("it").outputs["webhookUrl"]).toMatchObject({ value: webhookUrl });
    expect(await asked(() => host.stack.refresh("it"))).toEqual(["GET /webhooks"]);
    expect(await up({ ...HOOK, endpointId: "1" })).toBe("same");
    expect(await asked(() => host.stack.destroy("it"))).toEqual(["DELETE /webhooks/1"]);
    expect(await shown()).toEqual([]);
  });

  test("changes its registry in place, with the same URL, and takes it away again", async () => {
    const registryId = await registry("images");
    await up(HOOK);
    const { webhookUrl } = host.stack.outputs("it");
    expect(await asked(() => up({ ...HOOK, registryId }))).toEqual(["PUT /webhooks/1"]);
    await host.stack.refresh("it");
    expect(await up({ ...HOOK, registryId })).toBe("same");
    expect(host.stack.outputs("it")).toMatchObject({ webhookUrl });
    expect(await up(HOOK)).toBe("update");
    expect(await shown()).toMatchObject([{ RegistryId: 0 }]);
  });

  test("that exists is refused, and adopted when told", async () => {
    const registryId = await registry("images");
    await byHand();
    await expect(up(HOOK)).rejects.toThrow(
      /the service n8k0v4xq2wz7 has a webhook already \(id 1\).*aliases.*adopt: "matching"/s,
    );
    await expect(up({ ...HOOK, registryId, adopt: "matching" })).rejects.toThrow(/with registry 0/);
    expect(await up({ ...HOOK, registryId, adopt: "replace" })).toBe("create");
    expect(await shown()).toMatchObject([{ Id: 1, RegistryId: registryId }]);
  });

  test("cannot be two resources of one program", async () => {
    await up(HOOK);
    await expect(host.stack.up("Webhook", "again", { ...HOOK, adopt: "matching" })).rejects.toThrow(
      /is "it" in this stack already/,
    );
  });

  test("is found again when the answer to its creation was lost", async () => {
    host.server.fail({ path: "/api/webhooks", method: "POST", times: 1, with: "reset-after" });
    await up(HOOK);
    expect(await shown()).toHaveLength(1);
  });

  test("is not gone for a standard user, who sees none", async () => {
    await api("POST", "/users", { Username: "alice", Password: "alice-in-a-hurry", Role: 2 });
    await up(HOOK);
    await using _alice = await host.switchTo({ username: "alice", password: "alice-in-a-hurry" });
    await expect(host.stack.refresh("it")).rejects.toThrow(/Only an administrator may do this\./);
    expect(host.stack.has("it")).toBe(true);
  });

  test("is looked up by its id", async () => {
    await byHand();
    expect(await host.stack.get("Webhook", "found", "1")).toMatchObject({ ...HOOK, webhookId: 1 });
    await expect(host.stack.get("Webhook", "found", "x")).rejects.toThrow("is looked up by its id");
  });
});
