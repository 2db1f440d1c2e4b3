import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { type ContainerHost, startContainerHost } from "../../support/container-host";
import { engineApi, inspect, makeAnew, sweep } from "../../support/engine-api";
import { engineOrSkip } from "../../support/needs";

let host: ContainerHost;
engineOrSkip()("a container that shares another's namespaces", () => {
  beforeAll(async () => {
    host = await startContainerHost();
  });
  afterEach(async () => {
    host.stack.forget();
    await sweep(host.prefix);
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
  });

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
