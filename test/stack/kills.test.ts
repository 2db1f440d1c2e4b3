import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { inspect, namesLike, sweep } from "../support/engine-api";
import { expectConverged, killWhen, recover, slow, tagOf } from "../support/kills";
import { eventually } from "../support/processes";
import { type Serving, serve } from "../support/serving";
import { openSite, programEnvironment, type Site } from "../support/site";
import { must, openStack, program, type Stack, stackOrSkip, unique } from "../support/stack";

const COUNT = 12;
const MANY = `
for (let number = 0; number < ${COUNT}; number += 1) {
  new portainer.Container("c" + number, { ...sleeper, name: named("c" + number), files: { "/a.txt": "a" } });
}`;

stackOrSkip()("a server that is killed in the middle of an `up`", () => {
  let server: Serving;
  let stack: Stack;
  const prefix = `${unique("killed")}-`;

  beforeAll(async () => {
    server = await serve();
    stack = await openStack(await program(MANY), { env: { ...programEnvironment(prefix), ...server.env } });
  });

  afterAll(async () => {
    await sweep(prefix);
    await server[Symbol.asyncDispose]();
    await stack[Symbol.asyncDispose]();
  });

  it("comes back with all that it had acknowledged, and the next `up` finishes the work", async () => {
    const running = await stack.start();
    await eventually(async () => (await namesLike(prefix)).length >= 3);
    await server.kill();
    expect((await running.done).code).not.toBe(0);

    await server.start();
    must(await stack.up());
    await expectConverged(stack, prefix, COUNT);
  });

  it("leaves nothing behind at destroy", async () => {
    must(await stack.destroy());
    expect(await namesLike(prefix)).toEqual([]);
  });
});

stackOrSkip()("a Pulumi that is killed", () => {
  let site: Site;

  beforeAll(async () => {
    site = await openSite("");
  });

  afterAll(async () => await site[Symbol.asyncDispose]());

  it.each([0, 5])("while it creates, with %d of the containers there, can go on", async (count) => {
    await site.write(MANY);
    const lived = await killWhen(site, async () => (await namesLike(site.prefix)).length > count);
    expect(lived).toBeLessThanOrEqual(2_000);
    await recover(site);
    await expectConverged(site.stack, site.prefix, COUNT);
    must(await site.stack.destroy());
    expect(await namesLike(site.prefix)).toEqual([]);
  });

  const has = (pattern: RegExp) => async () =>
    (await namesLike(site.prefix)).some((name) => pattern.test(name));

  it("has a container to roll out", async () => {
    await site.write(slow("first"));
    must(await site.stack.up());
  });

  it.each<[moment: string, tag: string, condition: (name: string, tag: string) => Promise<boolean>]>([
    ["while the new container is made", "a", has(/\.new-/)],
    [
      "while the old one is being stopped",
      "b",
      async () => {
        if (!(await has(/\.new-/)())) return false;
        await delay(500);
        return true;
      },
    ],
    ["when the old one stands aside", "c", has(/\.old-/)],
    [
      "when the new one runs",
      "d",
      async (name) => (await has(/\.old-/)()) && (await inspect(name))?.State.Running === true,
    ],
    [
      "when the old one is gone",
      "e",
      async (name, tag) => (await tagOf(name)) === `TAG=${tag}` && !(await has(/\.old-/)()),
    ],
  ])("amid a roll-out, %s, can go on", async (_moment, tag, condition) => {
    const name = `${site.prefix}web`;
    await site.write(slow(tag));
    const lived = await killWhen(site, () => condition(name, tag));
    process.stdout.write(`the plugin lived on for ${lived} ms; there were ${await namesLike(site.prefix)}\n`);
    expect(lived).toBeLessThanOrEqual(2_000);
    await recover(site);
    expect(await tagOf(name)).toBe(`TAG=${tag}`);
    await expectConverged(site.stack, site.prefix, 1);
  });

  it("amid a roll-out can go on without a refresh, too, and be destroyed", async () => {
    await site.write(slow("last"));
    await killWhen(site, has(/\.old-/));
    must(await site.stack.run(["cancel", "--yes"]));
    must(await site.stack.up());
    await expectConverged(site.stack, site.prefix, 1);
    must(await site.stack.destroy());
    expect(await namesLike(site.prefix)).toEqual([]);
  });
});
