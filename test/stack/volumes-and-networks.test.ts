import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { engineApi, inspect } from "../support/engine-api";
import { testImage } from "../support/needs";
import { openSite, type Site } from "../support/site";
import { must, stackOrSkip } from "../support/stack";

/** A container with a volume and on a network, both given as resources. */
const program = (network: string) => `
const data = new portainer.Volume("data", { endpointId: 1, name: named("data") });
const backend = new portainer.Network("backend", { endpointId: 1, name: named("${network}") });
new portainer.Container("web", {
  ...sleeper, name: named("web"),
  networks: [{ network: backend, aliases: ["it"] }], volumes: [{ source: data, target: "/data" }],
});
`;

stackOrSkip()("volumes and networks of a container", () => {
  let site: Site;

  beforeAll(async () => {
    site = await openSite(program("one"));
    must(await site.stack.up({ preview: true }));
  });

  afterAll(async () => await site[Symbol.asyncDispose]());

  const web = async () => await inspect(`${site.prefix}web`);
  const network = async (name: string) => (await engineApi("GET", `/networks/${site.prefix}${name}`)).status;
  const expectNoChange = async () =>
    expect(Object.keys(must(await site.stack.preview({ args: ["--refresh"] })).changes)).toEqual(["same"]);

  it("are made in one up with it, and nothing differs then", async () => {
    const now = await web();
    expect(Object.keys(now?.NetworkSettings.Networks ?? {})).toEqual([`${site.prefix}one`]);
    expect(now?.Mounts).toMatchObject([{ Name: `${site.prefix}data`, Destination: "/data" }]);
    await expectNoChange();
  });

  it("roll it out on a network with another name, and it starts again without the first", async () => {
    await site.write(program("two"));
    must(await site.stack.up());
    await engineApi("POST", `/containers/${site.prefix}web/restart?t=0`);
    const now = await web();
    expect(now?.State.Running).toBe(true);
    expect(Object.keys(now?.NetworkSettings.Networks ?? {})).toEqual([`${site.prefix}two`]);
    expect(await network("one")).toBe(404);
    await expectNoChange();
  });

  it("are gone with it", async () => {
    must(await site.stack.destroy());
    expect(await web()).toBeUndefined();
    expect(await network("two")).toBe(404);
    expect((await engineApi("GET", `/volumes/${site.prefix}data`)).status).toBe(404);
  });
});

/** Two containers that have a network and a volume as resources, and one that names the network. */
const shared = (network: string, volume: string, first = "") => `
const net = new portainer.Network("net", { endpointId: 1, name: named("net"), ${network} });
const data = new portainer.Volume("data", { endpointId: 1, name: named("data"), recreate: true, ${volume} });
const onNet = { ...sleeper, networks: [{ network: net, aliases: ["it"] }] };
new portainer.Container("one", { ...onNet, name: named("one"), volumes: [{ source: data, target: "/data" }], ${first} });
new portainer.Container("two", { ...onNet, name: named("two"), volumes: [{ source: data, target: "/data" }] });
new portainer.Container("text", { ...sleeper, name: named("text"), networks: [named("net")] }, { dependsOn: net });
`;

stackOrSkip()("a network and a volume that need another one", () => {
  let site: Site;
  const NAMES = ["one", "two", "text"];

  beforeAll(async () => {
    site = await openSite(shared("", ""));
    must(await site.stack.up({ preview: true }));
  });

  afterAll(async () => await site[Symbol.asyncDispose]());

  const now = async (name: string) => await inspect(`${site.prefix}${name}`);
  const idsAndStarts = async () =>
    await Promise.all(NAMES.map(async (name) => [(await now(name))?.Id, (await now(name))?.State.StartedAt]));
  const labelsOf = async (path: string) => (await engineApi("GET", `/${path}`)).body["Labels"] as unknown;
  const expectNoChange = async () =>
    expect(Object.keys(must(await site.stack.preview({ args: ["--refresh"] })).changes)).toEqual(["same"]);

  it("the network is recreated under the containers that run, also under one that has it by name", async () => {
    const before = await idsAndStarts();
    await site.write(shared('labels: { v: "2" }, internal: true', ""));
    const { diagnostics } = must(await site.stack.preview());
    expect(diagnostics.join("\n")).toContain("the network is recreated, because of: internal, labels.");
    must(await site.stack.up());
    expect(await labelsOf(`networks/${site.prefix}net`)).toMatchObject({ v: "2" });
    expect(await idsAndStarts()).toEqual(before);
    for (const name of NAMES) {
      expect(Object.keys((await now(name))?.NetworkSettings.Networks ?? {})).toEqual([`${site.prefix}net`]);
    }
    await expectNoChange();
  });

  it("the network is recreated in the same up in which a container is rolled out", async () => {
    await site.write(shared('labels: { v: "3" }', "", 'env: { V: "2" }'));
    must(await site.stack.up());
    expect(await labelsOf(`networks/${site.prefix}net`)).toMatchObject({ v: "3" });
    await expectNoChange();
  });

  it("the volume is replaced together with the containers that have it as a resource", async () => {
    const [one, two, text] = await idsAndStarts();
    await site.write(shared('labels: { v: "3" }', 'labels: { v: "2" }', 'env: { V: "2" }'));
    must(await site.stack.up({ preview: true }));
    expect(await labelsOf(`volumes/${site.prefix}data`)).toMatchObject({ v: "2" });
    const after = await idsAndStarts();
    expect(after[0]?.[0]).not.toBe(one?.[0]);
    expect(after[1]?.[0]).not.toBe(two?.[0]);
    expect(after[2]).toEqual(text);
    await expectNoChange();
  });

  it("the volume is kept, and the error names the way on, while a container of nobody's has it", async () => {
    const web = `${site.prefix}stranger`;
    const Binds = [`${site.prefix}data:/data`];
    await engineApi("POST", `/containers/create?name=${web}`, { Image: testImage, HostConfig: { Binds } });
    await site.write(shared('labels: { v: "3" }', 'labels: { v: "3" }', 'env: { V: "2" }'));
    const { output } = await site.stack.up();
    expect(output).toContain("is in use by");
    expect(await labelsOf(`volumes/${site.prefix}data`)).toMatchObject({ v: "2" });
    await engineApi("DELETE", `/containers/${web}?force=1`);
    must(await site.stack.up());
    expect(await labelsOf(`volumes/${site.prefix}data`)).toMatchObject({ v: "3" });
    await expectNoChange();
  });
});
