import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { startTcpForwarder, startTlsForwarder } from "../support/engine-forwarders";
import { type Host, startHost } from "../support/host";
import { engineOrSkip, engineSocket, engineUrl } from "../support/needs";

/** The engine's containers, asked through the environment. */
async function containers(host: Host): Promise<unknown> {
  const { id } = host.stack.entry("edge");
  const answer = await fetch(`${host.server.url}/api/endpoints/${id}/docker/containers/json`, {
    headers: { "x-api-key": host.server.apiKey ?? "" },
  });
  return [answer.status, await answer.json()];
}

engineOrSkip()("an environment on a real engine", () => {
  let host: Host;
  beforeAll(async () => {
    host = await startHost();
  });
  beforeEach(() => host.reset());
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
  });

  test("is made on its socket, and its containers are there", async () => {
    expect(await host.stack.up("Endpoint", "edge", { url: engineUrl })).toBe("create");
    expect(await containers(host)).toEqual([200, expect.any(Array)]);
    await host.stack.refresh("edge");
    expect(await host.stack.up("Endpoint", "edge", { url: engineUrl })).toBe("same");
  });

  test("moves from the socket to TCP, to TLS and back, and stays the same engine under the same id", async () => {
    const { stack } = host;
    await using tcp = await startTcpForwarder(engineSocket);
    await using tls = await startTlsForwarder(engineSocket, { clientAuth: true });
    const { ca, client } = tls.certificates;
    await stack.up("Endpoint", "edge", { url: engineUrl });
    const { id } = stack.entry("edge");
    const { engineId } = stack.outputs("edge");
    const ways = [
      { url: tcp.url },
      { url: tls.url, tls: { caCert: ca, clientCert: client.cert, clientKey: client.key } },
      { url: engineUrl },
    ];
    for (const way of ways) {
      expect(await stack.up("Endpoint", "edge", way)).toBe("update");
      expect(stack.outputs("edge")).toMatchObject({ engineId, status: "up" });
      expect(await containers(host)).toEqual([200, expect.any(Array)]);
      expect(stack.entry("edge").id).toBe(id);
    }
  });

  test.each([
    [false, true],
    [true, false],
    [true, true],
  ])("is made over TLS with skipVerify %p and skipClientVerify %p", async (skipVerify, skipClientVerify) => {
    await using tls = await startTlsForwarder(engineSocket, { clientAuth: !skipClientVerify });
    const { ca, client } = tls.certificates;
    await host.stack.up("Endpoint", "edge", {
      url: tls.url,
      tls: {
        skipVerify,
        skipClientVerify,
        ...(!skipVerify && { caCert: ca }),
        ...(!skipClientVerify && { clientCert: client.cert, clientKey: client.key }),
      },
    });
    expect(await containers(host)).toEqual([200, expect.any(Array)]);
  });

  test("is refused over TLS with a certificate that the engine does not trust, and leaves nothing", async () => {
    await using tls = await startTlsForwarder(engineSocket, { clientAuth: true });
    const { ca, otherClient } = tls.certificates;
    await expect(
      host.stack.up("Endpoint", "edge", {
        url: tls.url,
        tls: { caCert: ca, clientCert: otherClient.cert, clientKey: otherClient.key },
        startupTimeout: 3,
      }),
    ).rejects.toThrow(/cannot reach the engine/);
    expect(host.stack.has("edge")).toBe(false);
  });
});
