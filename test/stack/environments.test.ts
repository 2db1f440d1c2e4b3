import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { type RunningServer, startServer } from "../../server";
import { inspect, namesLike, sweep } from "../support/engine-api";
import { freePort } from "../support/free-port";
import { PASSWORD } from "../support/host";
import { engineUrl, testImage } from "../support/needs";
import { example, must, openStack, otherImage, type Stack, stackOrSkip, unique } from "../support/stack";

const STACKS = ["dev", "staging", "production"] as const;
type Name = (typeof STACKS)[number];

stackOrSkip()("the example environments", () => {
  const name = unique("shop");
  let server: RunningServer;
  const stacks = {} as Record<Name, Stack>;
  const ports = {} as Record<Name, number>;
  const web = (stack: Name) => inspect(`${name}-${stack}-web`);

  /** The settings as the example has them, but for what is another's here. */
  async function open(stack: Name): Promise<void> {
    const program = example("environments");
    const { config } = parse(await readFile(join(program.folder, `stacks/${stack}.yaml`), "utf8")) as {
      config: Record<string, string>;
    };
    ports[stack] = await freePort();
    stacks[stack] = await openStack(program, {
      name: stack,
      config: {
        ...config,
        "portainer:url": server.url,
        "portainer:endpointId": "1",
        "environments:image": testImage,
        "environments:name": `${name}-${stack}`,
        "environments:hostPort": String(ports[stack]),
      },
      secrets: { "portainer:apiKey": server.apiKey ?? "" },
    });
  }

  beforeAll(async () => {
    server = await startServer({ admin: { password: PASSWORD }, engine: { url: engineUrl } });
    for (const stack of STACKS) await open(stack);
  });

  afterAll(async () => {
    await sweep(name);
    await server.stop();
    for (const stack of Object.values(stacks)) await stack[Symbol.asyncDispose]();
  });

  it("makes three environments that differ by their configuration alone", async () => {
    for (const stack of STACKS) must(await stacks[stack].up());
    const workers = { dev: 1, staging: 2, production: 3 };
    for (const stack of STACKS) {
      const page = await fetch(`http://127.0.0.1:${ports[stack]}/`);
      expect(await page.text()).toBe(`Hello from ${stack}.\n`);
      expect(await namesLike(`${name}-${stack}-worker-`)).toHaveLength(workers[stack]);
    }
    expect((await web("production"))?.HostConfig["Memory"]).toBe(256 * 1024 * 1024);
    expect((await web("dev"))?.HostConfig["Memory"]).toBe(64 * 1024 * 1024);
  });

  it("changes nothing when it is run again", async () => {
    for (const stack of STACKS) expect(Object.keys(must(await stacks[stack].up()).changes)).toEqual(["same"]);
  });

  it("promotes an image from one environment to the next, and leaves the others alone", async () => {
    const production = await web("production");
    await stacks.staging.setConfig({ image: otherImage });
    expect(must(await stacks.staging.up()).changes).toMatchObject({ update: 3 });
    expect((await web("staging"))?.Config["Image"]).toBe(otherImage);
    expect((await web("production"))?.Id).toBe(production?.Id);
    expect((await web("dev"))?.Config["Image"]).toBe(testImage);
  });

  it("deletes nothing of production before it is asked to", async () => {
    const refused = await stacks.production.destroy();
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain("protect");
    expect((await web("production"))?.State.Running).toBe(true);
    await stacks.production.setConfig({ protect: "false" });
    must(await stacks.production.up());
    for (const stack of STACKS) must(await stacks[stack].destroy());
    expect(await namesLike(name)).toEqual([]);
  });
});
