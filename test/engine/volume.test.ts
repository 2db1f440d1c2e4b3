import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { onEngine } from "../support/container-host";
import { engineApi } from "../support/engine-api";

onEngine("a volume", (host) => {
  const args = (more: object = {}) => ({ endpointId: 1, name: `${host.prefix}data`, ...more });
  const inspect = async () => await engineApi("GET", `/volumes/${host.prefix}data`);
  const make = (more: object = {}) =>
    engineApi("POST", "/volumes/create", { Name: `${host.prefix}data`, ...more });

  test("is made as the program says, is the same later and after a refresh, and is destroyed twice", async () => {
    const { stack } = host;
    const inputs = args({
      driver: "local",
      driverOpts: { type: "tmpfs", device: "tmpfs" },
      labels: { a: "1" },
    });
    expect(await stack.up("Volume", "data", inputs)).toBe("create");
    expect((await inspect()).body).toMatchObject({
      Driver: "local",
      Options: { type: "tmpfs", device: "tmpfs" },
      Labels: { a: "1" },
    });
    expect(stack.outputs("data")["mountpoint"]).toMatch(/_data$/);
    const asked = host.server.requests().length;
    expect(await stack.up("Volume", "data", inputs)).toBe("same");
    expect(host.server.requests()).toHaveLength(asked);
    expect(await stack.refresh("data")).toBe(true);
    expect(await stack.up("Volume", "data", inputs)).toBe("same");
    const entry = stack.entry("data");
    await stack.destroy("data");
    expect((await inspect()).status).toBe(404);
    stack.remember("data", entry);
    await stack.destroy("data");
  });

  test("takes two requests to make, one to read, two to delete", async () => {
    const { stack } = host;
    const since = host.server.requests().length;
    await stack.up("Volume", "data", args());
    await stack.refresh("data");
    await stack.destroy("data");
    const asked = host.server.requests().slice(since);
    expect(asked.filter(({ path }) => path.includes("/volumes/")).map(({ method }) => method)).toEqual([
      "GET",
      "POST",
      "GET",
      "GET",
      "DELETE",
    ]);
  });

  test("is not changed, for another one would be empty, unless its data may be lost", async () => {
    const { stack } = host;
    await stack.up("Volume", "data", args());
    const change = args({ labels: { tier: "db" } });
    await expect(stack.preview("Volume", "data", change)).rejects.toThrow(/`labels`.*empty.*recreate: true/s);
    expect((await inspect()).body["Labels"]).not.toMatchObject({ tier: "db" });
    expect(await stack.up("Volume", "data", { ...change, recreate: true })).toBe("replace");
    expect((await inspect()).body).toMatchObject({ Labels: { tier: "db" } });
  });

  test("is made anew when it was removed by hand", async () => {
    const { stack } = host;
    await stack.up("Volume", "data", args());
    await engineApi("DELETE", `/volumes/${host.prefix}data`);
    expect(await stack.refresh("data")).toBe(false);
    expect(await stack.up("Volume", "data", args())).toBe("create");
  });

  test("is not deleted while a container has it", async () => {
    const { stack, base } = host;
    await stack.up("Volume", "data", args());
    await stack.up("Container", "web", { ...base, volumes: [`${host.prefix}data:/data`] });
    await expect(stack.destroy("data")).rejects.toThrow(`in use by ${base.name}`);
    expect(stack.has("data")).toBe(true);
    await stack.destroy("web");
    await stack.destroy("data");
    expect((await inspect()).status).toBe(404);
  });

  test("is not taken over unasked, and asked only when it is as the program says", async () => {
    const { stack } = host;
    await make({ Labels: { a: "1" } });
    await expect(stack.up("Volume", "data", args())).rejects.toThrow(/already on environment 1.*adopt/s);
    await expect(stack.up("Volume", "data", args({ adopt: "matching" }))).rejects.toThrow(/labels differs/);
    expect(await stack.up("Volume", "data", args({ adopt: "matching", labels: { a: "1" } }))).toBe("create");
  });

  test("is found again when a crash has kept it out of the state", async () => {
    const { stack } = host;
    await stack.up("Volume", "data", args());
    stack.forget();
    await host.restart();
    expect(await stack.up("Volume", "data", args())).toBe("create");
  });

  test("is declared once", async () => {
    const { stack } = host;
    await stack.up("Volume", "data", args());
    await expect(stack.up("Volume", "again", args())).rejects.toThrow(/is "data" in this stack already/);
  });

  test("is gone when another stack has made one of its name, which is left alone", async () => {
    const { stack } = host;
    const stranger = "urn:pulumi:prod::shop::pulumi-nodejs:dynamic/portainer:Volume::data";
    await stack.up("Volume", "data", args());
    const entry = stack.entry("data");
    await engineApi("DELETE", `/volumes/${host.prefix}data`);
    await delay(1_100); // The engine says the second in which a volume was made.
    await make({ Labels: { "io.pulumi.portainer.urn": stranger } });
    expect(await stack.refresh("data")).toBe(false);
    await host.heard("data", /is another one now, made by urn:pulumi:prod::/);
    stack.remember("data", entry);
    await stack.destroy("data");
    expect((await inspect()).status).toBe(200);
  });

  test("can be looked up by environment and name", async () => {
    await make({ Labels: { a: "1" } });
    expect(await host.stack.get("Volume", "data", `1/${host.prefix}data`)).toMatchObject({
      name: `${host.prefix}data`,
      driver: "local",
      labels: { a: "1" },
    });
    await expect(host.stack.get("Volume", "none", `1/${host.prefix}none`)).rejects.toThrow(
      "there is no Volume",
    );
  });
});
