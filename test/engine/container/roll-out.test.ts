import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "@jest/globals";
import { onEngine } from "../../support/container-host";
import { engineApi, inspect, namesLike } from "../../support/engine-api";

onEngine("a roll-out", (host) => {
  afterEach(async () => {
    if (host.stack.plugin.process.signalCode !== null) await host.restart();
  });

  /** A container that runs, with a restart policy, and what it is to become. */
  async function running(change: object = { env: { VERSION: "2" } }) {
    const args = { ...host.base, restart: "always", env: { VERSION: "1" } };
    await host.stack.up("Container", "web", args);
    const { containerId } = host.stack.outputs("web");
    return { args, containerId, changed: { ...args, ...change } };
  }

  /** The old container runs under its name as before, and nothing else of its name is there. */
  async function expectOld(containerId: unknown): Promise<void> {
    expect(await inspect(host.base.name)).toMatchObject({
      Id: containerId,
      Name: `/${host.base.name}`,
      State: { Running: true },
      HostConfig: { RestartPolicy: { Name: "always" } },
    });
    expect(await namesLike(host.base.name)).toEqual([host.base.name]);
    expect(host.stack.outputs("web")["containerId"]).toBe(containerId);
  }

  const failing: readonly (readonly [string, object, RegExp])[] = [
    ["its image cannot be pulled", { image: "127.0.0.1:1/nobody/nothing:1" }, /pulling|images\/create/],
    ["the engine refuses to create it", { networkMode: "no-such-network" }, /no-such-network/],
    ["it cannot be started", { command: ["no-such-program"] }, /no-such-program/],
    [
      "it ends at once",
      { command: ["sh", "-c", "echo goodbye; exit 3"], restart: "no" },
      /exit code 3[\s\S]*goodbye/,
    ],
    ["it crashes again and again", { command: ["sh", "-c", "exit 4"] }, /exit code 4/],
    [
      "it is never healthy",
      { waitFor: "healthy", healthcheck: { test: "echo sick; exit 1", interval: "1s", retries: 1 } },
      /unhealthy[\s\S]*sick/,
    ],
    ["it has no health check to wait for", { waitFor: "healthy", env: {} }, /healthcheck/],
  ];

  test.each(failing)(
    "§9.14 puts the old container back when %s",
    async (_when, change, message) => {
      const { containerId, changed } = await running(change);
      await expect(host.stack.up("Container", "web", changed)).rejects.toThrow(message);
      await expectOld(containerId);
    },
    120_000,
  );

  test("§9.14 puts the old container back when its port is bound by another", async () => {
    const { stack, base, prefix } = host;
    const port = { containerPort: 80, hostIp: "127.0.0.1" };
    await stack.up("Container", "blocker", { ...base, name: `${prefix}blocker`, ports: [port] });
    const { assignedPorts } = stack.outputs("blocker") as { assignedPorts: Record<string, number> };
    const { containerId, changed } = await running({
      ports: [{ ...port, hostPort: assignedPorts["80/tcp"] }],
    });
    await expect(stack.up("Container", "web", changed)).rejects.toThrow(/allocated|in use/);
    await expectOld(containerId);
  });

  const steps: readonly (readonly [string, string, RegExp])[] = [
    ["creating the new one", "POST", /containers\/create$/],
    ["taking the old one's restart policy", "POST", /\/update$/],
    ["stopping the old one", "POST", /\/stop$/],
    ["renaming", "POST", /\/rename$/],
    ["starting the new one", "POST", /\/start$/],
  ];
  const removal = ["removing the old one", "DELETE", /containers\/[0-9a-f]+$/] as const;

  test.each(steps)(
    "puts the old container back when %s is refused",
    async (_step, method, path) => {
      const { containerId, changed } = await running();
      host.server.fail({ method, path, times: 1, with: 500 });
      await expect(host.stack.up("Container", "web", changed)).rejects.toThrow(/500/);
      await expectOld(containerId);
    },
    120_000,
  );

  test.each([...steps, removal])(
    "ends with one container that runs, the old or the new one, when the connection is lost before %s",
    async (_step, method, path) => {
      const { containerId, changed } = await running();
      host.server.fail({ method, path, times: 1, with: "reset" });
      const failure = await host.stack.up("Container", "web", changed).then(() => undefined, String);
      if (failure !== undefined) await expectOld(containerId);
      else expect((await inspect(host.base.name))?.Config["Env"]).toContain("VERSION=2");
      expect(await namesLike(host.base.name)).toEqual([host.base.name]);

      await host.stack.up("Container", "web", changed);
      expect(await inspect(host.base.name)).toMatchObject({ State: { Running: true } });
      expect((await inspect(host.base.name))?.Config["Env"]).toContain("VERSION=2");
    },
    120_000,
  );

  test.each([...steps, removal])(
    "goes on when the answer is lost of %s",
    async (_step, method, path) => {
      const { changed } = await running();
      host.server.fail({ method, path, times: 1, with: "reset-after" });
      await host.stack.up("Container", "web", changed);
      expect(await namesLike(host.base.name)).toEqual([host.base.name]);
      expect((await inspect(host.base.name))?.Config["Env"]).toContain("VERSION=2");
    },
    120_000,
  );

  test.each([...steps, removal])(
    "is finished or taken back by the next up when the provider is killed at %s",
    async (_step, method, path) => {
      const { containerId, changed } = await running();
      await killAt(method, path, changed);

      expect(host.stack.outputs("web")["containerId"]).toBe(containerId);
      await host.stack.refresh("web").catch(() => undefined);
      if (host.stack.has("web")) await host.stack.up("Container", "web", changed);
      expect(await namesLike(host.base.name)).toEqual([host.base.name]);
      expect(await inspect(host.base.name)).toMatchObject({ State: { Running: true } });
      expect((await inspect(host.base.name))?.Config["Env"]).toContain("VERSION=2");
    },
    120_000,
  );

  test("leaves nothing behind when it was killed and the stack is destroyed then", async () => {
    const { changed } = await running();
    await killAt("POST", /\/start$/, changed);
    await host.stack.destroy("web");
    expect(await namesLike(host.base.name)).toEqual([]);
  });

  test("carries the data of anonymous volumes over, and never touches named ones", async () => {
    const { stack, base, prefix } = host;
    const args = { ...base, volumes: [{ target: "/anonymous" }, `${prefix}named:/named`], env: { V: "1" } };
    await stack.up("Container", "web", args);
    await execute(["sh", "-c", "echo kept > /anonymous/a; echo kept > /named/b"]);
    const before = (await inspect(base.name))?.Mounts.map(({ Name }) => Name).sort();
    await stack.up("Container", "web", { ...args, env: { V: "2" } });
    expect((await inspect(base.name))?.Mounts.map(({ Name }) => Name).sort()).toEqual(before);
    await stack.refresh("web");
    expect(await stack.preview("Container", "web", { ...args, env: { V: "2" } })).toBe("same");
    await stack.up("Container", "web", { ...args, env: { V: "3" } });
    await execute(["sh", "-c", "cat /anonymous/a /named/b > /read"]);
    const { text } = await engineApi("GET", `/containers/${base.name}/archive?path=/read`);
    expect(text).toContain("kept\nkept\n");
    expect((await inspect(base.name))?.Mounts.map(({ Name }) => Name).sort()).toEqual(before);
  });

  test("copies networks that somebody else connected it to", async () => {
    const { stack, base } = host;
    const network = await host.network("extra");
    await stack.up("Container", "web", { ...base, env: { V: "1" } });
    await engineApi("POST", `/networks/${network}/connect`, { Container: base.name });
    await stack.up("Container", "web", { ...base, env: { V: "2" } });
    expect(Object.keys((await inspect(base.name))?.NetworkSettings.Networks ?? {}).sort()).toEqual(
      ["bridge", network].sort(),
    );
  });

  test("says in the preview which property it is for", async () => {
    const { changed } = await running({ image: "pulumi-portainer/busybox:2" });
    await host.stack.preview("Container", "web", changed);
    expect(
      host.pulumi.messages
        .filter(({ urn }) => urn.endsWith("::web"))
        .map(({ text }) => text)
        .join("\n"),
    ).toMatch(/recreated by a roll-out, because of: image/);
  });

  test("is refused in the preview with replacement: never, and is a replacement with replacement: replace", async () => {
    const { changed } = await running();
    await expect(
      host.stack.preview("Container", "web", { ...changed, replacement: "never" }),
    ).rejects.toThrow(/changing `env` needs a new container/);
    expect(await host.stack.up("Container", "web", { ...changed, replacement: "replace" })).toBe("replace");
    expect(await inspect(host.base.name)).toMatchObject({ State: { Running: true } });
  });

  test("is refused for a container that publishes the port of Portainer's url, before anything is changed", async () => {
    const { stack, base, server } = host;
    const port = Number(new URL(server.url).port);
    await stack.up("Container", "web", {
      ...base,
      ports: [{ containerPort: 80, hostPort: port, hostIp: "127.0.0.9" }],
    });
    const changed = { ...base, ports: [{ containerPort: 81, hostPort: port, hostIp: "127.0.0.9" }] };
    await expect(stack.up("Container", "web", changed)).rejects.toThrow(/force: true/);
    await stack.up("Container", "web", { ...changed, force: true });
  });

  /** Kills the provider while it waits for the answer of one request. */
  async function killAt(method: string, path: RegExp, args: object): Promise<void> {
    const before = host.server.requests().length;
    host.server.fail({ method, path, times: 1, with: "hang" });
    const up = host.stack.up("Container", "web", { ...args });
    up.catch(() => undefined);
    const isAsked = () =>
      host.server
        .requests()
        .slice(before)
        .some((asked) => asked.method === method && path.test(asked.path));
    while (!isAsked()) await delay(20);
    host.stack.plugin.process.kill("SIGKILL");
    await expect(up).rejects.toThrow();
    await host.restart();
  }

  async function execute(Cmd: string[]): Promise<void> {
    const { body } = await engineApi("POST", `/containers/${host.base.name}/exec`, {
      Cmd,
      AttachStdout: true,
    });
    await engineApi("POST", `/exec/${body["Id"]}/start`, { Detach: false });
  }
});
