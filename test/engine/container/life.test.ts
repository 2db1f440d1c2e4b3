import { expect, test } from "@jest/globals";
import { onEngine } from "../../support/container-host";
import { engineApi, inspect, namesLike } from "../../support/engine-api";

/** Asked once in a process, whatever the number of containers. */
const ONCE = /\/(?:auth|status|info|version)$|\/containers\/json$|\/images\/[^/]+\/json$/;

onEngine("the life of a container", (host) => {
  /** The requests that some work takes, without those that a process makes once. */
  async function requestsOf(work: () => Promise<unknown>): Promise<string[]> {
    const before = host.server.requests().length;
    await work();
    return host.server
      .requests()
      .slice(before)
      .filter(({ path }) => !ONCE.test(path))
      .map(
        ({ method, path }) =>
          `${method} ${path.replace(/.*\/docker\/v[\d.]+/, "").replace(/[0-9a-f]{64}/, ":id")}`,
      );
  }

  test("§9.31 takes three requests to create, one more for all files, none unchanged, one to read, two to delete", async () => {
    const { stack, base } = host;
    const args = { ...base, files: { "/tmp/a": "a", "/tmp/b": "b" } };
    expect(await requestsOf(() => stack.up("Container", "web", args))).toEqual([
      "POST /containers/create",
      "PUT /containers/:id/archive",
      "POST /containers/:id/start",
      "GET /containers/:id/json",
    ]);
    expect(await requestsOf(() => stack.up("Container", "web", args))).toEqual([]);
    expect(await requestsOf(() => stack.refresh("web"))).toEqual(["GET /containers/:id/json"]);
    expect(await requestsOf(() => stack.destroy("web"))).toEqual([
      "POST /containers/:id/stop",
      "DELETE /containers/:id",
    ]);
    expect(await inspect(base.name)).toBeUndefined();
  });

  test("§9.7 is started again, the same container, when it was stopped by hand", async () => {
    const { stack, base } = host;
    await stack.up("Container", "web", base);
    const { containerId } = stack.outputs("web");
    await engineApi("POST", `/containers/${base.name}/stop`);
    await stack.refresh("web");
    expect(stack.entry("web").inputs["desiredState"]).toBe("stopped");
    expect(await stack.preview("Container", "web", base)).toBe("update");
    await stack.up("Container", "web", base);
    expect(await inspect(base.name)).toMatchObject({ Id: containerId, State: { Running: true } });
  });

  test("is created anew when it was removed by hand", async () => {
    const { stack, base } = host;
    await stack.up("Container", "web", base);
    await engineApi("DELETE", `/containers/${base.name}?force=1`);
    expect(await stack.refresh("web")).toBe(false);
    expect(await stack.up("Container", "web", base)).toBe("create");
    expect(await inspect(base.name)).toMatchObject({ State: { Running: true } });
  });

  test("that has ended well, and is not to be restarted, is done and no difference", async () => {
    const { stack, base } = host;
    const args = { ...base, command: ["echo", "all done"], waitFor: "exited" };
    await stack.up("Container", "web", args);
    expect(stack.outputs("web")).toMatchObject({ exitCode: 0, logs: "all done", status: "exited" });
    await stack.refresh("web");
    expect(await stack.preview("Container", "web", args)).toBe("same");
  });

  test("§9.2 on two networks has nothing to change after a refresh, and none after it was started anew", async () => {
    const { stack, base } = host;
    const networks = [await host.network("one"), await host.network("two")];
    const args = { ...base, networks };
    await stack.up("Container", "web", args);
    await stack.refresh("web");
    expect(await stack.preview("Container", "web", args)).toBe("same");
    await engineApi("POST", `/containers/${base.name}/restart`);
    await stack.refresh("web");
    expect(await stack.preview("Container", "web", args)).toBe("same");
  });

  test("§9.5 whose health check changes is recreated, says so in the preview, and has the new one", async () => {
    const { stack, base } = host;
    await stack.up("Container", "web", { ...base, healthcheck: { test: "true", interval: "30s" } });
    const changed = { ...base, healthcheck: { test: "test -e /", interval: "30s" } };
    expect(await stack.preview("Container", "web", changed)).toBe("update");
    await host.heard("web", /recreated by a roll-out, because of: healthcheck/);
    await stack.up("Container", "web", changed);
    expect((await inspect(base.name))?.Config["Healthcheck"]).toMatchObject({
      Test: ["CMD-SHELL", "test -e /"],
    });
  });

  test("§9.6 whose memory limit is taken away is recreated, and has none", async () => {
    const { stack, base } = host;
    await stack.up("Container", "web", { ...base, memory: "64m" });
    const { containerId } = stack.outputs("web");
    expect(await stack.up("Container", "web", base)).toBe("update");
    const now = await inspect(base.name);
    expect(now?.Id).not.toBe(containerId);
    expect(now?.HostConfig).toMatchObject({ Memory: 0 });
  });

  test("§9.12 is made once although the answer is lost", async () => {
    const { stack, base, server } = host;
    server.fail({ method: "POST", path: /containers\/create$/, times: 1, with: "reset-after" });
    await stack.up("Container", "web", base);
    expect(await namesLike(base.name)).toEqual([base.name]);
    expect((await inspect(base.name))?.Id).toBe(stack.outputs("web")["containerId"]);
  });

  test("§9.13 that cannot start, since its port is taken, is kept, and the next up starts it", async () => {
    const { stack, base, prefix } = host;
    const port = { containerPort: 80, hostIp: "127.0.0.1" };
    await stack.up("Container", "blocker", { ...base, name: `${prefix}blocker`, ports: [port] });
    const { assignedPorts } = stack.outputs("blocker") as { assignedPorts: Record<string, number> };
    const args = { ...base, ports: [{ ...port, hostPort: assignedPorts["80/tcp"] }] };
    await expect(stack.up("Container", "web", args)).rejects.toThrow(/allocated|in use/);
    const { containerId } = stack.outputs("web");
    expect((await inspect(base.name))?.Id).toBe(containerId);

    await stack.destroy("blocker");
    await stack.refresh("web");
    expect(await stack.up("Container", "web", args)).toBe("update");
    expect(await inspect(base.name)).toMatchObject({ Id: containerId, State: { Running: true } });
    expect(await namesLike(base.name)).toEqual([base.name]);
  });

  test("§9.15 is stopped within its own time: not killed at once, and not waited for longer", async () => {
    const { stack, base, prefix } = host;
    const volume = `${prefix}said`;
    const script = "trap 'sleep 1; echo bye > /said/bye; exit 0' TERM; while :; do sleep 0.1; done";
    const args = {
      ...base,
      command: ["sh", "-c", script],
      stopSignal: "SIGTERM",
      volumes: [`${volume}:/said`],
    };
    await stack.up("Container", "web", { ...args, stopTimeout: "20s" });
    await stack.destroy("web");
    const reader = {
      ...base,
      volumes: [`${volume}:/said`],
      command: ["cat", "/said/bye"],
      waitFor: "exited",
    };
    await stack.up("Container", "reader", reader);
    expect(stack.outputs("reader")["logs"]).toBe("bye");
    await stack.destroy("reader");

    await stack.up("Container", "web", {
      ...args,
      command: ["sh", "-c", "trap '' TERM; sleep 1000"],
      stopTimeout: "1s",
    });
    const start = performance.now();
    await stack.destroy("web");
    expect(performance.now() - start).toBeLessThan(8_000);
  });

  test("§9.33 stops at an interruption of a pull, with nothing made", async () => {
    const { stack, base, server } = host;
    server.fail({ method: "POST", path: /images\/create$/, times: 1, with: "hang" });
    const up = stack.up("Container", "web", { ...base, image: "127.0.0.1:1/nobody/nothing:1" });
    up.catch(() => undefined);
    await host.heard("web", /pulling/);
    const start = performance.now();
    // Interrupted work has four seconds before the process ends without it.
    stack.plugin.process.kill("SIGINT");
    await stack.plugin.exited;
    expect(performance.now() - start).toBeLessThan(4_000);
    await expect(up).rejects.toThrow();
    await host.restart();
    expect(stack.has("web")).toBe(false);
    expect(await namesLike(base.name)).toEqual([]);
    await stack.up("Container", "web", base);
  });

  test("§9.8 keeps its drift to be seen: environment changed by hand", async () => {
    const { stack, base } = host;
    const args = { ...base, env: { COLOR: "blue" } };
    await stack.up("Container", "web", args);
    const { Config } = (await inspect(base.name)) ?? {};
    const labels = (Config as unknown as { Labels: object }).Labels;
    await engineApi("DELETE", `/containers/${base.name}?force=1`);
    await engineApi("POST", `/containers/create?name=${base.name}`, {
      Image: base["image"],
      Cmd: base["command"],
      StopSignal: "SIGKILL",
      Env: ["COLOR=red"],
      Labels: labels,
    });
    await engineApi("POST", `/containers/${base.name}/start`);
    await stack.refresh("web");
    expect(stack.entry("web").inputs["env"]).toEqual({ COLOR: "red" });
    await stack.up("Container", "web", args);
    expect((await inspect(base.name))?.Config["Env"]).toContain("COLOR=blue");
  });

  test("is renamed in place", async () => {
    const { stack, base, prefix } = host;
    await stack.up("Container", "web", base);
    const { containerId } = stack.outputs("web");
    const renamed = { ...base, name: `${prefix}renamed` };
    expect(await stack.up("Container", "web", renamed)).toBe("update");
    expect((await inspect(renamed.name))?.Id).toBe(containerId);
    await stack.refresh("web");
    expect(await stack.preview("Container", "web", renamed)).toBe("same");
  });

  test("whose name begins another's id is told from it, and the other is never touched", async () => {
    const { stack, base, prefix } = host;
    const other = `${prefix}other`;
    await engineApi("POST", `/containers/create?name=${other}`, {
      Image: base["image"],
      Cmd: ["sleep", "1000"],
    });
    const stranger = (await inspect(other))?.Id ?? "";
    const name = stranger.slice(0, 4);
    await stack.up("Container", "web", { ...base, name });
    try {
      expect(stack.outputs("web")["containerId"]).not.toBe(stranger);
      await engineApi("DELETE", `/containers/${stack.outputs("web")["containerId"]}?force=1`);
      expect(await stack.refresh("web")).toBe(false);
      await stack.up("Container", "web", { ...base, name });
      await stack.destroy("web");
      expect((await inspect(other))?.Id).toBe(stranger);
    } finally {
      if (stack.has("web")) await stack.destroy("web");
    }
  });

  test("§9.15 deleted twice, or removed by hand before, is no error", async () => {
    const { stack, base } = host;
    await stack.up("Container", "web", base);
    const entry = stack.entry("web");
    await stack.destroy("web");
    stack.remember("web", entry);
    await stack.destroy("web");
  });

  test("is looked up by name or id without being managed", async () => {
    const { stack, base } = host;
    await stack.up("Container", "web", { ...base, env: { A: "1" } });
    const { containerId } = stack.outputs("web");
    expect(await stack.get("Container", "found", `1/${base.name}`)).toMatchObject({
      containerId,
      image: base["image"],
      env: { A: "1" },
    });
    expect(await stack.get("Container", "found", `1/${String(containerId).slice(0, 12)}`)).toMatchObject({
      containerId,
    });
  });

  test("finds an image missing, pulls it, and takes an error inside the stream for one", async () => {
    const { stack, base } = host;
    const up = stack.up("Container", "web", { ...base, image: "127.0.0.1:1/nobody/nothing:1" });
    await expect(up).rejects.toThrow(/pulling|images\/create/);
    expect(stack.has("web")).toBe(false);
    expect(await inspect(base.name)).toBeUndefined();
  });
});
