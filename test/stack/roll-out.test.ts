import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { inspect, namesLike } from "../support/engine-api";
import { openSite, type Site } from "../support/site";
import { must, otherImage, stackOrSkip } from "../support/stack";

const web = (more: string) =>
  `exports.id = new portainer.Container("web", { ...sleeper, name: named("web"), restart: "always", ${more} }).containerId;`;

stackOrSkip()("a container that has to be recreated", () => {
  let site: Site;
  let name: string;
  let first: string;

  beforeAll(async () => {
    site = await openSite(web(""));
    name = `${site.prefix}web`;
    must(await site.stack.up());
    first = (await inspect(name))?.Id ?? "";
  });

  afterAll(async () => await site[Symbol.asyncDispose]());

  const expectOldOne = async () => {
    expect(await inspect(name)).toMatchObject({
      Id: first,
      State: { Running: true },
      HostConfig: { RestartPolicy: { Name: "always" } },
    });
    expect(await namesLike(site.prefix)).toEqual([name]);
    expect((await site.stack.state()).resource("web")?.outputs).toMatchObject({
      containerId: first,
      command: ["sleep", "1000"],
    });
  };

  it("runs on under its name when the new image does not exist", async () => {
    await site.write(web('image: "pulumi-portainer/no-such-image:9", pull: "never"'));
    const { code, output } = await site.stack.up();
    expect(code).not.toBe(0);
    expect(output).toContain("pulumi-portainer/no-such-image:9");
    await expectOldOne();
  });

  it("runs on under its name when the new one does not start", async () => {
    await site.write(web('command: ["/no/such/program"]'));
    const { code, output } = await site.stack.up();
    expect(code).not.toBe(0);
    expect(output).toMatch(
      /the roll-out failed: [\s\S]*no such file[\s\S]*The old container .* runs as before/,
    );
    await expectOldOne();
  });

  it("runs on under its name when the new one crashes, and the error has its last words", async () => {
    await site.write(web('command: ["sh", "-c", "echo famous last words; exit 3"]'));
    const { code, output } = await site.stack.up();
    expect(code).not.toBe(0);
    expect(output).toContain("exit code 3");
    expect(output).toContain("famous last words");
    await expectOldOne();
  });

  it("is still shown as to be changed", async () => {
    const { changes, diagnostics } = must(await site.stack.preview());
    expect(changes).toMatchObject({ update: 1 });
    expect(diagnostics.join()).toContain("because of: command");
  });

  it("gives way to a new one that runs", async () => {
    await site.write(web("image: otherImage"));
    must(await site.stack.up());
    const now = await inspect(name);
    expect(now).toMatchObject({ Config: { Image: otherImage }, State: { Running: true } });
    expect(now?.Id).not.toBe(first);
    expect(await namesLike(site.prefix)).toEqual([name]);
    expect(Object.keys(must(await site.stack.preview({ args: ["--refresh"] })).changes)).toEqual(["same"]);
  });
});
