import { expect, it } from "@jest/globals";
import type { CliResult } from "../support/cli";
import { inspect, namesLike } from "../support/engine-api";
import { openSite } from "../support/site";
import { must, stackOrSkip } from "../support/stack";

/** The steps of resources that were not left as they are. */
const changed = ({ steps }: CliResult): string[] =>
  steps.filter(({ op }) => op !== "same").map(({ op, name }) => `${op} ${name}`);

const container = (name: string, args: string, options: string) =>
  `new portainer.Container("${name}", { ...sleeper, name: named("${name}"), ${args} }, { ${options} });`;

stackOrSkip()("Pulumi's resource options", () => {
  it("protect, retainOnDelete, ignoreChanges, replaceOnChanges, dependsOn, parent, additionalSecretOutputs", async () => {
    await using site = await openSite(`
const first = ${container("first", "", "protect: true")}
const child = ${container("child", "env: { A: '1' }", "parent: first, ignoreChanges: ['env']")}
${container("kept", "", "retainOnDelete: true, dependsOn: child")}
${container("replaced", "env: { A: '1' }", "replaceOnChanges: ['env'], additionalSecretOutputs: ['createId']")}`);
    const { stack, prefix } = site;
    const created = must(await stack.up()).steps.map(({ name }) => name);
    expect(created.indexOf("kept")).toBeGreaterThan(created.indexOf("child"));
    const state = await stack.state();
    expect(state.resource("child")?.urn).toContain(
      "portainer:Container$pulumi-nodejs:dynamic/portainer:Container",
    );
    expect(JSON.stringify(state.resource("replaced")?.outputs?.["createId"])).toContain("ciphertext");

    const before = await inspect(`${prefix}replaced`);
    await site.write(`
const first = ${container("first", "", "protect: true")}
const child = ${container("child", "env: { A: '2' }", "parent: first, ignoreChanges: ['env']")}
${container("replaced", "env: { A: '2' }", "replaceOnChanges: ['env']")}`);
    const second = must(await stack.up());
    expect(second.of("child")).toEqual(["same"]);
    expect(second.of("replaced")).toEqual(
      expect.arrayContaining(["replace", "delete-replaced", "create-replacement"]),
    );
    expect(second.of("replaced").indexOf("delete-replaced")).toBeLessThan(
      second.of("replaced").indexOf("create-replacement"),
    );
    expect((await inspect(`${prefix}replaced`))?.Id).not.toBe(before?.Id);
    expect((await inspect(`${prefix}kept`))?.State.Running).toBe(true);

    const { code, output } = await stack.destroy();
    expect(code).not.toBe(0);
    expect(output).toMatch(/protect/);
    expect((await inspect(`${prefix}first`))?.State.Running).toBe(true);
    must(await stack.run(["state", "unprotect", "--all", "--yes"]));
    must(await stack.destroy());
    expect(await namesLike(prefix)).toEqual([`${prefix}kept`]);
  });

  it("aliases keep a container that gets another name in the program", async () => {
    await using site = await openSite(container("old", "", ""));
    const { stack, prefix } = site;
    must(await stack.up());
    const before = await inspect(`${prefix}old`);
    await site.write(
      'new portainer.Container("new", { ...sleeper, name: named("old") }, { aliases: [{ name: "old" }] });',
    );
    expect(changed(must(await stack.up()))).toEqual([]);
    expect((await inspect(`${prefix}old`))?.Id).toBe(before?.Id);
  });

  it("customTimeouts limit a step, and the error says so", async () => {
    await using site = await openSite(
      container("slow", "command: ['sleep', '1000'], waitFor: 'exited'", "customTimeouts: { create: '3s' }"),
    );
    const { code, output } = await site.stack.up();
    expect(code).not.toBe(0);
    expect(output).toMatch(/gave up after 3s; customTimeouts: \{ create: "…" \} allows more/);
  });

  it("--replace deletes first, so that the name is free", async () => {
    await using site = await openSite(container("web", "", ""));
    const { stack, prefix } = site;
    must(await stack.up());
    const before = await inspect(`${prefix}web`);
    const urn = (await stack.state()).resource("web")?.urn ?? "";
    must(await stack.up({ args: ["--replace", urn] }));
    const now = await inspect(`${prefix}web`);
    expect(now?.State.Running).toBe(true);
    expect(now?.Id).not.toBe(before?.Id);
    expect(await namesLike(prefix)).toEqual([`${prefix}web`]);
  });

  it("deleteBeforeReplace: false is the user's word, and a new name makes it work", async () => {
    await using site = await openSite(
      container("web", "replacement: 'replace'", "deleteBeforeReplace: false"),
    );
    const { stack, prefix } = site;
    must(await stack.up());
    await site.write(
      'new portainer.Container("web", { ...sleeper, name: named("other"), replacement: "replace", image: otherImage }, { deleteBeforeReplace: false });',
    );
    const steps = must(await stack.up()).of("web");
    expect(steps.indexOf("create-replacement")).toBeLessThan(steps.indexOf("delete-replaced"));
    expect(await namesLike(prefix)).toEqual([`${prefix}other`]);
  });

  it.each([
    ["import", 'import: "1/web"', /`import` option does not work[\s\S]*pulumi import --file/],
    ["version", 'version: "1.0.0"', /`version` and `pluginDownloadURL` name a plugin/],
    ["a foreign provider", "provider: new Foreign()", /its provider belongs to another package/],
  ])("%s is refused with a remedy", async (_option, text, said) => {
    await using site = await openSite(`
class Foreign extends pulumi.ProviderResource { constructor() { super("pulumi-nodejs", "foreign", {}); } }
${container("web", "", text)}`);
    const { code, output } = await site.stack.preview();
    expect(code).not.toBe(0);
    expect(output).toMatch(said);
  });
});

stackOrSkip()("values that are not known in the preview", () => {
  it("are accepted in every argument, and the `up` works with what becomes of them", async () => {
    await using site = await openSite(`
const seed = new portainer.Container("seed", { ...sleeper, name: named("seed") });
const unknown = (value) => seed.containerId.apply(() => value);
const key = { caCert: unknown("x"), clientCert: unknown("x"), clientKey: unknown("x") };
new portainer.Container("web", unknown2({
  name: named("web"), image, command: ["sleep", "1000"], stopSignal: "SIGKILL", env: { A: "1" },
  labels: { a: "b" }, ports: [{ containerPort: 80 }], volumes: [{ type: "tmpfs", target: "/scratch" }],
  restart: "no", memory: "64m", cpus: 0.5, user: "root", workingDir: "/tmp", files: { "/a.txt": "a" },
  healthcheck: { test: ["true"], interval: "30s" }, desiredState: "running", waitFor: "started", endpointId: 1,
}));
function unknown2(args) { return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, unknown(value)])); }
if (pulumi.runtime.isDryRun()) {
  new portainer.Endpoint("edge", unknown2({ name: named("edge"), url: "x", type: "docker", tls: key, publicUrl: "x", groupId: 1, tagIds: [1], startupTimeout: "1s", containerEngine: "docker" }));
  new portainer.AdminUser("admin", unknown2({ username: "x", password: "y", startupTimeout: "1s" }));
  new portainer.ApiKey("key", unknown2({ description: "x" }));
}`);
    expect(must(await site.stack.preview()).changes).toEqual({ create: 6 });
    must(await site.stack.up());
    expect((await inspect(`${site.prefix}web`))?.State.Running).toBe(true);
    expect(Object.keys(must(await site.stack.refresh()).changes)).toEqual(["same"]);
    must(await site.stack.destroy());
  });
});
