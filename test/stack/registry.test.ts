import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { engineApi, inspect, namesLike } from "../support/engine-api";
import { composeConfig, registryOrSkip, testImage } from "../support/needs";
import { type Registry, startRegistry } from "../support/registry";
import { openSite, type Site } from "../support/site";
import { must, stackOrSkip } from "../support/stack";

const USER = { username: "robot", password: "s3cret-of-the-registry" };

/** A registry, and one image of it for each class that pulls. */
const PROGRAM = `
const ours = new portainer.Registry("ours", {
  type: "custom", url: config.require("registry"), username: "robot", password: config.requireSecret("password"),
});
const there = (name) => config.require("registry") + "/" + name + ":1";
new portainer.Image("pulled", { endpointId: 1, name: there("pulled"), registryId: ours });
new portainer.Container("web", { ...sleeper, name: named("web"), image: there("web"), registryId: ours });
new portainer.Stack("shop", {
  endpointId: 1,
  name: named("shop"),
  content: JSON.stringify({ services: { web: { image: there("shop"), command: ["sleep", "1000"], stop_signal: "SIGKILL" } } }),
}, { dependsOn: ours });
`;

const suite = process.env["TEST_PULUMI"] ? registryOrSkip() : stackOrSkip();

suite("a private Registry, and what is pulled from it, in one program", () => {
  let registry: Registry;
  let site: Site;
  const images = () => ["pulled", "web", "shop"].map((name) => registry.name(`${name}:1`));
  const has = async (image: string) => (await engineApi("GET", `/images/${image}/json`)).status === 200;

  beforeAll(async () => {
    if (composeConfig) process.env["DOCKER_CONFIG"] = composeConfig;
    registry = await startRegistry(USER);
    for (const image of images()) await registry.push(testImage, image);
    site = await openSite(PROGRAM);
    await site.stack.setConfig({ registry: registry.name("").slice(0, -1) }, { password: USER.password });
  });
  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    for (const image of images()) await engineApi("DELETE", `/images/${image}?noprune=1`);
    await registry[Symbol.asyncDispose]();
  });

  it("are made in one up: the credentials are there before the first pull", async () => {
    expect(await Promise.all(images().map(has))).toEqual([false, false, false]);
    expect(must(await site.stack.up({ preview: true })).changes).toEqual({ create: 5 });
    expect(await Promise.all(images().map(has))).toEqual([true, true, true]);
    const [, web = "", shop = ""] = images();
    expect((await inspect(`${site.prefix}web`))?.Config["Image"]).toBe(web);
    expect((await inspect(`${site.prefix}shop-web-1`))?.Config["Image"]).toBe(shop);
  });

  it("stay as they are at the next up and refresh", async () => {
    const asked = await site.requestsOf(async () => {
      expect(Object.keys(must(await site.stack.up()).changes)).toEqual(["same"]);
    });
    expect(asked).toEqual([]);
    expect(Object.keys(must(await site.stack.refresh()).changes)).toEqual(["same"]);
    expect(await site.stack.stateFile()).not.toContain(USER.password);
  });

  it("are removed in the other direction, and nothing is left", async () => {
    must(await site.stack.destroy());
    expect(await namesLike(site.prefix)).toEqual([]);
    expect(await has(registry.name("pulled:1"))).toBe(false);
  });
});
