import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type RunningServer, type ServerOptions, startServer } from "../../server";
import { makeSelfSigned } from "../../server/https/self-signed";
import { type Certificates, makeCertificates } from "../support/certificates";
import { PASSWORD } from "./kit";

let certificates: Certificates;
let data: string;
beforeAll(async () => {
  certificates = await makeCertificates();
  data = await mkdtemp(join(tmpdir(), "https-"));
});
afterAll(() => rm(data, { recursive: true }));

const admin = { password: PASSWORD };
const start = (options: ServerOptions) => startServer({ admin, ...options });

/** Asks over HTTPS, trusting nobody but `ca`. */
function ask(url: string, ca: string, method = "GET", headers = {}, body = ""): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    request(url, { ca, method, headers, agent: false }, async (answer) =>
      resolve([answer.statusCode ?? 0, await text(answer)]),
    )
      .on("error", reject)
      .end(body);
  });
}

/** The fingerprint of the certificate that a new connection is shown. */
function shownBy(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: Number(new URL(url).port), host: "127.0.0.1", rejectUnauthorized: false });
    socket.on("error", reject).on("secureConnect", () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
  });
}

const change = (server: RunningServer, body: object) =>
  fetch(`${server.url}/api/ssl`, {
    method: "PUT",
    headers: { "x-api-key": server.apiKey ?? "" },
    body: JSON.stringify(body),
  });

const settings = async ({ url, apiKey = "" }: RunningServer): Promise<object> =>
  (await (await fetch(`${url}/api/ssl`, { headers: { "x-api-key": apiKey } })).json()) as object;

describe("a certificate that the server makes for itself", () => {
  const certificate = new X509Certificate(makeSelfSigned(new Date("2030-05-06T07:08:09Z")).cert);

  test("is for this machine", () => {
    expect(certificate.checkHost("localhost")).toBe("localhost");
    expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(certificate.checkIP("::1")).toBe("::1");
    expect(certificate.checkHost("example.com")).toBeUndefined();
  });

  test("is signed with its own key, and says so", () => {
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkIssued(certificate)).toBe(true);
    expect(certificate.ca).toBe(true);
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  });

  test("is valid from the day before for 800 days", () => {
    expect(new Date(certificate.validFrom)).toEqual(new Date("2030-05-05T07:08:09Z"));
    expect(new Date(certificate.validTo)).toEqual(new Date("2032-07-14T07:08:09Z"));
  });
});

test("serves HTTPS with the certificate that is given", async () => {
  await using server = await start({ https: certificates.server });
  expect(await ask(`${server.httpsUrl}/api/status`, certificates.ca)).toEqual([
    200,
    expect.stringContaining("InstanceID"),
  ]);
  expect(await settings(server)).toMatchObject({ selfSigned: false, httpEnabled: true });
});

test("refuses a certificate and a key that do not belong together, before it starts", async () => {
  const { server, client } = certificates;
  await expect(start({ https: { cert: server.cert, key: client.key } })).rejects.toThrow(
    "private key does not match public key",
  );
});

test("makes a certificate once, and keeps it in the data folder, the key for nobody else to read", async () => {
  const first = await start({ data, https: {} });
  const { certPath, keyPath, selfSigned } = (await settings(first)) as Record<string, string>;
  const cert = await readFile(certPath ?? "", "utf8");
  expect({ certPath, selfSigned }).toEqual({ certPath: join(data, "certs", "cert.pem"), selfSigned: true });
  expect((await stat(keyPath ?? "")).mode & 0o077).toBe(0);
  expect(await ask(`${first.httpsUrl}/api/status`, cert)).toEqual([
    200,
    expect.stringContaining("InstanceID"),
  ]);
  await first.stop();
  await using second = await start({ data, https: {} });
  expect(await ask(`${second.httpsUrl}/api/status`, cert)).toEqual([
    200,
    expect.stringContaining("InstanceID"),
  ]);
});

test("shows a changed certificate to the next connection, and after a restart", async () => {
  const own = await mkdtemp(join(tmpdir(), "https-"));
  const fingerprint = new X509Certificate(certificates.server.cert).fingerprint256;
  const { cert: Cert, key: Key } = certificates.server;
  const server = await start({ data: own, https: {} });
  const url = server.httpsUrl ?? "";
  expect(await shownBy(url)).not.toBe(fingerprint);
  expect((await change(server, { Cert, Key })).status).toBe(204);
  expect(await shownBy(url)).toBe(fingerprint);
  expect(await settings(server)).toMatchObject({ selfSigned: false, httpEnabled: true });
  await server.stop();
  await using again = await start({ data: own, https: {} });
  expect(await shownBy(again.httpsUrl ?? "")).toBe(fingerprint);
  await again.stop();
  await rm(own, { recursive: true });
});

test("keeps its certificate when the new one cannot be used", async () => {
  await using server = await start({ https: certificates.server });
  const before = await shownBy(server.httpsUrl ?? "");
  const { cert, key } = certificates.otherClient;
  const half = await change(server, { Cert: cert });
  expect([half.status, await half.json()]).toMatchObject([
    400,
    { details: "Both certificate and key files should be provided" },
  ]);
  for (const [Cert, Key] of [
    [cert, certificates.server.key],
    ["nonsense", key],
    ["", ""],
  ]) {
    const answer = await change(server, { Cert, Key });
    expect([answer.status, await answer.json()]).toMatchObject([
      500,
      { message: "Failed to save certificate" },
    ]);
  }
  expect(await shownBy(server.httpsUrl ?? "")).toBe(before);
});

test("turns HTTP off and on while it runs", async () => {
  await using server = await start({ https: certificates.server });
  const { url } = server;
  const headers = { "x-api-key": server.apiKey ?? "" };
  const off = await change(server, { HTTPEnabled: false });
  expect(off.status).toBe(204);
  // A client that went on with this connection would be reset.
  expect(off.headers.get("connection")).toBe("close");
  await expect(fetch(`${url}/api/status`)).rejects.toThrow();
  const https = `${server.httpsUrl}/api/ssl`;
  const [, shown] = await ask(https, certificates.ca, "GET", headers);
  expect(JSON.parse(shown)).toMatchObject({ httpEnabled: false });
  expect(await ask(https, certificates.ca, "PUT", headers, '{"HTTPEnabled":true}')).toEqual([204, ""]);
  expect((await fetch(`${url}/api/status`)).status).toBe(200);
});

test("does not turn HTTP off where it is all there is", async () => {
  await using server = await start({});
  expect((await change(server, { HTTPEnabled: false })).status).toBe(500);
  expect((await fetch(`${server.url}/api/status`)).status).toBe(200);
});

test("tells a certificate's key to nobody", async () => {
  await using server = await start({ https: certificates.server });
  const answer = JSON.stringify(await settings(server));
  expect(answer).not.toContain("PRIVATE");
});
