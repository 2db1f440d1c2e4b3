import { describe, expect, test } from "@jest/globals";
import { onSwarm, swarmApi, swarmObjects } from "../../support/swarm-host";

/** The two kinds are alike, but an engine shows the data of configs only. */
const KINDS = [
  { type: "Secret", path: "secrets", label: "secret", shown: undefined },
  { type: "Config", path: "configs", label: "config", shown: "dmFsdWUx" },
] as const;

onSwarm("a swarm's", (host) => {
  describe.each(KINDS)("$type", ({ type, path, label, shown }) => {
    const args = (more: object = {}) => ({
      endpointId: 1,
      name: `${host.prefix}db`,
      data: "value1",
      labels: { tier: "db" },
      ...more,
    });
    const idIn = () => String(host.stack.outputs("it")[`${label}Id`]);
    const nameIn = () => String(host.stack.outputs("it")[`${label}Name`]);
    const inspect = async (id: string) =>
      (await swarmApi("GET", `/${path}/${id}`)).body as Record<string, never>;
    const use = (id: string, name: string) => {
      const file = { File: { Name: "it", UID: "0", GID: "0", Mode: 292 } };
      const key = `${type}s`;
      return swarmApi("POST", "/services/create", {
        Name: `${host.prefix}user`,
        TaskTemplate: {
          ContainerSpec: {
            Image: "busybox:local",
            [key]: [{ ...file, [`${type}ID`]: id, [`${type}Name`]: name }],
          },
        },
        Mode: { Replicated: { Replicas: 0 } },
      });
    };

    test("is made as the program says, is the same later and after a refresh, and is destroyed twice", async () => {
      const { stack } = host;
      expect(await stack.up(type, "it", args())).toBe("create");
      expect(nameIn()).toMatch(new RegExp(`^${host.prefix}db-[0-9a-f]{10}$`));
      const { Spec } = await inspect(idIn());
      expect(Spec).toMatchObject({ Name: nameIn(), Labels: { tier: "db" } });
      expect(Spec?.["Data"]).toBe(shown);
      const asked = host.server.requests().length;
      expect(await stack.up(type, "it", args())).toBe("same");
      expect(host.server.requests()).toHaveLength(asked);
      expect(await stack.refresh("it")).toBe(true);
      expect(await stack.up(type, "it", args())).toBe("same");
      const entry = stack.entry("it");
      await stack.destroy("it");
      expect(await swarmObjects(path, host.prefix)).toEqual([]);
      stack.remember("it", entry);
      await stack.destroy("it");
    });

    test("takes two requests to make, one to read, two to change its labels, one to delete", async () => {
      const { stack } = host;
      const since = host.server.requests().length;
      await stack.up(type, "it", args());
      await stack.refresh("it");
      await stack.up(type, "it", args({ labels: { tier: "web" } }));
      await stack.destroy("it");
      const asked = host.server.requests().slice(since);
      expect(asked.filter((one) => one.path.includes(`/${path}`)).map(({ method }) => method)).toEqual([
        "GET",
        "POST",
        "GET",
        "GET",
        "POST",
        "DELETE",
      ]);
    });

    test("gets other labels in place", async () => {
      const { stack } = host;
      await stack.up(type, "it", args());
      const id = idIn();
      expect(await stack.up(type, "it", args({ labels: { tier: "web", a: "1" } }))).toBe("update");
      expect(idIn()).toBe(id);
      const labels = async () => (await inspect(id))["Spec"]?.["Labels"];
      expect(await labels()).toMatchObject({ tier: "web", a: "1" });
      expect(await stack.up(type, "it", args({ labels: undefined }))).toBe("update");
      expect(Object.keys((await labels()) ?? {})).toEqual(["io.pulumi.portainer.urn"]);
      expect(await stack.refresh("it")).toBe(true);
      expect(await stack.up(type, "it", args({ labels: undefined }))).toBe("same");
    });

    test("with other data is another one, which is there before the old one goes", async () => {
      const { stack } = host;
      await stack.up(type, "it", args());
      const [id, name] = [idIn(), nameIn()];
      const change = args({ data: "value2" });
      expect(await stack.up(type, "it", change, { createFirst: true })).toBe("replace");
      expect(idIn()).not.toBe(id);
      expect(nameIn()).not.toBe(name);
      expect((await inspect(idIn()))["Spec"]).toMatchObject({ Name: nameIn() });
      expect(await swarmObjects(path, host.prefix)).toHaveLength(1);
    });

    test("takes data that is no text, and keeps it through a refresh", async () => {
      const { stack } = host;
      const binary = args({ data: undefined, dataBase64: "//4A" });
      await stack.up(type, "it", binary);
      expect((await inspect(idIn()))["Spec"]?.["Data"]).toBe(shown && "//4A");
      await stack.refresh("it");
      expect(await stack.up(type, "it", binary)).toBe("same");
      expect(await stack.up(type, "it", args(), { createFirst: true })).toBe("replace");
    });

    test("shows labels that somebody else has changed, and puts them right", async () => {
      const { stack } = host;
      await stack.up(type, "it", args());
      const { Spec, Version } = await inspect(idIn());
      const version = (Version as { Index: number } | undefined)?.Index;
      await swarmApi("POST", `/${path}/${idIn()}/update?version=${version}`, {
        ...(Spec as object | undefined),
        Labels: { tier: "none" },
      });
      await stack.refresh("it");
      expect(await stack.up(type, "it", args())).toBe("update");
      expect((await inspect(idIn()))["Spec"]).toMatchObject({ Labels: { tier: "db" } });
    });

    test("is not deleted while a service uses it", async () => {
      const { stack } = host;
      await stack.up(type, "it", args());
      await use(idIn(), nameIn());
      await expect(stack.destroy("it")).rejects.toThrow(`in use by the services ${host.prefix}user`);
      expect(stack.has("it")).toBe(true);
    });

    test("is made anew when it was removed by hand", async () => {
      const { stack } = host;
      await stack.up(type, "it", args());
      await swarmApi("DELETE", `/${path}/${idIn()}`);
      expect(await stack.refresh("it")).toBe(false);
      expect(await stack.up(type, "it", args())).toBe("create");
    });

    test("is found again when a crash has kept it out of the state, and is declared once", async () => {
      const { stack } = host;
      await stack.up(type, "it", args());
      await expect(stack.up(type, "again", args())).rejects.toThrow(/is "it" in this stack already/);
      stack.forget();
      const id = (await swarmObjects(path, host.prefix))[0]?.ID;
      expect(await stack.up(type, "it", args())).toBe("create");
      expect(idIn()).toBe(id);
    });

    test("that another has made is not taken over unasked", async () => {
      const { stack } = host;
      await stack.up(type, "it", args());
      const name = nameIn();
      await stack.destroy("it");
      await swarmApi("POST", `/${path}/create`, { Name: name, Data: "dmFsdWUx", Labels: { tier: "db" } });
      await expect(stack.up(type, "it", args())).rejects.toThrow(/already on environment 1.*adopt/s);
      expect(await stack.up(type, "it", args({ adopt: "matching" }))).toBe("create");
    });

    test("has the access that the program gives it, changed in place", async () => {
      const { stack } = host;
      await stack.up(type, "it", args({ access: "public" }));
      expect(await stack.refresh("it")).toBe(true);
      expect(await stack.up(type, "it", args({ access: "public" }))).toBe("same");
      expect(await stack.up(type, "it", args({ access: "administrators" }))).toBe("update");
      await stack.refresh("it");
      expect(await stack.up(type, "it", args({ access: "administrators" }))).toBe("same");
    });

    test("can be looked up by its whole name or its id", async () => {
      const { stack } = host;
      const { body } = await swarmApi("POST", `/${path}/create`, {
        Name: `${host.prefix}old`,
        Data: "dmFsdWUx",
      });
      for (const name of [`${host.prefix}old`, String(body["ID"])]) {
        const found = await stack.get(type, "old", `1/${name}`);
        expect(found).toMatchObject({ name: `${host.prefix}old` });
        expect(found["data"]).toBe(shown && "value1");
      }
      await expect(stack.get(type, "none", `1/${host.prefix}none`)).rejects.toThrow(`there is no ${type}`);
    });
  });

  test("secret's data is in no error, no name and, unmarked, in no state", async () => {
    const { stack } = host;
    await stack.up("Secret", "it", { endpointId: 1, name: `${host.prefix}db`, data: "correct-horse-9" });
    const { outputs } = stack.entry("it");
    expect(outputs["data"]).toMatchObject({ value: "correct-horse-9" });
    expect(JSON.stringify({ ...outputs, data: undefined })).not.toContain("correct-horse-9");
  });

  test.each<[type: string, message: string, wrong: object]>([
    ["Secret", "needs `data`", {}],
    ["Secret", "exclude each other", { data: "a", dataBase64: "YQ==" }],
    ["Secret", "is not base64", { dataBase64: "a?" }],
    ["Secret", "512001 bytes", { dataBase64: Buffer.alloc(512_001).toString("base64") }],
    ["Config", "either `data` or `dataBase64`", {}],
    ["Secret", "exclude each other", { data: "a", driver: { name: "vault" } }],
    ["Secret", "512001 bytes", { data: "a".repeat(512_001) }],
    ["Config", "at most 53", { data: "a", name: "a".repeat(60) }],
    ["Config", "data", { data: "a", content: "b" }],
  ])("%s that no swarm takes is refused in the preview: %s", async (type, message, wrong) => {
    const asked = host.server.requests().length;
    await expect(host.stack.preview(type, "it", { endpointId: 1, name: "db", ...wrong })).rejects.toThrow(
      message,
    );
    expect(host.server.requests()).toHaveLength(asked);
  });
});
