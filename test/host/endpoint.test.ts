import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type Certificates, makeCertificates } from "../support/certificates";
import { type Host, PASSWORD, startHost } from "../support/host";
import { conceal, isSecret } from "../support/secrets";
import { startTinyEngine, type TinyEngine } from "../support/tiny-engine";

let host: Host;
let engine: TinyEngine;
let secured: TinyEngine;
let pem: Certificates;

beforeAll(async () => {
  host = await startHost();
  engine = await startTinyEngine();
  pem = await makeCertificates();
  secured = await startTinyEngine({ certificates: pem, clientAuth: true });
});
beforeEach(() => host.reset());
afterAll(async () => {
  await host[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  await secured[Symbol.asyncDispose]();
});

const tls = () => ({ caCert: pem.ca, clientCert: pem.client.cert, clientKey: pem.client.key });

/** An operation of the API, by somebody else. */
async function api(method: string, path: string, body?: unknown): Promise<never> {
  const answer = await fetch(`${host.server.url}/api${path}`, {
    method,
    headers: { "x-api-key": host.server.apiKey ?? "" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return (await answer.json().catch(() => undefined)) as never;
}
interface Environment {
  readonly Id: number;
  readonly Name: string;
  readonly [key: string]: unknown;
}
const environments = (): Promise<Environment[]> => api("GET", "/endpoints");
const environment = (id: string): Promise<Environment> => api("GET", `/endpoints/${id}`);

const writes = () =>
  host.server
    .requests()
    .filter(({ method, path }) => method !== "GET" && path !== "/api/auth")
    .map(({ method, path }) => `${method} ${path.replace("/api", "")}`);

describe("an environment", () => {
  test.each([
    { publicUrl: "" },
    { tagIds: [] },
    { access: {} },
    { access: { users: [], teams: [] } },
    { security: {} },
  ])("with %j, an empty value, settles", async (empty) => {
    const { stack } = host;
    const args = { url: engine.url, ...empty };
    await stack.up("Endpoint", "edge-1", args);
    await stack.refresh("edge-1");
    expect(await stack.up("Endpoint", "edge-1", args)).toBe("same");
  });

  test("is made, is up, and goes again", async () => {
    const { stack } = host;
    expect(await stack.up("Endpoint", "edge-1", { url: engine.url })).toBe("create");
    const { id } = stack.entry("edge-1");
    expect(stack.outputs("edge-1")).toMatchObject({
      name: "edge-1",
      type: "docker",
      url: engine.url,
      endpointId: Number(id),
      status: "up",
      engineId: engine.id,
      tlsFingerprints: {},
      instanceId: expect.any(String),
    });
    expect(await environments()).toMatchObject([{ Id: Number(id), Name: "edge-1", URL: engine.url }]);
    await stack.destroy("edge-1");
    expect(await environments()).toEqual([]);
  });

  test("takes three requests to make, besides what is asked once", async () => {
    const { stack, server } = host;
    await stack.up("Endpoint", "edge-1", { url: engine.url });
    const asked = server.requests().map(({ method, path }) => `${method} ${path}`);
    expect(asked.filter((line) => !/auth|status|version/.test(line))).toEqual([
      "GET /api/endpoints",
      "POST /api/endpoints",
      expect.stringMatching(/GET .*docker\/v1.41\/info/),
    ]);
  });

  test("shows no difference, and asks nothing, when nothing has changed", async () => {
    const { stack, server } = host;
    const args = { url: engine.url, groupId: "1", tagIds: [], publicUrl: "", access: { users: ["admin"] } };
    await stack.up("Endpoint", "edge-1", args);
    const asked = server.requests().length;
    expect(await stack.up("Endpoint", "edge-1", { ...args, groupId: 1, startupTimeout: "2m" })).toBe("same");
    expect(server.requests()).toHaveLength(asked);
    expect(await stack.refresh("edge-1")).toBe(true);
    expect(await stack.up("Endpoint", "edge-1", args)).toBe("same");
  });

  test("is changed in place: name, public url, group, tags, access and security", async () => {
    const { stack } = host;
    const { ID: tag } = await api("POST", "/tags", { name: "eu" });
    const { Id: group } = await api("POST", "/endpoint_groups", { Name: "shops" });
    const { Id: alice } = await api("POST", "/users", {
      Username: "alice",
      Password: "alice-in-a-hurry",
      Role: 2,
    });
    const { Id: team } = await api("POST", "/teams", { Name: "Ops" });
    await stack.up("Endpoint", "edge-1", { url: engine.url });
    const { id } = stack.entry("edge-1");
    const args = {
      name: "edge-one",
      url: engine.url,
      publicUrl: "shop.example.com",
      groupId: group,
      tagIds: [tag],
      access: { users: ["Alice"], teams: [team] },
      security: { allowPrivilegedModeForRegularUsers: false },
    };
    expect(await stack.up("Endpoint", "edge-1", args)).toBe("update");
    expect(stack.entry("edge-1").id).toBe(id);
    expect(await environment(id)).toMatchObject({
      Name: "edge-one",
      PublicURL: "shop.example.com",
      GroupId: group,
      TagIds: [tag],
      UserAccessPolicies: { [alice]: {} },
      TeamAccessPolicies: { [team]: {} },
      SecuritySettings: { allowPrivilegedModeForRegularUsers: false, allowBindMountsForRegularUsers: true },
    });
    expect(await stack.refresh("edge-1")).toBe(true);
    expect(await stack.up("Endpoint", "edge-1", args)).toBe("same");

    expect(await stack.up("Endpoint", "edge-1", { url: engine.url })).toBe("update");
    expect(await environment(id)).toMatchObject({
      Name: "edge-1",
      PublicURL: "",
      GroupId: 1,
      TagIds: [],
      UserAccessPolicies: {},
      TeamAccessPolicies: {},
      SecuritySettings: { allowPrivilegedModeForRegularUsers: true },
    });
  });

  test("shows what was changed outside, and is healed by the next up", async () => {
    const { stack } = host;
    const { Id: alice } = await api("POST", "/users", {
      Username: "alice",
      Password: "alice-in-a-hurry",
      Role: 2,
    });
    const args = { url: engine.url, publicUrl: "a.example.com", access: { users: [] } };
    await stack.up("Endpoint", "edge-1", args);
    const { id } = stack.entry("edge-1");
    await api("PUT", `/endpoints/${id}`, {
      PublicURL: "b.example.com",
      UserAccessPolicies: { [alice]: {} },
      TeamAccessPolicies: { 7: {} },
    });
    await stack.refresh("edge-1");
    expect(stack.entry("edge-1").inputs).toMatchObject({
      publicUrl: "b.example.com",
      access: { users: [alice] },
    });
    expect(await stack.up("Endpoint", "edge-1", args)).toBe("update");
    expect(await environment(id)).toMatchObject({
      PublicURL: "a.example.com",
      UserAccessPolicies: {},
      TeamAccessPolicies: { 7: {} },
    });
  });

  test("does not look at what the program leaves out", async () => {
    const { stack } = host;
    await stack.up("Endpoint", "edge-1", { url: engine.url });
    const { id } = stack.entry("edge-1");
    await api("PUT", `/endpoints/${id}`, { PublicURL: "b.example.com", UserAccessPolicies: { 1: {} } });
    await api("PUT", `/endpoints/${id}/settings`, { allowBindMountsForRegularUsers: false });
    await stack.refresh("edge-1");
    expect(await stack.up("Endpoint", "edge-1", { url: engine.url })).toBe("same");
  });

  test("that was deleted outside is noticed, and made anew", async () => {
    const { stack } = host;
    await stack.up("Endpoint", "edge-1", { url: engine.url });
    await api("DELETE", `/endpoints/${stack.entry("edge-1").id}`);
    expect(await stack.refresh("edge-1")).toBe(false);
    expect(await stack.up("Endpoint", "edge-1", { url: engine.url })).toBe("create");
    await api("DELETE", `/endpoints/${stack.entry("edge-1").id}`);
    await stack.destroy("edge-1");
  });

  test("that was deleted outside cannot be changed, and the error says what helps", async () => {
    const { stack } = host;
    await stack.up("Endpoint", "edge-1", { url: engine.url });
    await api("DELETE", `/endpoints/${stack.entry("edge-1").id}`);
    await expect(stack.up("Endpoint", "edge-1", { url: engine.url, publicUrl: "x" })).rejects.toThrow(
      /is gone.*pulumi refresh/,
    );
  });

  test("moves to TLS and back in place", async () => {
    const { stack } = host;
    await stack.up("Endpoint", "edge-1", { url: engine.url });
    const { id } = stack.entry("edge-1");
    expect(await stack.up("Endpoint", "edge-1", { url: secured.url, tls: tls() })).toBe("update");
    expect(stack.entry("edge-1").id).toBe(id);
    expect(stack.outputs("edge-1")).toMatchObject({ engineId: secured.id, status: "up" });
    expect(await host.heard("edge-1", /another engine/)).toMatchObject({ severity: "warning" });
    expect(await stack.up("Endpoint", "edge-1", { url: engine.url })).toBe("update");
    expect(await environment(id)).toMatchObject({ URL: engine.url, TLSConfig: { TLS: false } });
    expect(stack.outputs("edge-1")).toMatchObject({ engineId: engine.id, tlsFingerprints: {} });
  });

  test("is replaced for another type, and the preview says what that means", async () => {
    const { stack } = host;
    await stack.up("Endpoint", "edge-1", { url: engine.url });
    expect(await stack.preview("Endpoint", "edge-1", { url: engine.url, type: "agent" })).toBe("replace");
    await host.heard("edge-1", /changing `type` replaces the environment/);
    const { id } = stack.entry("edge-1");
    expect(await stack.up("Endpoint", "edge-1", { url: engine.url, containerEngine: "docker" })).toBe(
      "replace",
    );
    expect(stack.entry("edge-1").id).not.toBe(id);
  });

  test("is read by its id in another program", async () => {
    const { stack } = host;
    await stack.up("Endpoint", "edge-1", { url: engine.url, publicUrl: "a.example.com" });
    const { id } = stack.entry("edge-1");
    expect(await stack.get("Endpoint", "same", id)).toMatchObject({
      name: "edge-1",
      url: engine.url,
      publicUrl: "a.example.com",
      groupId: 1,
      tagIds: [],
      endpointId: Number(id),
      engineId: engine.id,
    });
    await expect(stack.get("Endpoint", "none", "77")).rejects.toThrow(/there is no Endpoint "77"/);
    await expect(stack.get("Endpoint", "none", "edge-1")).rejects.toThrow(/looked up by its id/);
  });
});

describe("TLS", () => {
  test.each([
    { skipVerify: undefined, skipClientVerify: undefined },
    { skipVerify: true, skipClientVerify: false },
    { skipVerify: false, skipClientVerify: true },
    { skipVerify: true, skipClientVerify: true },
  ])("with %p works, shows no difference later, and is kept secret", async (flags) => {
    const { stack } = host;
    await using open = await startTinyEngine({ certificates: pem });
    const target = flags.skipClientVerify ? open : secured;
    const files = {
      ...(!flags.skipVerify && { caCert: pem.ca }),
      ...(!flags.skipClientVerify && { clientCert: pem.client.cert, clientKey: pem.client.key }),
    };
    const args = { url: target.url, tls: { ...flags, ...files } };
    await stack.up("Endpoint", "edge-1", args);
    await stack.refresh("edge-1");
    expect(await stack.up("Endpoint", "edge-1", args)).toBe("same");
    expect(Object.keys(stack.outputs("edge-1")["tlsFingerprints"] as object).sort()).toEqual([
      ...(flags.skipVerify ? [] : ["ca"]),
      ...(flags.skipClientVerify ? [] : ["cert", "key"]),
    ]);
    for (const properties of [stack.entry("edge-1").inputs, stack.entry("edge-1").outputs]) {
      expect(JSON.stringify(conceal(properties))).not.toContain("BEGIN");
    }
  });

  test("marks each file as secret, and only the files", async () => {
    const { stack } = host;
    await stack.up("Endpoint", "edge-1", { url: secured.url, tls: { ...tls(), skipVerify: false } });
    const { tls: stored } = stack.entry("edge-1").outputs as { tls: Record<string, unknown> };
    expect(
      Object.entries(stored)
        .filter(([, value]) => isSecret(value))
        .map(([key]) => key)
        .sort(),
    ).toEqual(["caCert", "clientCert", "clientKey"]);
  });

  test("does not care how PEM is written", async () => {
    const { stack, server } = host;
    await stack.up("Endpoint", "edge-1", { url: secured.url, tls: tls() });
    const asked = server.requests().length;
    const windows = Object.fromEntries(
      Object.entries(tls()).map(([key, text]) => [key, `\n  ${text.replaceAll("\n", "\r\n  ")}\r\n`]),
    );
    expect(await stack.up("Endpoint", "edge-1", { url: secured.url, tls: windows })).toBe("same");
    expect(server.requests()).toHaveLength(asked);
  });

  test("is rotated in place, sending only the files that are new", async () => {
    const { stack } = host;
    await stack.up("Endpoint", "edge-1", { url: secured.url, tls: tls() });
    await using next = await startTinyEngine({
      certificates: { ...pem, ca: `${pem.ca}\n${pem.otherCa}` },
      clientAuth: true,
    });
    const { id } = stack.entry("edge-1");
    const rotated = { ...tls(), clientCert: pem.otherClient.cert, clientKey: pem.otherClient.key };
    const before = writes().length;
    expect(await stack.up("Endpoint", "edge-1", { url: next.url, tls: rotated })).toBe("update");
    expect(writes().slice(before)).toEqual([
      "POST /upload/tls/cert",
      "POST /upload/tls/key",
      `PUT /endpoints/${id}`,
      `POST /endpoints/${id}/snapshot`,
    ]);
    expect(stack.outputs("edge-1")["engineId"]).toBe(next.id);
  });

  test("that was switched off outside is drift, and all files are sent again", async () => {
    const { stack } = host;
    const args = { url: secured.url, tls: tls() };
    await stack.up("Endpoint", "edge-1", args);
    const { id } = stack.entry("edge-1");
    await api("PUT", `/endpoints/${id}`, { TLS: false, URL: secured.url });
    await stack.refresh("edge-1");
    expect(stack.entry("edge-1").inputs["tls"]).toBeUndefined();
    const before = writes().length;
    expect(await stack.up("Endpoint", "edge-1", args)).toBe("update");
    expect(
      writes()
        .slice(before)
        .filter((line) => line.includes("upload")),
    ).toHaveLength(3);
    expect(stack.outputs("edge-1")["status"]).toBe("up");
  });

  test.each<[string, () => Record<string, unknown>, RegExp]>([
    [
      "of another authority",
      () => ({ url: secured.url, tls: { ...tls(), caCert: pem.otherCa } }),
      /Self-signed certificate in certificate chain\. Is `tls\.caCert` the authority/,
    ],
    [
      "for an engine without TLS",
      () => ({ url: engine.url, tls: tls() }),
      /: wrong version number\. What answers there speaks no TLS: leave `tls` out/,
    ],
    [
      "without a certificate for the engine",
      () => ({ url: secured.url, tls: { caCert: pem.ca, skipClientVerify: true } }),
      /certificate required \(SSL alert number 116\)\. The engine refuses the certificate that Portainer shows/,
    ],
  ])("%s fails at once, naming what to look at, and leaves nothing", async (_what, args, said) => {
    const { stack } = host;
    const error = await stack.up("Endpoint", "edge-1", args()).catch((reason: Error) => reason);
    expect(error).toMatchObject({ message: expect.stringMatching(said) });
    expect(error).toMatchObject({ message: expect.stringMatching(/\w[.?] No environment was created\./) });
    expect(await environments()).toEqual([]);
    expect(writes().filter((line) => line === "POST /endpoints")).toHaveLength(1);
  });

  test("with a client certificate of another authority is told from a host that is down", async () => {
    const foreign = { ...tls(), clientCert: pem.otherClient.cert, clientKey: pem.otherClient.key };
    await expect(
      host.stack.up("Endpoint", "edge-1", { url: secured.url, tls: foreign, startupTimeout: 1 }),
    ).rejects.toThrow(/Socket hang up\. An engine that does not trust `tls\.clientCert` closes/);
  });

  test("that does not fit is put back, and says so at once", async () => {
    const { stack } = host;
    const args = { url: secured.url, tls: tls() };
    await stack.up("Endpoint", "edge-1", args);
    await expect(
      stack.up("Endpoint", "edge-1", { ...args, publicUrl: "p", tls: { ...tls(), caCert: pem.otherCa } }),
    ).rejects.toThrow(
      /this update has changed `tls`, and with that the engine does not answer: .*Is `tls\.caCert` the authority .* The settings from before were put back\./,
    );
    expect(stack.outputs("edge-1")).toMatchObject({ publicUrl: "p", engineId: secured.id });
    await stack.refresh("edge-1");
    const before = writes().length;
    expect(await stack.up("Endpoint", "edge-1", { ...args, publicUrl: "p" })).not.toBe("replace");
    expect(
      writes()
        .slice(before)
        .filter((line) => line.includes("upload")),
    ).toEqual([]);
    expect(stack.outputs("edge-1")).toMatchObject({ status: "up", engineId: secured.id });
  });

  test("that is switched on for an engine without it is switched off again", async () => {
    const { stack } = host;
    await stack.up("Endpoint", "edge-1", { url: engine.url });
    await expect(stack.up("Endpoint", "edge-1", { url: engine.url, tls: tls() })).rejects.toThrow(
      /speaks no TLS.* The settings from before were put back\./,
    );
    const { id } = stack.entry("edge-1");
    expect(await environment(id)).toMatchObject({ TLSConfig: { TLS: false } });
    expect(stack.outputs("edge-1")["tls"]).toBeUndefined();
  });
});

describe("an engine that cannot be reached", () => {
  test("is waited for, with progress", async () => {
    const { stack } = host;
    await using probe = await startTinyEngine();
    const { url } = probe;
    await probe[Symbol.asyncDispose]();
    const coming = stack.up("Endpoint", "edge-1", { url });
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await using _late = await startTinyEngine({ port: Number(new URL(url).port) });
    expect(await coming).toBe("create");
    expect(await host.heard("edge-1", /waiting for the engine at tcp/)).toMatchObject({ ephemeral: true });
  });

  test("is an error in the end, and nothing is left over", async () => {
    const { stack } = host;
    await expect(
      stack.up("Endpoint", "edge-1", { url: "tcp://127.0.0.1:1", startupTimeout: "3s" }),
    ).rejects.toThrow(
      /Portainer cannot reach the engine at tcp:\/\/127\.0\.0\.1:1: .*\. Does the engine listen there, .* reach it\? No environment was created\./,
    );
    // Each attempt takes an id of the server.
    expect(writes().filter((line) => line === "POST /endpoints").length).toBeLessThanOrEqual(4);
    expect(await environments()).toEqual([]);
    expect(stack.has("edge-1")).toBe(false);
  });

  test("over a socket is not looked for on the network", async () => {
    await expect(
      host.stack.up("Endpoint", "edge-1", { url: "unix:///no/such.sock", startupTimeout: 1 }),
    ).rejects.toThrow(/ENOENT .*\. The socket must be one on the machine of the Portainer server, .*\. No/);
  });

  test("after a change leaves what is true, and the next up goes on", async () => {
    const { stack } = host;
    await stack.up("Endpoint", "edge-1", { url: engine.url });
    await expect(
      stack.up("Endpoint", "edge-1", { url: "tcp://127.0.0.1:1", startupTimeout: 1 }),
    ).rejects.toThrow(/did not answer within/);
    expect(stack.outputs("edge-1")["url"]).toBe("tcp://127.0.0.1:1");
    await stack.refresh("edge-1");
    expect(await stack.up("Endpoint", "edge-1", { url: engine.url })).toBe("update");
    expect(stack.outputs("edge-1")).toMatchObject({ url: engine.url, status: "up", engineId: engine.id });
  });
});

describe("what goes wrong on the way", () => {
  test("an answer that was lost is looked up", async () => {
    const { stack, server } = host;
    server.fail({ method: "POST", path: "/api/endpoints", with: "reset-after" });
    expect(await stack.up("Endpoint", "edge-1", { url: engine.url })).toBe("create");
    expect(await environments()).toMatchObject([{ Id: Number(stack.entry("edge-1").id) }]);
  });

  test("a tag that is not there leaves nothing over", async () => {
    const { stack } = host;
    await expect(stack.up("Endpoint", "edge-1", { url: engine.url, tagIds: [77] })).rejects.toThrow(
      /tags.*77/,
    );
    expect(await environments()).toEqual([]);
  });

  test("a user that is not there is refused before anything is made", async () => {
    const { stack } = host;
    await expect(
      stack.up("Endpoint", "edge-1", { url: engine.url, access: { users: ["nobody"] } }),
    ).rejects.toThrow(/access\.users: there is no user "nobody"/);
    expect(writes()).toEqual([]);
  });

  test("a step after the creation that fails is finished by the next up", async () => {
    const { stack, server } = host;
    const args = {
      url: engine.url,
      access: { users: ["admin"] },
      security: { enableHostManagementFeatures: true },
    };
    server.fail({ method: "PUT", path: /\/settings$/, with: 500 });
    await expect(stack.up("Endpoint", "edge-1", args)).rejects.toThrow(/settings: 500/);
    const { id } = stack.entry("edge-1");
    expect(stack.entry("edge-1").initErrors).toHaveLength(1);
    await stack.refresh("edge-1");
    expect(await stack.up("Endpoint", "edge-1", args)).toBe("update");
    expect(stack.entry("edge-1").id).toBe(id);
    expect(await environment(id)).toMatchObject({
      UserAccessPolicies: { 1: {} },
      SecuritySettings: { enableHostManagementFeatures: true },
    });
  });

  test("a rotation that fails half-way is done again", async () => {
    const { stack, server } = host;
    await stack.up("Endpoint", "edge-1", { url: secured.url, tls: tls() });
    await using next = await startTinyEngine({ certificates: { ...pem, ca: pem.otherCa }, clientAuth: true });
    const rotated = {
      url: next.url,
      tls: { ...tls(), clientCert: pem.otherClient.cert, clientKey: pem.otherClient.key },
    };
    server.fail({ method: "POST", path: "/api/upload/tls/key", with: 500 });
    await expect(stack.up("Endpoint", "edge-1", rotated)).rejects.toThrow(/upload/);
    await stack.refresh("edge-1");
    expect(await stack.up("Endpoint", "edge-1", rotated)).toBe("update");
    expect(stack.outputs("edge-1")).toMatchObject({ status: "up", engineId: next.id });
  });

  test("an answer that was lost on an update is of no consequence", async () => {
    const { stack, server } = host;
    await stack.up("Endpoint", "edge-1", { url: engine.url });
    server.fail({ method: "PUT", path: /endpoints/, with: "reset-after" });
    expect(await stack.up("Endpoint", "edge-1", { url: engine.url, publicUrl: "x" })).toBe("update");
    server.fail({ method: "DELETE", path: /endpoints/, with: "reset-after" });
    await stack.destroy("edge-1");
    expect(await environments()).toEqual([]);
  });
});

describe("a name that is taken", () => {
  const make = async (name: string, publicUrl = ""): Promise<string> => {
    const form = new FormData();
    const fields = { Name: name, URL: engine.url, PublicURL: publicUrl, EndpointCreationType: "1" };
    for (const [field, value] of Object.entries(fields)) form.set(field, value);
    const answer = await fetch(`${host.server.url}/api/endpoints`, {
      method: "POST",
      headers: { "x-api-key": host.server.apiKey ?? "" },
      body: form,
    });
    return String(((await answer.json()) as Environment).Id);
  };

  test("is refused by default, naming who has it and the ways on", async () => {
    const { stack } = host;
    const id = await make("edge-1");
    const before = writes().length;
    await expect(stack.up("Endpoint", "edge-1", { url: engine.url })).rejects.toThrow(
      new RegExp(
        `"edge-1" is taken by environment ${id} \\(${engine.url}\\).*adopt: "matching".*adopt: "replace"`,
      ),
    );
    expect(writes()).toHaveLength(before);
  });

  test("is adopted when it is as the program says", async () => {
    const { stack } = host;
    const id = await make("edge-1", "a.example.com");
    const before = writes().length;
    await stack.up("Endpoint", "edge-1", { url: engine.url, publicUrl: "a.example.com", adopt: "matching" });
    expect(stack.entry("edge-1").id).toBe(id);
    expect(writes()).toHaveLength(before);
  });

  test("is not adopted when it differs, and the difference is named", async () => {
    const { stack } = host;
    await make("edge-1", "a.example.com");
    await expect(
      stack.up("Endpoint", "edge-1", { url: engine.url, publicUrl: "b.example.com", adopt: "matching" }),
    ).rejects.toThrow(/differs in publicUrl/);
  });

  test("is not adopted by two resources of one program", async () => {
    const { stack } = host;
    await make("edge-1");
    const args = { name: "edge-1", url: engine.url, adopt: "matching" };
    const login = { username: "admin", password: PASSWORD };
    await using _run = await host.switchTo(login, { engine: "127.0.0.1:1" }); // A run of its own.
    await stack.up("Endpoint", "one", args);
    await expect(stack.up("Endpoint", "two", args)).rejects.toThrow(
      /environment 1 is "one" in this stack already/,
    );
  });

  test("is taken and changed when that is asked for", async () => {
    const { stack } = host;
    const id = await make("edge-1");
    await stack.up("Endpoint", "edge-1", { url: secured.url, tls: tls(), adopt: "replace" });
    expect(stack.entry("edge-1").id).toBe(id);
    expect(stack.outputs("edge-1")).toMatchObject({ engineId: secured.id, status: "up" });
  });

  test("is refused for a renaming, and the state stays", async () => {
    const { stack } = host;
    await make("edge-2");
    await stack.up("Endpoint", "edge-1", { url: engine.url });
    await expect(stack.up("Endpoint", "edge-1", { name: "edge-2", url: engine.url })).rejects.toThrow(
      /another environment has the name "edge-2"/,
    );
    expect(stack.outputs("edge-1")["name"]).toBe("edge-1");
    expect(stack.entry("edge-1").initErrors).toBeUndefined();
  });
});
