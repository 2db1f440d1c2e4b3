import { createServer } from "node:http";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { openSite, type Site } from "../support/site";
import { must, stackOrSkip } from "../support/stack";

const NO_CREDENTIALS = { PORTAINER_API_KEY: "", PORTAINER_USERNAME: "", PORTAINER_PASSWORD: "" };

stackOrSkip()("without its server and without credentials", () => {
  let site: Site;
  let asked = 0;
  const listener = createServer((request, response) => {
    asked += 1;
    request.resume();
    response.writeHead(500).end();
  }).on("connection", () => {
    asked += 1;
  });

  beforeAll(async () => {
    site = await openSite(`
const local = new portainer.Endpoint("local", { name: named("local"), url: process.env.TEST_ENGINE });
new portainer.Container("here", { ...sleeper, name: named("here"), memory: "64m", env: { A: "1" } });
new portainer.Container("there", { ...sleeper, name: named("there"), endpointId: local, cpus: 0.5 });`);
    must(await site.stack.up());
    await site.server.stop();
    await new Promise<void>((resolve) =>
      listener.listen(Number(new URL(site.server.url).port), "127.0.0.1", resolve),
    );
  });

  afterAll(async () => {
    listener.closeAllConnections();
    await new Promise((resolve) => listener.close(resolve));
    await site[Symbol.asyncDispose]();
  });

  it("a preview succeeds and asks nothing", async () => {
    const { changes } = must(await site.stack.preview({ env: NO_CREDENTIALS }));
    expect(changes).toEqual({ same: 4 });
    expect(asked).toBe(0);
  });

  it("an `up` with nothing to change succeeds and asks nothing", async () => {
    const { changes } = must(await site.stack.up({ env: NO_CREDENTIALS, preview: true }));
    expect(changes).toEqual({ same: 4 });
    expect(asked).toBe(0);
  });

  it("a preview of changes succeeds and asks nothing", async () => {
    await site.write(`
const local = new portainer.Endpoint("local", { name: named("local"), url: "tcp://10.0.7.10:2375" });
new portainer.Container("here", { ...sleeper, name: named("here"), memory: "128m", image: otherImage });
new portainer.Container("new", { ...sleeper, name: named("new"), endpointId: local });`);
    const { changes } = must(await site.stack.preview({ env: NO_CREDENTIALS }));
    expect(changes).toEqual({ same: 1, update: 2, create: 1, delete: 1 });
    expect(asked).toBe(0);
  });
});
