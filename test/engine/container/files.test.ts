import { describe, expect, test } from "@jest/globals";
import { onEngine } from "../../support/container-host";
import { engineApi, execute, inspect, namesLike, volumesLike } from "../../support/engine-api";

onEngine("files", (host) => {
  const run = (...command: string[]) => execute(host.base.name, ...command);
  const idNow = async () => (await inspect(host.base.name))?.Id;
  const up = (args: object) => host.stack.up("Container", "web", { ...args });
  const data = () => `${host.prefix}data`;

  async function expectNoDifference(args: object): Promise<void> {
    await host.stack.refresh("web");
    expect(await host.stack.preview("Container", "web", { ...args })).toBe("same");
  }

  interface Case {
    readonly where: string;
    readonly path: string;
    readonly more: () => object;
    /** What is in its folder besides. */
    readonly beside?: string;
    /** Whether the container's process can write to its folder. */
    readonly writable: boolean;
    /** How many volumes of the provider it takes. */
    readonly volumes: number;
  }
  const readOnly = true;
  const cases: readonly Case[] = [
    {
      where: "a container's layer",
      path: "/etc/a.conf",
      more: () => ({}),
      beside: "passwd",
      writable: true,
      volumes: 0,
    },
    {
      where: "a read-only container, in a new folder",
      path: "/srv/app/token",
      more: () => ({ readOnly }),
      writable: false,
      volumes: 1,
    },
    {
      where: "a read-only container, in a folder of the image",
      path: "/www/token",
      more: () => ({ readOnly }),
      beside: "index.html",
      writable: false,
      volumes: 1,
    },
    {
      where: "a read-only container, in /etc",
      path: "/etc/token",
      more: () => ({ readOnly }),
      beside: "passwd",
      writable: false,
      volumes: 1,
    },
    {
      where: "a read-only container, in a volume of the program",
      path: "/data/token",
      more: () => ({ readOnly, volumes: [`${data()}:/data`] }),
      writable: true,
      volumes: 0,
    },
    {
      where: "a read-only container, in a volume without a name",
      path: "/data/token",
      more: () => ({ readOnly, volumes: [{ target: "/data" }] }),
      writable: true,
      volumes: 0,
    },
    {
      where: "a read-only container, below a tmpfs",
      path: "/run/secrets/token",
      more: () => ({ readOnly, tmpfs: { "/run": "" } }),
      writable: true,
      volumes: 1,
    },
    {
      where: "a container, below a tmpfs",
      path: "/run/secrets/token",
      more: () => ({ tmpfs: { "/run": "" } }),
      writable: true,
      volumes: 1,
    },
    {
      where: "a container, below a tmpfs that is a volume",
      path: "/run/secrets/token",
      more: () => ({ volumes: [{ type: "tmpfs", target: "/run" }] }),
      writable: true,
      volumes: 1,
    },
    {
      where: "a container, in a volume below a tmpfs",
      path: "/run/secrets/token",
      more: () => ({ tmpfs: { "/run": "" }, volumes: [`${data()}:/run/secrets`] }),
      writable: true,
      volumes: 0,
    },
    {
      where: "a read-only container, in a folder around a volume",
      path: "/srv/token",
      more: () => ({ readOnly, volumes: [`${data()}:/srv/data`] }),
      beside: "data",
      writable: false,
      volumes: 1,
    },
    {
      where: "a read-only container, beside a tmpfs that is a volume",
      path: "/srv/token",
      more: () => ({ readOnly, volumes: [{ type: "tmpfs", target: "/scratch" }] }),
      writable: false,
      volumes: 1,
    },
    {
      where: "a read-only container, in a volume without a name beside a tmpfs that is one",
      path: "/data/token",
      more: () => ({ readOnly, volumes: [{ target: "/data" }, { type: "tmpfs", target: "/scratch" }] }),
      writable: true,
      volumes: 0,
    },
  ];

  describe.each(cases)("in $where", ({ path, more, beside, writable, volumes }) => {
    const folder = path.slice(0, path.lastIndexOf("/"));
    const args = (content: string, further: object = {}) => ({
      ...host.base,
      ...more(),
      files: { [path]: { content, mode: 0o400, onChange: "none" } },
      ...further,
    });
    const ours = () => volumesLike(`${host.base.name}.files-`);

    test("are seen by its process, also when they change, after a restart and a roll-out; and are gone with it", async () => {
      await up(args("one"));
      expect(await run("cat", path)).toBe("one");
      expect(await run("stat", "-c", "%a", path)).toBe("400");
      if (beside !== undefined) expect(await run("ls", folder)).toMatch(beside);
      const attempt = await run("sh", "-c", `echo x > ${folder}/new && echo written`);
      expect(attempt).toMatch(writable ? /^written$/ : /read-only/i);
      expect(await ours()).toHaveLength(volumes);
      await expectNoDifference(args("one"));

      const before = await idNow();
      expect(await up(args("two"))).toBe("update");
      expect(await idNow()).toBe(before);
      expect(await run("cat", path)).toBe("two");
      await engineApi("POST", `/containers/${host.base.name}/restart`);
      expect(await run("cat", path)).toBe("two");
      await expectNoDifference(args("two"));

      const former = await ours();
      await up(args("two", { env: { V: "2" } }));
      expect(await idNow()).not.toBe(before);
      expect(await run("cat", path)).toBe("two");
      if (beside !== undefined) expect(await run("ls", folder)).toMatch(beside);
      expect(await ours()).toHaveLength(volumes);
      for (const volume of former) expect(await ours()).not.toContain(volume);
      await expectNoDifference(args("two", { env: { V: "2" } }));

      await host.stack.destroy("web");
      expect(await namesLike(host.prefix)).toEqual([]);
      expect(await ours()).toEqual([]);
    });

    test("are as they were after a roll-out that failed, and nothing of it stays", async () => {
      await up(args("one"));
      const before = [await idNow(), ...(await ours())];
      await expect(up(args("two", { command: ["no-such-program"] }))).rejects.toThrow(/runs as before/);
      expect([await idNow(), ...(await ours())]).toEqual(before);
      expect(await namesLike(host.prefix)).toEqual([host.base.name]);
    });
  });

  test("of a read-only container take these requests, and no other container any of them", async () => {
    const asked = async (work: () => Promise<unknown>) => {
      const before = host.server.requests().length;
      await work();
      return host.server
        .requests()
        .slice(before)
        .map(({ method, path }) => `${method} ${path.replace(/^.*\/docker(?:\/v[\d.]+)?\//, "")}`)
        .map((request) => request.replaceAll(/[0-9a-f]{64}|pp[0-9a-f]{8}-web\.files-\w+/g, "…"))
        .filter((request) => !/ (?:version|\/api\/)/.test(request));
    };
    const args = (content: string) => ({
      ...host.base,
      readOnly,
      files: { "/srv/app/a": { content, onChange: "none" }, "/srv/app/sub/b": content },
    });
    await up({ ...host.base, name: `${host.prefix}first` });
    host.stack.forget();
    const throughHelper = ["POST containers/create", "PUT containers/…/archive", "DELETE containers/…"];
    expect(await asked(() => up(args("one")))).toEqual([
      "POST volumes/create",
      "POST containers/create",
      ...throughHelper,
      "POST containers/…/start",
      "GET containers/…/json",
    ]);
    expect((await asked(() => up(args("two")))).filter((request) => !request.startsWith("GET "))).toEqual([
      ...throughHelper,
      "POST containers/…/restart",
    ]);
    expect(
      (await asked(() => host.stack.destroy("web"))).filter((one) => !/^GET containers/.test(one)),
    ).toEqual(["POST containers/…/stop", "DELETE containers/…", "GET volumes", "DELETE volumes/…"]);
  });
});
