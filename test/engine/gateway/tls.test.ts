import { describe, expect, jest, test } from "@jest/globals";
import { startTcpForwarder, startTlsForwarder } from "../../support/engine-forwarders";
import { startGateway } from "../../support/gateway";
import { engineOrSkip, engineSocket } from "../../support/needs";

jest.setTimeout(30_000);

engineOrSkip()("an engine behind TLS", () => {
  describe.each([true, false])("that asks for a client certificate: %p", (clientAuth) => {
    test.each([
      { given: "CA and client certificate", ca: true, client: true, skipVerify: false, works: true },
      { given: "CA only", ca: true, client: false, skipVerify: false, works: !clientAuth },
      {
        given: "client certificate, no check of the server",
        ca: false,
        client: true,
        skipVerify: true,
        works: true,
      },
      { given: "no check of the server", ca: false, client: false, skipVerify: true, works: !clientAuth },
      { given: "client certificate, no CA", ca: false, client: true, skipVerify: false, works: false },
      { given: "a wrong CA", ca: "other", client: true, skipVerify: false, works: false },
      {
        given: "a wrong CA, no check of the server",
        ca: "other",
        client: true,
        skipVerify: true,
        works: true,
      },
      {
        given: "somebody else's certificate",
        ca: true,
        client: "other",
        skipVerify: false,
        works: !clientAuth,
      },
    ])("with $given works: $works", async ({ ca, client, skipVerify, works }) => {
      await using forwarder = await startTlsForwarder(engineSocket, { clientAuth });
      const certificates = forwarder.certificates;
      const identity = client === "other" ? certificates.otherClient : certificates.client;
      const tls = {
        ...(ca && { ca: ca === "other" ? certificates.otherCa : certificates.ca }),
        ...(client && identity),
        skipVerify,
      };
      await using gateway = await startGateway({ url: forwarder.url, tls });
      const response = await fetch(`${gateway.url}/_ping`, { headers: { "X-API-Key": "admin" } });
      expect(response.status).toBe(works ? 200 : 502);
      const probed = gateway.gateway.probe(gateway.environment);
      if (works) expect(await probed).toMatchObject({ DockerVersion: expect.any(String) });
      else await expect(probed).rejects.toThrow();
      if (!works) expect((await response.json()) as object).toMatchObject({ details: expect.any(String) });
    });
  });

  test("that changes its certificates is reached with the new ones at once", async () => {
    await using old = await startTlsForwarder(engineSocket, { clientAuth: true });
    await using renewed = await startTlsForwarder(engineSocket, { clientAuth: true });
    const tlsOf = ({ certificates: { ca, client } }: typeof old) => ({ ca, ...client, skipVerify: false });
    await using gateway = await startGateway({ url: old.url, tls: tlsOf(old) });
    const ping = async () =>
      (await fetch(`${gateway.url}/_ping`, { headers: { "X-API-Key": "admin" } })).status;
    expect(await ping()).toBe(200);
    Object.assign(gateway.environment, { url: renewed.url });
    expect(await ping()).toBe(502);
    Object.assign(gateway.environment, { tls: tlsOf(renewed) });
    expect(await ping()).toBe(200);
  });

  test("is an error where the environment does not speak TLS, and the reverse", async () => {
    await using forwarder = await startTlsForwarder(engineSocket, { clientAuth: false });
    await using plain = await startTcpForwarder(engineSocket);
    const withTls = { url: plain.url, tls: { skipVerify: true } };
    for (const environment of [{ url: forwarder.url }, withTls]) {
      await using gateway = await startGateway(environment);
      await expect(gateway.gateway.probe(gateway.environment)).rejects.toThrow();
    }
  });
});
