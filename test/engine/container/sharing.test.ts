import { expect, test } from "@jest/globals";
import { onEngine } from "../../support/container-host";
import { engineApi, inspect, makeAnew } from "../../support/engine-api";

onEngine("a container that shares another's namespaces", (host) => {
  const nameOf = (suffix: string) => `${host.prefix}${suffix}`;
  const up = (name: string, args: object) =>
    host.stack.up("Container", name, { ...host.base, name: nameOf(name), ...args });
  const preview = (name: string, args: object) =>
    host.stack.preview("Container", name, { ...host.base, name: nameOf(name), ...args });
  const hostConfig = async (name: string) => (await inspect(nameOf(name)))?.HostConfig;

  const modes = ["networkMode", "pidMode", "ipcMode"] as const;
  const wire = { networkMode: "NetworkMode", pidMode: "PidMode", ipcMode: "IpcMode" };

  test.each(modes)(
    "§9.4 with %s container:NAME is silent, and follows the other when that is made anew by hand",
    async (mode) => {
      await host.neighbour("db");
      const args = { [mode]: `container:${nameOf("db")}` };
      await up("side", args);
      const before = await inspect(nameOf("side"));
      await host.stack.refresh("side");
      expect(host.stack.entry("side").inputs[mode]).toBe(args[mode]);
      expect(await preview("side", args)).toBe("same");

      await makeAnew(nameOf("db"), (await inspect(nameOf("db"))) ?? {});
      const db = await inspect(nameOf("db"));
      await host.stack.refresh("side");
      expect(await preview("side", args)).toBe("update");
      await up("side", args);
      expect((await inspect(nameOf("side")))?.Id).not.toBe(before?.Id);
      expect((await hostConfig("side"))?.[wire[mode]]).toBe(`container:${db?.Id}`);
      await host.stack.refresh("side");
      expect(await preview("side", args)).toBe("same");
    },
  );

  test("is found to differ when it was made anew by hand with a namespace of its own", async () => {
    await host.neighbour("db");
    const args = { pidMode: `container:${nameOf("db")}` };
    await up("side", args);
    const now = await inspect(nameOf("side"));
    await makeAnew(nameOf("side"), { ...now, HostConfig: { ...now?.HostConfig, PidMode: "" } });
    await host.stack.refresh("side");
    expect(host.stack.entry("side").inputs["pidMode"]).toBeUndefined();
    expect(await preview("side", args)).toBe("update");
    await up("side", args);
    expect((await hostConfig("side"))?.["PidMode"]).toMatch(/^container:/);
  });

  test.each(modes)("is neither made nor rolled out where the one that %s names is gone", async (mode) => {
    const gone = await host.neighbour("db");
    await up("side", { [mode]: `container:${gone}` });
    const before = await inspect(nameOf("side"));
    await makeAnew(nameOf("db"), (await inspect(nameOf("db"))) ?? {});
    const since = host.server.requests().length;
    const missing = new RegExp(
      `\`${mode}\` is that of the container "${gone.slice(0, 12)}".*no such container`,
    );
    await expect(up("side", { [mode]: `container:${gone}`, labels: { a: "1" } })).rejects.toThrow(missing);
    await expect(up("other", { [mode]: `container:${gone}` })).rejects.toThrow(missing);
    const asked = host.server.requests().slice(since);
    expect(asked.filter(({ method }) => method !== "GET")).toEqual([]);
    const now = await inspect(nameOf("side"));
    expect(now?.Id).toBe(before?.Id);
    // A namespace of processes ends with the first of them.
    expect(now?.State.Running).toBe(mode !== "pidMode");
    expect(await up("side", { [mode]: `container:${nameOf("db")}`, labels: { a: "1" } })).toBe("update");
    expect((await inspect(nameOf("side")))?.State.Running).toBe(true);
  });

  test("is not rolled out while the other does not run, and is made without it when it is not to run", async () => {
    const args = { networkMode: `container:${nameOf("db")}` };
    await host.neighbour("db");
    await up("side", args);
    await engineApi("POST", `/containers/${nameOf("db")}/stop?t=0`);
    await expect(up("side", { ...args, labels: { a: "1" } })).rejects.toThrow(
      `\`networkMode\` is that of "${nameOf("db")}", which does not run: nothing was changed.`,
    );
    expect((await inspect(nameOf("side")))?.State.Running).toBe(true);
    expect(await up("later", { ...args, desiredState: "created" })).toBe("create");
  });

  test("is adopted by the other's name as well as by its id", async () => {
    const id = await host.neighbour("db");
    await engineApi("POST", `/containers/create?name=${nameOf("side")}`, {
      Image: host.base["image"],
      Cmd: host.base["command"],
      StopSignal: "SIGKILL",
      HostConfig: { NetworkMode: `container:${id}` },
    });
    await engineApi("POST", `/containers/${nameOf("side")}/start`);
    expect(await up("side", { networkMode: `container:${nameOf("db")}`, adopt: "matching" })).toBe("create");
  });

  test("is refused the tmpfs that its source mounts by `volumes`, with the way on", async () => {
    const side = () => up("side", { volumesFrom: [nameOf("db")] });
    await up("db", { volumes: [{ target: "/shared" }, { type: "tmpfs", target: "/scratch" }] });
    await expect(side()).rejects.toThrow(/mounts a tmpfs by `volumes`.*nothing was changed/i);
    expect(host.stack.has("side")).toBe(false);
    await up("db", { volumes: [{ target: "/shared" }], tmpfs: { "/scratch": "" } });
    expect(await side()).toBe("create");
    const mounts = (await inspect(nameOf("side")))?.Mounts ?? [];
    expect(mounts.map(({ Destination }) => Destination)).toEqual(["/shared"]);
  });

  test("takes what its sources mount, and carries over only what is its own", async () => {
    const source = { volumes: [{ target: "/shared" }] };
    await up("db", source);
    const volumesOf = async (name: string) =>
      Object.fromEntries(
        ((await inspect(nameOf(name)))?.Mounts ?? []).map(({ Destination, Name }) => [Destination, Name]),
      );
    const args = () => ({
      volumes: [{ target: "/own" }],
      volumesFrom: [host.stack.outputs("db")["containerId"]],
    });
    await up("side", args());
    const before = await volumesOf("side");
    expect(before["/shared"]).toBe((await volumesOf("db"))["/shared"]);

    await engineApi("DELETE", `/containers/${nameOf("db")}?force=1`);
    await host.stack.refresh("db");
    await up("db", source);
    expect(await up("side", args())).toBe("update");
    const after = await volumesOf("side");
    expect(after["/own"]).toBe(before["/own"]);
    expect(after["/shared"]).toBe((await volumesOf("db"))["/shared"]);
    expect(after["/shared"]).not.toBe(before["/shared"]);
  });
});
