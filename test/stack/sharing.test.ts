import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { engineApi, inspect } from "../support/engine-api";
import { openSite, type Site } from "../support/site";
import { must, stackOrSkip } from "../support/stack";

/** A database, and three containers that share something of it, given as the resource. */
const program = (database: string) => `
const db = new portainer.Container("db", {
  ...sleeper, name: named("db"), ipcMode: "shareable", volumes: [{ target: "/data" }], ${database}
});
new portainer.Container("net", { ...sleeper, name: named("net"), networkMode: db });
new portainer.Container("proc", { ...sleeper, name: named("proc"), pidMode: db, ipcMode: db });
new portainer.Container("files", { ...sleeper, name: named("files"), volumesFrom: [db] });
`;

stackOrSkip()("containers that share something of another", () => {
  let site: Site;

  beforeAll(async () => {
    site = await openSite(program(""));
    must(await site.stack.up({ preview: true }));
  });

  afterAll(async () => await site[Symbol.asyncDispose]());

  const now = async (name: string) => await inspect(`${site.prefix}${name}`);
  const ids = async () => Promise.all(["net", "proc", "files"].map(async (name) => (await now(name))?.Id));

  const expectAllToShare = async () => {
    const id = (await now("db"))?.Id;
    expect((await now("net"))?.HostConfig).toMatchObject({ NetworkMode: `container:${id}` });
    expect((await now("proc"))?.HostConfig).toMatchObject({
      PidMode: `container:${id}`,
      IpcMode: `container:${id}`,
    });
    expect((await now("files"))?.HostConfig).toMatchObject({ VolumesFrom: [id] });
    expect(Object.keys(must(await site.stack.preview({ args: ["--refresh"] })).changes)).toEqual(["same"]);
  };

  it("are made in one `up`, and nothing differs then", async () => {
    await expectAllToShare();
  });

  it("are recreated in the same `up` as that one, and only then", async () => {
    const before = await ids();
    await site.write(program("env: { VERSION: '2' },"));
    must(await site.stack.up());
    for (const [index, id] of (await ids()).entries()) expect(id).not.toBe(before[index]);
    await expectAllToShare();
  });

  it("stay as they are when that one changes in place, though the preview cannot know", async () => {
    const before = await ids();
    await site.write(program("env: { VERSION: '2' }, memory: '128m',"));
    const { diagnostics } = must(await site.stack.preview());
    expect(diagnostics.join("\n")).toContain(
      "may be recreated by a roll-out, depending on values that are not known yet: networkMode",
    );
    must(await site.stack.up());
    expect(await ids()).toEqual(before);
  });

  it("§9.4 are recreated with one that was removed by hand", async () => {
    const before = await ids();
    await engineApi("DELETE", `/containers/${site.prefix}db?force=1`);
    must(await site.stack.refresh());
    must(await site.stack.up());
    for (const [index, id] of (await ids()).entries()) expect(id).not.toBe(before[index]);
    await expectAllToShare();
  });
});
