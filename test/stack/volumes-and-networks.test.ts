import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { engineApi, inspect } from "../support/engine-api";
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

  it("move it over to a network with another name while it runs", async () => {
    const before = await web();
    await site.write(program("two"));
    must(await site.stack.up());
    const now = await web();
    expect(now?.Id).toBe(before?.Id);
    expect(now?.State.StartedAt).toBe(before?.State.StartedAt);
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
