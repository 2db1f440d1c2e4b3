import { createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { namesLike } from "../support/engine-api";
import { type Forwarder, startTcpForwarder } from "../support/engine-forwarders";
import { engineSocket } from "../support/needs";
import { openSite, type Site } from "../support/site";
import { must, stackOrSkip } from "../support/stack";

/** Somebody who takes connections at the engine's address and never says a word. */
async function startSilence(port: number): Promise<AsyncDisposable> {
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

stackOrSkip()("containers on an environment that cannot be reached", () => {
  let site: Site;
  let engine: Forwarder;
  let silence: AsyncDisposable;

  const declare = (more: string) => `
const edge = new portainer.Endpoint("edge", { name: named("edge"), url: config.get("edge") ?? process.env.EDGE });
for (const name of ["one", "two", "three", "four"]) {
  new portainer.Container(name, { ...sleeper, name: named(name), endpointId: edge, ${more} });
}`;

  beforeAll(async () => {
    engine = await startTcpForwarder(engineSocket);
    site = await openSite(declare(""));
    must(await site.stack.up({ env: { EDGE: engine.url } }));
    await engine[Symbol.asyncDispose]();
    silence = await startSilence(Number(new URL(engine.url).port));
  });

  afterAll(async () => {
    await silence[Symbol.asyncDispose]();
    await site[Symbol.asyncDispose]();
  });

  const containersInState = async () =>
    (await site.stack.state()).resources.filter(({ type }) => type.endsWith(":Container")).length;

  it("are asked for once, and fail within seconds", async () => {
    let output = "";
    const requests = await site.requestsOf(async () => {
      const result = await site.stack.refresh();
      expect(result.code).not.toBe(0);
      output = result.output;
    });
    expect(output).toMatch(/the engine of environment 2 cannot be reached[\s\S]*skipUnreachable/);
    expect(requests.filter((request) => request.includes("/docker/")).length).toBeLessThanOrEqual(2);
    expect(await containersInState()).toBe(4);
  });

  it("stay as they are at refresh and up with skipUnreachable", async () => {
    const env = { EDGE: engine.url, PORTAINER_SKIP_UNREACHABLE: "true" };
    const refreshed = must(await site.stack.refresh({ env }));
    expect(refreshed.diagnostics.join("\n")).toMatch(/one: warning: .*It is left as it was/);
    await site.write(declare("memory: '64m'"));
    const { diagnostics } = must(await site.stack.up({ env }));
    expect(diagnostics.join("\n")).toMatch(/one: warning: .*The change is left for later/);
    expect(must(await site.stack.preview({ env })).changes).toMatchObject({ update: 4 });
  });

  it("are forgotten by destroy with deleteUnreachable, and by nothing else", async () => {
    const refused = await site.stack.destroy();
    expect(refused.code).not.toBe(0);
    expect(await containersInState()).toBe(4);
    must(await site.stack.destroy({ env: { PORTAINER_DELETE_UNREACHABLE: "true" } }));
    expect((await site.stack.state()).resources).toEqual([]);
    expect(await namesLike(site.prefix)).toHaveLength(4);
  });
});
