import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { CliResult } from "../support/cli";
import { inspect } from "../support/engine-api";
import { openSite, type Site } from "../support/site";
import { must, stackOrSkip } from "../support/stack";

const PASSWORD = "s3cret-of-the-database";
const FILE = "s3cret-of-the-file";
const LABEL = "s3cret-of-the-label";

const program = (more: string) => `
new portainer.Container("web", {
  ...sleeper,
  name: named("web"),
  env: { MODE: "test", PASSWORD: pulumi.secret("${PASSWORD}") },
  labels: { "app.token": pulumi.secret("${LABEL}") },
  files: { "/tmp/key": pulumi.secret("${FILE}") },
  ${more}
});`;

stackOrSkip()("§9.30 a container's secrets", () => {
  let site: Site;
  const said: CliResult[] = [];

  beforeAll(async () => {
    site = await openSite(program(""));
  });

  afterAll(async () => await site[Symbol.asyncDispose]());

  const expectNothingSaid = async () => {
    const log = JSON.stringify(site.server.requests());
    for (const text of [...said.map(({ output }) => output), await site.stack.stateFile(), log]) {
      expect(text).not.toMatch(/s3cret-of/);
    }
  };

  it("reach the engine, and stand neither in the state nor in what is said", async () => {
    said.push(must(await site.stack.up({ preview: true, args: ["--diff"] })));
    expect((await inspect(`${site.prefix}web`))?.Config).toMatchObject({
      Env: expect.arrayContaining([`PASSWORD=${PASSWORD}`]),
      Labels: { "app.token": LABEL },
    });
    await expectNothingSaid();
  });

  it("stay so after a refresh that has found another value", async () => {
    said.push(must(await site.stack.refresh({ args: ["--diff"] })));
    await site.write(program('user: "1000",'));
    said.push(must(await site.stack.up({ preview: true, args: ["--diff"] })));
    await expectNothingSaid();
  });

  it("are masked in the last words of a container that fails", async () => {
    await site.write(program('command: ["sh", "-c", "echo told $PASSWORD; exit 3"], waitFor: "exited",'));
    said.push(await site.stack.up());
    expect(said.at(-1)?.code).not.toBe(0);
    expect(said.at(-1)?.output).toContain("told");
    await expectNothingSaid();
  });
});
