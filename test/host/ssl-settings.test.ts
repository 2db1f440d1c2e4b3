import { connect } from "node:tls";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { Agent, request } from "undici";
import { type Certificates, makeCertificates } from "../support/certificates";
import { type Host, PASSWORD, startHost } from "../support/host";

let certificates: Certificates;
let other: Certificates;
let host: Host;

beforeAll(async () => {
  [certificates, other] = await Promise.all([makeCertificates(), makeCertificates()]);
});
beforeEach(async () => {
  host = await startHost({ https: certificates.server, settings: { username: "admin", password: PASSWORD } });
});
afterEach(async () => {
  await host[Symbol.asyncDispose]();
});

const up = (inputs: object) => host.stack.up("SslSettings", "it", { ...inputs });

/** Whether a client that trusts this authority accepts the server's certificate. */
const isTrustedBy = async (ca: string): Promise<boolean> =>
  await new Promise((resolve, reject) => {
    const { hostname, port } = new URL(host.server.httpsUrl ?? "");
    const socket = connect({ host: hostname, port: Number(port), ca, rejectUnauthorized: false }, () => {
      resolve(socket.authorized);
      socket.destroy();
    });
    socket.once("error", reject);
  });

const requests = async (work: () => Promise<unknown>): Promise<string[]> => {
  const before = host.server.requests().length;
  await work();
  const asked = host.server.requests().slice(before);
  return asked.filter(({ path }) => path === "/api/ssl").map(({ method }) => method);
};

const overHttps = () =>
  host.switchTo({
    url: host.server.httpsUrl ?? "",
    caCert: certificates.ca,
    username: "admin",
    password: PASSWORD,
  });

describe("SslSettings", () => {
  test("serve another certificate without a restart, and are the same in any spelling of PEM", async () => {
    expect(await isTrustedBy(certificates.ca)).toBe(true);
    expect(await requests(() => up(other.server))).toEqual(["GET", "PUT"]);
    expect(await isTrustedBy(other.ca)).toBe(true);
    const respelled = { ...other.server, cert: `# ours\r\n${other.server.cert.replaceAll("\n", "\r\n")}` };
    expect(await requests(() => up(respelled))).toEqual([]);
    expect(await requests(() => host.stack.refresh("it"))).toEqual(["GET"]);
    expect(await up(other.server)).toBe("same");
  });

  test("rotate a certificate with its key", async () => {
    await up(certificates.server);
    expect(await up(other.server)).toBe("update");
    expect(await isTrustedBy(other.ca)).toBe(true);
    await host.stack.destroy("it");
    expect(await isTrustedBy(other.ca)).toBe(true);
    await host.heard("it", /cert and key stay on the server as last set/);
  });

  test("do not end the connection that they are made by", async () => {
    await expect(up({ httpEnabled: false })).rejects.toThrow(
      /would end this program's own connection, http:/,
    );
    expect((await fetch(`${host.server.url}/api/system/status`)).status).toBe(200);
  });

  test("end HTTP over HTTPS, and put it back", async () => {
    const httpUrl = host.server.url;
    await using _run = await overHttps();
    expect(await up({ httpEnabled: false })).toBe("create");
    await expect(fetch(httpUrl)).rejects.toMatchObject({ message: "fetch failed" });
    expect(await host.stack.refresh("it")).toBe(true);
    expect(await up({ httpEnabled: false })).toBe("same");
    await host.stack.destroy("it");
    expect((await fetch(`${httpUrl}/api/system/status`)).status).toBe(200);
  });

  test("that somebody else changed are found and put right", async () => {
    await up({ httpEnabled: true });
    await using _run = await overHttps();
    const dispatcher = new Agent({ connect: { ca: certificates.ca } });
    await request(`${host.server.httpsUrl}/api/ssl`, {
      method: "PUT",
      headers: { "x-api-key": host.server.apiKey ?? "" },
      body: JSON.stringify({ HTTPEnabled: false }),
      dispatcher,
    });
    await dispatcher.close();
    await host.stack.refresh("it");
    expect(host.stack.entry("it").inputs).toMatchObject({ httpEnabled: false });
    expect(await up({ httpEnabled: true })).toBe("update");
    expect((await fetch(`${host.server.url}/api/system/status`)).status).toBe(200);
  });

  test.each<[string, () => object, RegExp]>([
    ["a path for a certificate", () => ({ cert: "./portainer.pem", key: "x" }), /looks like a path/],
    ["a certificate alone", () => ({ cert: certificates.server.cert }), /`cert` needs `key`/],
    ["a key alone", () => ({ key: certificates.server.key }), /`key` needs `cert`/],
    [
      "the key of another certificate",
      () => ({ cert: certificates.server.cert, key: other.server.key }),
      /is not the key of `cert`/,
    ],
  ])("refuse %s, with no request", async (_name, inputs, refusal) => {
    expect(await requests(() => expect(up(inputs())).rejects.toThrow(refusal))).toEqual([]);
  });

  test("are refused to a standard user in one sentence", async () => {
    await fetch(`${host.server.url}/api/users`, {
      method: "POST",
      headers: { "x-api-key": host.server.apiKey ?? "" },
      body: JSON.stringify({ Username: "alice", Password: PASSWORD, Role: 2 }),
    });
    await using _run = await host.switchTo({ username: "alice", password: PASSWORD });
    await expect(up({ httpEnabled: true })).rejects.toThrow(/administrator/);
  });

  test("are read whole by `get`", async () => {
    expect(await host.stack.get("SslSettings", "found", "ssl")).toMatchObject({ httpEnabled: true });
  });
});
