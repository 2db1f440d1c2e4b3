import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { startFakePulumi } from "../support/fake-pulumi";
import { freePort } from "../support/free-port";
import { providerConfig, startHost } from "../support/host";
import { MiniStack } from "../support/mini-stack";
import { startPlugin } from "../support/plugin";

const nowhere = async () => ({
  config: providerConfig({ url: `http://127.0.0.1:${await freePort()}`, apiKey: "ptr_none" }),
});

/** How long it took until the process had ended, in milliseconds. */
async function timeToEnd(exited: Promise<unknown>): Promise<number> {
  const start = Date.now();
  await Promise.race([exited, delay(10_000)]);
  return Date.now() - start;
}

describe("the plugin process", () => {
  test("lives without an engine, as long as nobody ends it", async () => {
    await using plugin = await startPlugin(await nowhere());
    const stack = new MiniStack(plugin);
    expect(await stack.preview("ApiKey", "ci", {})).toBe("create");
    await Promise.race([plugin.exited, delay(1_000)]);
    expect(plugin.process.exitCode).toBeNull();
  });

  test("ends within two seconds when the engine is gone", async () => {
    await using pulumi = await startFakePulumi();
    await using plugin = await startPlugin({ ...(await nowhere()), engine: pulumi.address });
    await new MiniStack(plugin).preview("ApiKey", "ci", {});
    await delay(500);
    pulumi.die();
    expect(await timeToEnd(plugin.exited)).toBeLessThan(2_000);
  });

  test("ends in the middle of a step when the engine is gone, and starts nothing more", async () => {
    await using host = await startHost();
    host.server.fail({ method: "GET", path: /users\/\d+\/tokens/, with: "hang" });
    const step = host.stack.up("ApiKey", "ci", {});
    while (host.server.requests({ path: /tokens/ }).length === 0) await delay(20);
    host.pulumi.die();
    expect(await timeToEnd(host.stack.plugin.exited)).toBeLessThan(2_000);
    await expect(step).rejects.toThrow();
    expect(host.server.requests({ method: "POST", path: /tokens/ })).toEqual([]);
  });

  test("ends at once when it is interrupted with nothing to do", async () => {
    await using pulumi = await startFakePulumi();
    await using plugin = await startPlugin({ ...(await nowhere()), engine: pulumi.address });
    await new MiniStack(plugin).preview("ApiKey", "ci", {});
    // Work that cannot be given up has four seconds before the process ends without it.
    plugin.process.kill("SIGINT");
    expect(await timeToEnd(plugin.exited)).toBeLessThan(4_000);
  });

  test("gives up what it waits for when it is interrupted", async () => {
    await using pulumi = await startFakePulumi();
    await using plugin = await startPlugin({ ...(await nowhere()), engine: pulumi.address });
    const step = new MiniStack(plugin).up("AdminUser", "admin", { password: "correct-horse-9" });
    const ending = expect(step).rejects.toThrow(/interrupted|UNAVAILABLE|closed|dropped/i);
    await delay(1_000);
    plugin.process.kill("SIGINT");
    expect(await timeToEnd(plugin.exited)).toBeLessThan(4_000);
    await ending;
  });

  test("writes no stack traces", async () => {
    await using plugin = await startPlugin(await nowhere());
    const stack = new MiniStack(plugin);
    await expect(stack.up("Endpoint", "edge-1", { url: "tcp://10.0.0.1:2375" })).rejects.toThrow(/refused/);
    await expect(stack.get("Endpoint", "edge-1", "1")).rejects.toThrow(/refused/);
    expect(plugin.errors).not.toMatch(/^\s+at /m);
  });
});
