import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { inspect, namesLike } from "../support/engine-api";
import { expectConverged, killWhen, providersOf, recover, slow, tagOf } from "../support/kills";
import { eventually } from "../support/processes";
import { openSite, type Site } from "../support/site";
import { must, stackOrSkip } from "../support/stack";

const COUNT = 12;
const MANY = `
for (let number = 0; number < ${COUNT}; number += 1) {
  new portainer.Container("c" + number, { ...sleeper, name: named("c" + number), files: { "/a.txt": "a" } });
}`;

stackOrSkip()("the plugin, when something is killed", () => {
  let site: Site;
  let name: string;

  beforeAll(async () => {
    site = await openSite("", {}, "plugin");
    name = `${site.prefix}web`;
  });
  afterAll(async () => await site[Symbol.asyncDispose]());

  const has = (pattern: RegExp) => async () =>
    (await namesLike(site.prefix)).some((found) => pattern.test(found));
  const rollOutBegun = has(/\.old-/);

  it("ends with a Pulumi that is killed while it creates, and the next `up` finishes", async () => {
    await site.write(MANY);
    const lived = await killWhen(site, async () => (await namesLike(site.prefix)).length > 5);
    expect(lived).toBeLessThanOrEqual(2_000);
    await recover(site);
    await expectConverged(site.stack, site.prefix, COUNT);
    must(await site.stack.destroy());
    expect(await namesLike(site.prefix)).toEqual([]);
  });

  it("ends with a Pulumi that is killed amid a roll-out", async () => {
    await site.write(slow("first"));
    must(await site.stack.up());
    await site.write(slow("a"));
    const lived = await killWhen(site, rollOutBegun);
    expect(lived).toBeLessThanOrEqual(2_000);
    await recover(site);
    expect(await tagOf(name)).toBe("TAG=a");
    await expectConverged(site.stack, site.prefix, 1);
  });

  it("can itself be killed amid a roll-out", async () => {
    await site.write(slow("b"));
    const { child, done } = await site.stack.start();
    await eventually(rollOutBegun);
    for (const { pid } of await providersOf(child.pid ?? 0)) process.kill(pid, "SIGKILL");
    expect((await done).code).not.toBe(0);
    await recover(site);
    expect(await tagOf(name)).toBe("TAG=b");
    await expectConverged(site.stack, site.prefix, 1);
  });

  it("goes back when the user presses Ctrl-C once amid a roll-out", async () => {
    await site.write(slow("c"));
    const { child, done } = await site.stack.start();
    await eventually(has(/\.new-/));
    child.kill("SIGINT");
    const { code, output } = await done;
    expect(code).not.toBe(0);
    expect(output).toContain("the update was interrupted");
    expect(await tagOf(name)).toBe("TAG=b");
    expect((await inspect(name))?.State.Running).toBe(true);
    // The engine may have finished making the new one although nobody waited for it: the next `up` removes it.
    must(await site.stack.up());
    expect(await tagOf(name)).toBe("TAG=c");
    await expectConverged(site.stack, site.prefix, 1);
  });

  it("loses nothing when the user presses it twice", async () => {
    await site.write(slow("d"));
    const { child, done } = await site.stack.start();
    await eventually(rollOutBegun);
    child.kill("SIGINT");
    child.kill("SIGINT");
    expect((await done).code).not.toBe(0);
    await recover(site);
    expect(await tagOf(name)).toBe("TAG=d");
    await expectConverged(site.stack, site.prefix, 1);
    must(await site.stack.destroy());
    expect(await namesLike(site.prefix)).toEqual([]);
  });
});

stackOrSkip()("what only a plugin can", () => {
  let site: Site;

  beforeAll(async () => {
    site = await openSite("", {}, "plugin");
  });
  afterAll(async () => await site[Symbol.asyncDispose]());

  const changesOf = async () => must(await site.stack.preview()).changes;

  it("shows nothing that depends on what an update leaves as it is", async () => {
    const withTag = (description: string) => `
      const group = new portainer.EndpointGroup("group", { name: named("group"), description: "${description}" });
      new portainer.Volume("data", { name: named("data"), labels: { group: group.groupId.apply(String) } });`;
    await site.write(withTag("one"));
    must(await site.stack.up());
    await site.write(withTag("two"));
    expect(await changesOf()).toEqual({ same: 2, update: 1 });
    must(await site.stack.up());
    expect(await site.requestsOf(() => site.stack.up())).toEqual([]);
  });

  it("takes `aliases`, `customTimeouts`, `replaceOnChanges` and `retainOnDelete` from Pulumi itself", async () => {
    const container = (resource: string, env: string, options: string) =>
      `new portainer.Container("${resource}", { ...sleeper, name: named("it"), env: { A: "${env}" } }, ${options});`;
    const name = `${site.prefix}it`;
    await site.write(container("one", "1", "{}"));
    must(await site.stack.up());
    const { Id } = (await inspect(name)) ?? {};

    await site.write(container("two", "1", `{ aliases: [{ name: "one" }] }`));
    expect(await changesOf()).toEqual({ same: 2 });
    must(await site.stack.up());
    expect((await inspect(name))?.Id).toBe(Id);

    await site.write(container("two", "2", `{ replaceOnChanges: ["env"] }`));
    expect(await changesOf()).toEqual({ same: 1, replace: 1 });

    await site.write(
      container("two", "2", `{ customTimeouts: { update: "1s" } }`).replace(
        "...sleeper",
        `...sleeper, waitFor: "healthy", healthcheck: { test: ["CMD", "false"], interval: "1h" }`,
      ),
    );
    const { code, output } = await site.stack.up();
    expect([code === 0, output]).toEqual([false, expect.stringContaining("gave up after 1s")]);

    await site.write(container("two", "1", "{ retainOnDelete: true }"));
    must(await site.stack.up());
    must(await site.stack.destroy());
    expect((await inspect(name))?.State.Running).toBe(true);
  });
});
