import { expect, test } from "@jest/globals";
import { onEngine } from "../../support/container-host";
import { inspect, namesLike } from "../../support/engine-api";

const PASSWORD = "s3cret-of-the-check";

onEngine("a container that is waited for", (host) => {
  const up = (args: object, options?: object) =>
    host.stack.up("Container", "web", { ...host.base, ...args }, options);
  const preview = (args: object) => host.stack.preview("Container", "web", { ...host.base, ...args });
  const check = (test: string, more: object = {}) => ({
    waitFor: "healthy",
    healthcheck: { test, interval: "1s", retries: 1, ...more },
  });

  /** It is in the state, with its id, and the one there is of that name. */
  async function expectPartial(): Promise<void> {
    const { containerId } = host.stack.outputs("web");
    expect((await inspect(host.base.name))?.Id).toBe(containerId);
    expect(await namesLike(host.base.name)).toEqual([host.base.name]);
  }

  test("is healthy at the end, and tells meanwhile that it is starting", async () => {
    const args = check("test -e /ready", { retries: 20 });
    await up({ ...args, command: ["sh", "-c", "sleep 2; touch /ready; sleep 1000"] });
    await host.heard("web", /waiting for healthy: starting \d+ s/);
    expect(host.stack.outputs("web")).toMatchObject({ health: "healthy", status: "running" });
  }, 120_000);

  test("is in the state when it is unhealthy, with what its check said, and the next up puts it right", async () => {
    const args = { ...check("echo $PASSWORD is sick; exit 1"), env: { PASSWORD } };
    const failure = await up(args).then(() => "", String);
    expect(failure).toContain("is unhealthy");
    expect(failure).toContain("[masked] is sick");
    expect(failure).not.toContain(PASSWORD);
    await expectPartial();
    expect(await up({ ...check("true"), env: { PASSWORD } })).toBe("update");
    expect(host.stack.outputs("web")["health"]).toBe("healthy");
    expect(await preview({ ...check("true"), env: { PASSWORD } })).toBe("same");
  }, 120_000);

  test("is in the state when the time is up, and the next up goes on waiting for the same one", async () => {
    const args = {
      ...check("test -e /ready", { retries: 60 }),
      command: ["sh", "-c", "sleep 6; touch /ready; sleep 1000"],
    };
    await expect(up(args, { customTimeouts: { create: "3s" } })).rejects.toThrow(/gave up after 3s/);
    await expectPartial();
    const { containerId } = host.stack.outputs("web");
    await up(args);
    expect(host.stack.outputs("web")).toMatchObject({ containerId, health: "healthy" });
  }, 120_000);

  test("that ends otherwise than well is an error with its exit code and its last lines", async () => {
    const args = { command: ["sh", "-c", "echo one; echo two; exit 5"], waitFor: "exited" };
    await expect(up(args)).rejects.toThrow(/exit code 5[\s\S]*one\ntwo/);
    await expectPartial();
    const well = { command: ["sh", "-c", "echo three"], waitFor: "exited" };
    await up(well);
    expect(host.stack.outputs("web")).toMatchObject({ exitCode: 0, logs: "three" });
  }, 120_000);
});
