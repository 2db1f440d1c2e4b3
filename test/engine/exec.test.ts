import { expect, test } from "@jest/globals";
import { onEngine } from "../support/container-host";
import { engineApi, execute, inspect } from "../support/engine-api";

onEngine("a command in a container", (host) => {
  const sh = (script: string) => ["sh", "-c", script];

  /** A running container; its id. */
  async function web(more: object = {}): Promise<string> {
    await host.stack.up("Container", "web", { ...host.base, ...more });
    return String(host.stack.outputs("web")["containerId"]);
  }
  const up = (args: object) => host.stack.up("Exec", "run", { endpointId: 1, ...args });
  const preview = (args: object) => host.stack.preview("Exec", "run", { endpointId: 1, ...args });
  /** How often the counting command has run. */
  const runs = async () => Number(await execute(host.base.name, "sh", "-c", "cat /runs 2>/dev/null | wc -l"));
  const count = "echo x >> /runs; wc -l < /runs";

  test("runs once, with what it is given, and its output and exit code are outputs", async () => {
    const container = await web();
    const args = {
      container,
      command: sh('echo "$A|$(pwd)|$(id -u)"; echo oops >&2; echo x >> /tmp/runs; exit 3'),
      env: { A: "a b*" },
      workingDirectory: "/tmp",
      user: "7",
      exitCodes: [0, 3],
    };
    expect(await up(args)).toBe("create");
    expect(host.stack.outputs("run")).toMatchObject({
      stdout: "a b*|/tmp|7",
      stderr: "oops",
      exitCode: 3,
      containerId: container,
    });
    const asked = host.server.requests().length;
    expect(await up(args)).toBe("same");
    expect(host.server.requests()).toHaveLength(asked);
    expect(await host.stack.refresh("run")).toBe(true);
    expect(await up(args)).toBe("same");
    await host.stack.destroy("run");
  });

  test("is not split by a shell", async () => {
    const container = await web();
    await up({ container, command: ["echo", "a  b", "$HOME", "*; exit 1"] });
    expect(host.stack.outputs("run")["stdout"]).toBe("a  b $HOME *; exit 1");
  });

  test("takes three requests to run, one to read, none to destroy", async () => {
    const container = await web();
    const since = host.server.requests().length;
    const args = { container, command: ["true"] };
    await up(args);
    await host.stack.refresh("run");
    await host.stack.destroy("run");
    const asked = host.server.requests().slice(since);
    expect(
      asked.map(
        ({ method, path }) =>
          `${method} ${path.replace(/^.*\/docker\/[^/]+/, "").replace(/[0-9a-f]{64}/, "ID")}`,
      ),
    ).toEqual([
      "POST /containers/ID/exec",
      "POST /exec/ID/start",
      "GET /exec/ID/json",
      "GET /containers/ID/json",
    ]);
  });

  test.each([
    ["command", { command: sh(`${count}; true`) }],
    ["env", { env: { A: "2" } }],
    ["user", { user: "root" }],
    ["workingDirectory", { workingDirectory: "/tmp" }],
    ["triggers", { triggers: { version: "2" } }],
  ])("runs again when its %s changes, which the preview says", async (property, change) => {
    const args = { container: await web(), command: sh(count) };
    await up(args);
    expect(await preview({ ...args, ...change })).toBe("update");
    await host.heard("run", new RegExp(`run again, because of: ${property}`));
    expect(await up({ ...args, ...change })).toBe("update");
    expect(await runs()).toBe(2);
    expect(host.stack.outputs("run")["stdout"]).toBe("2");
  });

  test("does not run again for what only says how", async () => {
    const args = { container: await web(), command: sh(count) };
    await up(args);
    const change = { exitCodes: [0, 1], onDelete: ["true"], secretOutput: true };
    expect(await up({ ...args, ...change })).toBe("update");
    expect(await runs()).toBe(1);
    expect(host.stack.outputs("run")).toMatchObject({ ...change, stdout: "1" });
  });

  test("runs again in a recreated container, or not, as `whenRecreated` says", async () => {
    const args = { command: sh(count) };
    await up({ ...args, container: await web() });
    const second = await web({ env: { V: "2" } });
    expect(await up({ ...args, container: second })).toBe("update");
    expect(host.stack.outputs("run")).toMatchObject({ stdout: "1", containerId: second });
    expect(await runs()).toBe(1);

    await up({ ...args, container: second, whenRecreated: "keep" });
    const third = await web({ env: { V: "3" } });
    expect(await up({ ...args, container: third, whenRecreated: "keep" })).toBe("update");
    expect(await runs()).toBe(0);
    expect(host.stack.outputs("run")).toMatchObject({ containerId: third });
    await host.stack.destroy("web");
    expect(await host.stack.refresh("run")).toBe(true);
  });

  test("has to run again when its container was removed by hand, or another one has its name", async () => {
    const id = await web();
    await up({ container: host.base.name, command: ["true"] });
    expect(host.stack.outputs("run")["containerId"]).toBe(id);
    await engineApi("DELETE", `/containers/${id}?force=1`);
    await host.neighbour("web");
    expect(await host.stack.refresh("run")).toBe(false);
    await host.heard("run", /is gone, and another one has its name/);
    expect(await up({ container: host.base.name, command: ["true"] })).toBe("create");
  });

  test("fails the `up` when its exit code is another one, with the last lines and no secret", async () => {
    const container = await web();
    const secret = "correct-horse-9";
    const command = sh('echo "to $PW"; echo broken >&2; exit 4');
    const failing = up({ container, command, env: { PW: secret } });
    await expect(failing).rejects.toThrow(/"sh" ended with exit code 4:\nto \[masked\]\nbroken$/);
    expect(host.stack.has("run")).toBe(false);
    await expect(up({ container, command, secretOutput: true })).rejects.toThrow(
      /exit code 4. What it wrote is secret/,
    );
    await expect(up({ container, command: sh("exit 5"), exitCodes: [1, 2] })).rejects.toThrow(
      "ended with exit code 5, not with 1 or 2, and wrote nothing",
    );
    await up({ container, command: ["true"] });
    await expect(up({ container, command: ["false"] })).rejects.toThrow("exit code 1");
    expect(host.stack.outputs("run")["command"]).toEqual(["true"]);
  });

  test("keeps the end of a long output", async () => {
    const container = await web();
    await up({ container, command: sh("seq 1 100000; seq 1 100000 >&2; echo end") });
    const { stdout, stderr } = host.stack.outputs("run") as Record<string, string>;
    expect(stdout).toHaveLength(64 * 1024 - 1);
    expect(stdout).toMatch(/99999\n100000\nend$/);
    expect(stderr).toMatch(/99999\n100000$/);
    await host.heard("run", /more than 64 KiB/);
  });

  test("is waited for within the time limit", async () => {
    const container = await web();
    const slow = host.stack.up(
      "Exec",
      "run",
      { endpointId: 1, container, command: ["sleep", "60"] },
      { customTimeouts: { create: "1s" } },
    );
    await expect(slow).rejects.toThrow(/gave up after 1s/);
  });

  test("is refused where the container is not there or does not run", async () => {
    await expect(up({ container: `${host.prefix}none`, command: ["true"] })).rejects.toThrow(
      /there is no container ".*none" on environment 1: nothing was run/,
    );
    await expect(up({ container: "0".repeat(64), command: ["true"] })).rejects.toThrow(/nothing was run/);
    const container = await web({ desiredState: "stopped" });
    await expect(up({ container, command: ["true"] })).rejects.toThrow(/does not run.*is not running/);
    await expect(up({ container, command: [] })).rejects.toThrow(/at least the program/);
    await expect(host.stack.get("Exec", "run", "1/abc")).rejects.toThrow(/cannot be looked up or imported/);
  });

  test("runs `onDelete` at destroy, unless the container is gone", async () => {
    const container = await web();
    const args = { container, command: ["true"], onDelete: sh('echo "$A" > /bye'), env: { A: "b" } };
    await up(args);
    const entry = host.stack.entry("run");
    await host.stack.destroy("run");
    expect(await execute(host.base.name, "cat", "/bye")).toBe("b");
    host.stack.remember("run", { ...entry, outputs: { ...entry.outputs, onDelete: sh("exit 9") } });
    await expect(host.stack.destroy("run")).rejects.toThrow("exit code 9");
    await host.stack.destroy("web");
    expect(await inspect(host.base.name)).toBeUndefined();
    await host.stack.destroy("run");
    await host.heard("run", /`onDelete` was not run/);
  });
});
