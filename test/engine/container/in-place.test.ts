import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { onEngine } from "../../support/container-host";
import { engineApi, execute, inspect } from "../../support/engine-api";

onEngine("without another container", (host) => {
  const idNow = async () => (await inspect(host.base.name))?.Id;

  /** Applies a change, checks that the container is the same one, and that nothing then differs. */
  async function changeInPlace(args: object): Promise<void> {
    const before = await idNow();
    expect(await host.stack.up("Container", "web", { ...args })).toBe("update");
    expect(await idNow()).toBe(before);
    await host.stack.refresh("web");
    expect(await host.stack.preview("Container", "web", { ...args })).toBe("same");
  }

  describe("networks", () => {
    const networksNow = async () =>
      Object.keys((await inspect(host.base.name))?.NetworkSettings.Networks ?? {}).sort();

    test("are joined and left, in any order and without a difference afterwards", async () => {
      const { stack, base } = host;
      const [one, two] = [await host.network("one"), await host.network("two")];
      const args = { ...base, networks: [one, { network: two, aliases: ["api"] }] };
      await stack.up("Container", "web", args);
      expect(await networksNow()).toEqual([one, two].sort());
      const reordered = { ...base, networks: [{ network: two, aliases: ["api"] }, { network: one }] };
      expect(await stack.preview("Container", "web", reordered)).toBe("same");
      await stack.refresh("web");
      expect(await stack.preview("Container", "web", args)).toBe("same");

      await changeInPlace({ ...base, networks: [one] });
      expect(await networksNow()).toEqual([one]);
      await changeInPlace({ ...base, networks: [two, one] });
      expect(await networksNow()).toEqual([one, two].sort());
    });

    test.each(["it stands first", "it stood first once"])(
      "are left by a roll-out where the container was made on one, since it could not start without: %s",
      async (order) => {
        const { stack, base } = host;
        const [one, two] = [await host.network("one"), await host.network("two")];
        await stack.up("Container", "web", { ...base, networks: [one, two] });
        if (order === "it stood first once") {
          const three = await host.network("three");
          await changeInPlace({ ...base, networks: [two, one, three] });
        }
        const before = await inspect(base.name);
        await stack.up("Container", "web", { ...base, networks: [two] });
        expect((await inspect(base.name))?.Id).not.toBe(before?.Id);
        expect((await engineApi("DELETE", `/networks/${one}`)).status).toBe(204);
        expect((await engineApi("POST", `/containers/${base.name}/restart?t=0`)).status).toBe(204);
        expect(await networksNow()).toEqual([two]);
      },
    );

    test("are changed in their aliases and fixed addresses", async () => {
      const { stack, base } = host;
      const net = await host.network("fixed", "10.213.6.0/24");
      await stack.up("Container", "web", { ...base, networks: [{ network: net, aliases: ["a"] }] });
      await changeInPlace({
        ...base,
        networks: [{ network: net, aliases: ["b"], ipv4Address: "10.213.6.9" }],
      });
      expect((await inspect(base.name))?.NetworkSettings.Networks[net]).toMatchObject({
        IPAddress: "10.213.6.9",
      });
    });

    test("that were left by hand are found and joined again", async () => {
      const { stack, base } = host;
      const [one, two] = [await host.network("one"), await host.network("two")];
      const args = { ...base, networks: [one, two] };
      await stack.up("Container", "web", args);
      await engineApi("POST", `/networks/${two}/disconnect`, { Container: base.name });
      await stack.refresh("web");
      expect(await stack.preview("Container", "web", args)).toBe("update");
      await changeInPlace(args);
      expect(await networksNow()).toEqual([one, two].sort());
    });
  });

  describe("files", () => {
    const run = (...command: string[]) => execute(host.base.name, ...command);
    const read = (path: string) => run("cat", path);
    const startedAt = async () => (await inspect(host.base.name))?.State.StartedAt;

    test("are changed with a restart, or without one if the program says so", async () => {
      const { stack, base } = host;
      const quietly = (content: string) => ({ content, mode: 0o600, onChange: "none" });
      await stack.up("Container", "web", {
        ...base,
        files: { "/etc/a.conf": "1", "/etc/b.conf": quietly("1") },
      });
      expect([await read("/etc/a.conf"), await read("/etc/b.conf")]).toEqual(["1", "1"]);

      const before = await startedAt();
      await changeInPlace({ ...base, files: { "/etc/a.conf": "1", "/etc/b.conf": quietly("2") } });
      expect(await read("/etc/b.conf")).toBe("2");
      expect(await startedAt()).toBe(before);

      await changeInPlace({ ...base, files: { "/etc/a.conf": "2", "/etc/b.conf": quietly("2") } });
      expect(await read("/etc/a.conf")).toBe("2");
      expect(await startedAt()).not.toBe(before);
    });

    test("have the owner and the permissions that they are given, and come from assets too", async () => {
      const asset = (text: string) => ({
        "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17",
        hash: createHash("sha256").update(text).digest("hex"),
        text,
      });
      const files = (text: string) => ({
        "/etc/a.conf": asset(text),
        "/etc/b.conf": { source: asset(text), mode: 0o640, uid: 7, gid: 8 },
      });
      await host.stack.up("Container", "web", { ...host.base, files: files("1") });
      expect([await read("/etc/a.conf"), await read("/etc/b.conf")]).toEqual(["1", "1"]);
      expect(await run("stat", "-c", "%a %u %g", "/etc/a.conf", "/etc/b.conf")).toBe("644 0 0\r\n640 7 8");
      await changeInPlace({ ...host.base, files: files("2") });
      expect([await read("/etc/a.conf"), await read("/etc/b.conf")]).toEqual(["2", "2"]);
    });

    test("are changed with a signal to the container if the program says so", async () => {
      const script = "trap 'cat /etc/a.conf > /seen' HUP; while :; do sleep 0.1; done";
      const args = (content: string) => ({
        ...host.base,
        command: ["sh", "-c", script],
        files: { "/etc/a.conf": { content, onChange: { signal: "SIGHUP" } } },
      });
      await host.stack.up("Container", "web", args("1"));
      const before = await startedAt();
      await changeInPlace(args("2"));
      expect(await startedAt()).toBe(before);
      for (let look = 0; look < 50 && (await read("/seen")) !== "2"; look += 1) await delay(100);
      expect(await read("/seen")).toBe("2");
    });

    test("are there again after a roll-out, and recreate the container when one is taken away", async () => {
      const { stack, base } = host;
      const files = { "/etc/a.conf": "1", "/etc/b.conf": { contentBase64: "Mg==" } };
      await stack.up("Container", "web", { ...base, files });
      await stack.up("Container", "web", { ...base, files, env: { V: "2" } });
      expect([await read("/etc/a.conf"), await read("/etc/b.conf")]).toEqual(["1", "2"]);
      const before = await idNow();
      await stack.up("Container", "web", { ...base, files: { "/etc/a.conf": "1" }, env: { V: "2" } });
      expect(await idNow()).not.toBe(before);
    });
  });

  describe("access", () => {
    const controlOf = async () => {
      const headers = { "x-api-key": host.server.apiKey ?? "" };
      const url = `${host.server.url}/api/endpoints/1/docker/containers/${host.base.name}/json`;
      const answer = (await (await fetch(url, { headers })).json()) as {
        Portainer?: { ResourceControl?: object };
      };
      return answer.Portainer?.ResourceControl;
    };

    test("is given to everybody, to administrators, and to users by name, and drift is healed", async () => {
      const { stack, base, server } = host;
      const headers = { "x-api-key": server.apiKey ?? "", "content-type": "application/json" };
      const post = (path: string, body: object) =>
        fetch(`${server.url}/api${path}`, { method: "POST", headers, body: JSON.stringify(body) });
      await post("/users", { Username: "carol", Password: "correct-horse-9", Role: 2 });
      await stack.up("Container", "web", { ...base, access: "public" });
      expect(await controlOf()).toMatchObject({ Public: true });
      await changeInPlace({ ...base, access: "administrators" });
      expect(await controlOf()).toMatchObject({ Public: false, AdministratorsOnly: true });
      await changeInPlace({ ...base, access: { users: ["carol"] } });
      expect(await controlOf()).toMatchObject({ AdministratorsOnly: false, UserAccesses: [{ UserId: 2 }] });

      await stack.up("Container", "web", { ...base, access: { users: ["carol"] }, env: { V: "2" } });
      expect(await controlOf()).toMatchObject({ UserAccesses: [{ UserId: 2 }] });
    });

    test("that somebody gave by hand, and no program manages, outlives a roll-out", async () => {
      const { stack, base, server } = host;
      await stack.up("Container", "web", base);
      const { resourceControlId } = stack.outputs("web");
      await fetch(`${server.url}/api/resource_controls/${resourceControlId}`, {
        method: "PUT",
        headers: { "x-api-key": server.apiKey ?? "", "content-type": "application/json" },
        body: JSON.stringify({ Public: true }),
      });
      await stack.up("Container", "web", { ...base, env: { V: "2" } });
      expect(await controlOf()).toMatchObject({ Public: true });
    });
  });

  describe("a container of that name that Pulumi does not know", () => {
    const makeStranger = async (more: object = {}) => {
      await engineApi("POST", `/containers/create?name=${host.base.name}`, {
        Image: host.base["image"],
        Cmd: host.base["command"],
        StopSignal: "SIGKILL",
        ...more,
      });
      await engineApi("POST", `/containers/${host.base.name}/start`);
      return await idNow();
    };

    test("§9.11 is refused, with its id, image and the ways on", async () => {
      const stranger = await makeStranger();
      const up = host.stack.up("Container", "web", host.base);
      await expect(up).rejects.toThrow(
        new RegExp(`${stranger?.slice(0, 12)}[\\s\\S]*not made by Pulumi[\\s\\S]*adopt: "matching"`),
      );
      expect(host.stack.has("web")).toBe(false);
      expect(await idNow()).toBe(stranger);
    });

    test("§9.11 is taken as it is if it is as the program says, and refused with the differences if not", async () => {
      const stranger = await makeStranger({ Env: ["A=1"] });
      const inputs = { ...host.base, adopt: "matching" };
      await expect(host.stack.up("Container", "web", { ...inputs, env: { A: "2" } })).rejects.toThrow(
        /env differs/,
      );
      expect(await host.stack.up("Container", "web", { ...inputs, env: { A: "1" } })).toBe("create");
      expect(await idNow()).toBe(stranger);
      await host.stack.refresh("web");
      expect(await host.stack.preview("Container", "web", { ...inputs, env: { A: "1" } })).toBe("same");
    });

    test("is not taken by two resources of one program", async () => {
      await makeStranger();
      const inputs = { ...host.base, adopt: "matching" };
      await host.stack.up("Container", "first", inputs);
      await expect(host.stack.up("Container", "second", inputs)).rejects.toThrow(
        /is "first" in this stack already/,
      );
    });

    test("is changed to match, by a roll-out where that is needed", async () => {
      const stranger = await makeStranger({ Env: ["A=1"] });
      await host.stack.up("Container", "web", { ...host.base, adopt: "replace", env: { A: "2" } });
      expect(await idNow()).not.toBe(stranger);
      expect((await inspect(host.base.name))?.Config["Env"]).toContain("A=2");
    });

    test("is taken without asking when it is what a crash of ours has left", async () => {
      host.server.fail({ method: "POST", path: /containers\/create$/, times: 1, with: "hang" });
      await host.stack
        .up("Container", "web", host.base, { customTimeouts: { create: "2s" } })
        .catch(() => undefined);
      await host.stack.up("Container", "web", host.base);
      const { containerId } = host.stack.outputs("web");
      host.stack.forget();
      expect(await host.stack.up("Container", "web", host.base)).toBe("create");
      expect(host.stack.outputs("web")["containerId"]).toBe(containerId);
    });
  });
});
