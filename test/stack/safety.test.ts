import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { startServer } from "../../server";
import { engineApi, inspect, namesLike } from "../support/engine-api";
import { PASSWORD } from "../support/host";
import { engineUrl, testImage } from "../support/needs";
import { openSite, type Site } from "../support/site";
import { must, stackOrSkip } from "../support/stack";

/** Somebody who answers every request in the same way. */
async function startProxy(status: number, body: string, type: string) {
  const proxy = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { "content-type": type }).end(body);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

stackOrSkip()("at the wrong address", () => {
  let site: Site;

  beforeAll(async () => {
    site = await openSite(`
const local = new portainer.Endpoint("local", { name: named("local"), url: process.env.TEST_ENGINE });
new portainer.Container("one", { ...sleeper, name: named("one") });
new portainer.Container("two", { ...sleeper, name: named("two"), endpointId: local });`);
    must(await site.stack.up());
  });

  afterAll(async () => await site[Symbol.asyncDispose]());

  const expectRefusal = async (env: Record<string, string>, words: RegExp) => {
    const before = (await site.stack.state()).resources.map(({ urn, id, outputs }) => ({ urn, id, outputs }));
    for (const command of ["refresh", "destroy"] as const) {
      const { code, output } = await site.stack[command]({ env });
      expect(code).not.toBe(0);
      expect(output).toMatch(words);
      const after = (await site.stack.state()).resources.map(({ urn, id, outputs }) => ({
        urn,
        id,
        outputs,
      }));
      expect(after).toEqual(before);
    }
    for (const name of ["one", "two"]) {
      expect((await inspect(`${site.prefix}${name}`))?.State.Running).toBe(true);
    }
  };

  it("refuses where a wrong path answers 404 in text", async () => {
    await expectRefusal({ PORTAINER_URL: `${site.server.url}/portainer` }, /404/);
  });

  it("refuses where a proxy answers 404 in HTML", async () => {
    await using proxy = await startProxy(404, "<html>no such site</html>", "text/html");
    await expectRefusal({ PORTAINER_URL: proxy.url }, /404/);
  });

  it("refuses where a proxy answers 404 in JSON", async () => {
    await using proxy = await startProxy(404, '{"message":"not here"}', "application/json");
    await expectRefusal({ PORTAINER_URL: proxy.url }, /404|not here/);
  });

  it("refuses another server at the same address", async () => {
    const port = Number(new URL(site.server.url).port);
    await site.server.stop();
    await using other = await startServer({
      port,
      admin: { password: PASSWORD },
      engine: { url: engineUrl },
    });
    await expectRefusal(other.env, /is another server: this resource was made on Portainer/);
    expect(other.requests().filter(({ method }) => method !== "GET")).toEqual([]);
  });
});

stackOrSkip()("a name that looks like the beginning of an id", () => {
  it("never leads to the stranger with that id", async () => {
    await using site = await openSite("");
    const created = await engineApi("POST", `/containers/create?name=${site.prefix}stranger`, {
      Image: testImage,
      Cmd: ["sleep", "1000"],
      StopSignal: "SIGKILL",
    });
    const { Id } = created.body as unknown as { Id: string };
    await engineApi("POST", `/containers/${Id}/start`);
    const name = Id.slice(0, 4);
    await site.write(`new portainer.Container("web", { ...sleeper, name: "${name}" });`);

    must(await site.stack.up());
    const ours = String((await site.stack.state()).resource("web")?.outputs?.["containerId"]);
    expect(ours).not.toBe(Id);
    await engineApi("DELETE", `/containers/${ours}?force=1`);
    expect(must(await site.stack.refresh()).changes).toMatchObject({ delete: 1 });
    must(await site.stack.up());
    must(await site.stack.destroy());
    expect(await namesLike(name)).toEqual([]);

    expect(await inspect(Id)).toMatchObject({ Id, State: { Running: true } });
  });
});
