import { createServer as createPlainServer } from "node:net";
import { expect, test } from "@jest/globals";
import { type ClientOptions, ConnectionError, isConnectionError } from "../../../client";
import { diagnose } from "../../../client/hints";
import { makeCertificates } from "../../support/certificates";
import { always, connect, failure, listen, STATUS, serve } from "./kit";

async function interrupted(url: string, options: Partial<ClientOptions> = {}): Promise<ConnectionError> {
  await using client = connect(url, options);
  const error = await failure(client.status.get());
  if (!isConnectionError(error)) throw error;
  return error;
}

test("says that nothing listens", async () => {
  const { url, port } = await goneServer();
  const error = await interrupted(`${url}/sub`);
  expect(error).toBeInstanceOf(ConnectionError);
  expect(error).toMatchObject({ name: "ConnectionError", method: "GET", sent: false, code: "ECONNREFUSED" });
  expect(error.url).toBe(`${url}/sub/api/status`);
  expect(error.message).toBe(
    `GET ${url}/sub/api/status: the connection to 127.0.0.1:${port} was refused (ECONNREFUSED). Is Portainer running at 127.0.0.1:${port}?`,
  );
});

test("says so too of a name with several addresses", async () => {
  const { port } = await goneServer();
  expect(await interrupted(`http://localhost:${port}`)).toHaveProperty("code", "ECONNREFUSED");
});

test("says that a host is not known", async () => {
  const error = await interrupted("http://no-such-host.invalid");
  expect(error.message).toMatch(/the host no-such-host\.invalid is not known \((ENOTFOUND|EAI_AGAIN)\)/);
  expect(error.sent).toBe(false);
});

test("does not show the query", async () => {
  const { url } = await goneServer();
  await using client = connect(url);
  const error = await failure(client.endpoints.list({ query: { search: "s3cr3t" } }));
  expect(error.message).toContain(`GET ${url}/api/endpoints: `);
  expect(error.message).not.toContain("s3cr3t");
});

test("says that a certificate is not trusted, and what to give", async () => {
  const { server: identity } = await makeCertificates();
  await using server = await serve(always(200, STATUS), identity);

  const error = await interrupted(server.url);
  expect(error.sent).toBe(false);
  expect(error.message).toContain("the server's certificate is not trusted");
  expect(error.hint).toBe(
    "Give its authority, or the self-signed certificate itself, as caCert; skipVerify: true trusts any.",
  );
});

test("says that the server wants a client certificate", async () => {
  const { ca, server: identity } = await makeCertificates();
  await using server = await serve(always(200, STATUS), { ...identity, ca, requestCert: true });

  const error = await interrupted(server.url, { caCert: ca });
  expect(error.hint).toContain("a client certificate (clientCert, clientKey)");
});

test.each([
  ["CERT_HAS_EXPIRED", "the server's certificate has expired"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "the server's certificate is not for portainer.example:9443"],
  [
    "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
    "the server did not accept this client's certificate, or its lack of one",
  ],
  ["UND_ERR_CONNECT_TIMEOUT", "there was no connection to portainer.example:9443"],
  ["ENEW", "the system's own words"],
])("knows what %s means", (code, reason) => {
  const target = { host: "portainer.example:9443", isTls: true, timeout: 30 };
  expect(diagnose(code, "the system's own words", target).reason).toBe(reason);
});

test("says that the server does not speak TLS", async () => {
  await using server = await serve(always(200, STATUS));

  const error = await interrupted(server.url.replace("http:", "https:"));
  expect(error.message).toContain("the server does not speak TLS");
  expect(error.hint).toBe(`If it speaks plain HTTP there, the url is ${server.url}.`);
});

test("says that the answer is not HTTP", async () => {
  await using server = await listen(createPlainServer((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n")));

  const error = await interrupted(server.url);
  expect(error.message).toContain("the answer is not HTTP");
});

test("is recognised although another copy of the package made it", () => {
  const foreign = Object.create(Error.prototype, {
    [Symbol.for("pulumi-portainer.ConnectionError")]: { value: true },
  });
  expect(isConnectionError(foreign)).toBe(true);
  expect([new Error("x"), undefined, "x"].some(isConnectionError)).toBe(false);
});

async function goneServer(): Promise<{ url: string; port: number }> {
  await using server = await serve(always(200));
  return { url: server.url, port: server.port };
}
