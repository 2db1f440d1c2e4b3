import { createServer } from "node:http";
import { connect as dial } from "node:net";
import { afterEach, expect, test } from "@jest/globals";
import { makeCertificates } from "../../support/certificates";
import { type Answer, always, connect, failure, json, listen, STATUS, serve, type TestServer } from "./kit";

const PROXY_VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];
const before = { ...process.env };

afterEach(() => {
  for (const name of PROXY_VARIABLES) delete process.env[name];
  Object.assign(process.env, before);
});

/** Answers after a while, and counts how many requests were under way at once. */
function slowly(): { answer: Answer; most: () => number } {
  let now = 0;
  let most = 0;
  const answer: Answer = (response) => {
    now += 1;
    most = Math.max(most, now);
    setTimeout(() => {
      now -= 1;
      json(response, 200, STATUS);
    }, 30);
  };
  return { answer, most: () => most };
}

test("keeps connections for the next calls", async () => {
  await using server = await serve(always(200, STATUS));
  await using client = connect(server.url);

  for (let count = 0; count < 20; count += 1) await client.status.get();
  // A second one is opened when a call begins in the very moment in which the last one ends.
  expect(server.connections()).toBeLessThanOrEqual(2);
});

test.each([
  [undefined, 8],
  [2, 2],
])("with concurrency %s has %i requests under way at once", async (concurrency, limit) => {
  const { answer, most } = slowly();
  await using server = await serve(answer);
  await using client = connect(server.url, { concurrency });

  await Promise.all(Array.from({ length: 24 }, () => client.status.get()));
  expect(most()).toBe(limit);
  expect(server.connections()).toBe(limit);
});

test("trusts the authority that is given", async () => {
  const { ca, server: identity } = await makeCertificates();
  await using server = await serve(always(200, STATUS), identity);
  await using client = connect(server.url, { caCert: ca });

  expect(await client.status.get()).toEqual(STATUS);
});

test("trusts any certificate with skipVerify", async () => {
  const { server: identity } = await makeCertificates();
  await using server = await serve(always(200, STATUS), identity);
  await using client = connect(server.url, { skipVerify: true });

  expect(await client.status.get()).toEqual(STATUS);
});

test("shows its own certificate", async () => {
  const { ca, server: identity, client: own } = await makeCertificates();
  await using server = await serve(always(200, STATUS), { ...identity, ca, requestCert: true });
  await using client = connect(server.url, { caCert: ca, clientCert: own.cert, clientKey: own.key });

  expect(await client.status.get()).toEqual(STATUS);
});

/** A proxy for both kinds of request, that remembers what it was asked for. */
async function startProxy(): Promise<TestServer & { asked: string[] }> {
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    json(response, 200, STATUS);
  });
  proxy.on("connect", (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    const [host = "", port] = (request.url ?? "").split(":");
    const onward = dial(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [onward, socket]) end.on("error", () => {});
    socket.on("close", () => onward.destroy());
  });
  return Object.assign(await listen(proxy), { asked });
}

test("goes through HTTP_PROXY to a plain server", async () => {
  await using proxy = await startProxy();
  process.env["HTTP_PROXY"] = proxy.url;
  await using client = connect("http://portainer.invalid:9000");

  expect(await client.status.get()).toEqual(STATUS);
  expect(proxy.asked).toEqual(["GET http://portainer.invalid:9000/api/status"]);
});

test("keeps its concurrency through HTTP_PROXY", async () => {
  await using proxy = await startProxy();
  process.env["HTTP_PROXY"] = proxy.url;
  await using client = connect("http://portainer.invalid:9000", { concurrency: 2 });

  await Promise.all(Array.from({ length: 12 }, () => client.status.get()));
  expect(proxy.connections()).toBe(2);
});

test("goes through HTTPS_PROXY to a TLS server, and checks that one", async () => {
  const { ca, otherCa, server: identity, client: own } = await makeCertificates();
  await using server = await serve(always(200, STATUS), { ...identity, ca, requestCert: true });
  await using proxy = await startProxy();
  process.env["HTTPS_PROXY"] = proxy.url;
  const keyPair = { clientCert: own.cert, clientKey: own.key };
  await using trusting = connect(server.url, { caCert: ca, ...keyPair });
  await using doubting = connect(server.url, { caCert: otherCa, ...keyPair });

  expect(await trusting.status.get()).toEqual(STATUS);
  expect((await failure(doubting.status.get())).message).toContain("certificate is not trusted");
  expect(proxy.asked[0]).toBe(`CONNECT 127.0.0.1:${server.port}`);
});

test("reaches a host that NO_PROXY lists directly", async () => {
  await using server = await serve(always(200, STATUS));
  await using proxy = await startProxy();
  process.env["HTTP_PROXY"] = proxy.url;
  process.env["NO_PROXY"] = "127.0.0.1";
  await using client = connect(server.url);

  expect(await client.status.get()).toEqual(STATUS);
  expect(proxy.asked).toEqual([]);
});

test("says that a proxy did not let it through", async () => {
  const refusing = createServer();
  refusing.on("connect", (_, socket) => socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"));
  await using proxy = await listen(refusing);
  process.env["HTTPS_PROXY"] = proxy.url.replace("http://", "http://ada:hunter2@");
  await using client = connect("https://portainer.invalid");

  const { message } = await failure(client.tags.create({ body: { Name: "prod" } }));
  expect(message).toContain("the proxy that HTTPS_PROXY or HTTP_PROXY names did not connect");
  expect(message).not.toContain("hunter2");
});
