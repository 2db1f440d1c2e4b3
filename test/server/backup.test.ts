import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { startServer } from "../../server";
import { makeCertificates } from "../support/certificates";
import { startTinyEngine, type TinyEngine } from "../support/tiny-engine";
import { form, PASSWORD, startWorld, useWorld } from "./kit";

const COMPOSE = "services: {}";
let engine: TinyEngine;
let ca: string;
const world = useWorld(async (use) => {
  ({ ca } = await makeCertificates());
  engine = use(await startTinyEngine());
  const world = await startWorld();
  await world.admin("POST", "/endpoints", form({ Name: "gone", EndpointCreationType: "1", URL: engine.url }));
  await world.admin("DELETE", "/endpoints/1");
  await world.admin("POST", "/endpoints", form({ Name: "one", EndpointCreationType: "1", URL: engine.url }));
  await world.admin("POST", "/upload/tls/ca", form({ folder: "2", file: new Blob([ca]) }));
  await world.admin("PUT", "/endpoints/2", { TLS: true, TLSSkipVerify: false, URL: "tcp://127.0.0.1:1" });
  await world.admin("POST", "/registries", {
    Name: "r",
    Type: 3,
    URL: "r.example.com",
    Authentication: true,
    Username: "u",
    Password: "registry-secret",
  });
  await world.admin("POST", "/custom_templates/create/string", {
    Title: "t",
    Description: "d",
    Platform: 1,
    Type: 2,
    FileContent: COMPOSE,
  });
  await world.admin("PUT", "/settings", { UserSessionTimeout: "3h" });
  return world;
});

const backup = async (body: object = {}): Promise<Uint8Array<ArrayBuffer>> => {
  const answer = await world.send({ as: "key:admin", method: "POST", path: "/backup", body });
  expect(answer.status).toBe(200);
  return new Uint8Array(await answer.arrayBuffer());
};

const restore = async (url: string, file: Uint8Array<ArrayBuffer>, fields = {}, headers = {}) => {
  const body = form({ file: new Blob([file]), ...fields });
  const answer = await fetch(`${url}/api/restore`, { method: "POST", body, headers });
  return [answer.status, await answer.text()] as const;
};

describe.each([
  ["without a password", {}, {}],
  ["with a password", { Password: "open-sesame" }, { password: "open-sesame" }],
])("a backup %s", (_name, asked, given) => {
  test("brings everything to a new server", async () => {
    const file = await backup(asked);
    await using other = await startServer();
    expect(await restore(other.url, file, given)).toEqual([204, ""]);
    const key = { "x-api-key": world.server.apiKey ?? "" };
    const both = async (path: string) =>
      Promise.all(
        [world.server.url, other.url].map(async (url) =>
          (await fetch(`${url}/api${path}`, { headers: key })).json(),
        ),
      );
    for (const path of ["/users", "/teams", "/registries", "/settings", "/status", "/custom_templates"]) {
      const [here, there] = await both(path);
      expect([path, there]).toEqual([path, here]);
    }
    const [here, there] = (await both("/endpoints/2")) as { TLSConfig: { TLSCACert: string } }[];
    expect(there?.TLSConfig.TLSCACert).not.toBe(here?.TLSConfig.TLSCACert);
    expect(await readFile(there?.TLSConfig.TLSCACert ?? "", "utf8")).toBe(ca);
    expect({ ...there, TLSConfig: {} }).toEqual({ ...here, TLSConfig: {} });
    const login = await fetch(`${other.url}/api/auth`, {
      method: "POST",
      body: JSON.stringify({ Username: "alice", Password: PASSWORD }),
    });
    expect(login.status).toBe(200);
    const body = form({ Name: "next", EndpointCreationType: "1", URL: engine.url });
    const next = await fetch(`${other.url}/api/endpoints`, { method: "POST", headers: key, body });
    expect(await next.json()).toMatchObject({ Id: 3 });
  });
});

test("is a tar.gz, unless it is encrypted", async () => {
  expect(gunzipSync(await backup()).toString()).toContain("registry-secret");
  const secret = await backup({ Password: "x" });
  expect(() => gunzipSync(secret)).toThrow();
  expect(Buffer.from(secret).toString("latin1")).not.toContain("store.json");
});

test("is for administrators", async () => {
  const body = { Password: "" };
  const [anonymous, alice] = await Promise.all([
    world.send({ method: "POST", path: "/backup", body }),
    world.send({ as: "alice", method: "POST", path: "/backup", body }),
  ]);
  expect([anonymous.status, alice.status]).toEqual([401, 401]);
  expect(await alice.json()).toMatchObject({ message: "User is not authorized to perform the action" });
});

test("is put back only where there is no administrator, and with the setup token", async () => {
  const file = await backup();
  expect(await restore(world.server.url, file)).toEqual([
    400,
    expect.stringContaining("Cannot restore already initialized instance"),
  ]);
  await using other = await startServer({ setupToken: "abc" });
  expect((await restore(other.url, file))[0]).toBe(403);
  expect((await restore(other.url, file, {}, { "x-setup-token": "abc" }))[0]).toBe(204);
});

describe("what is no backup", () => {
  const flip = (file: Uint8Array<ArrayBuffer>, at: number) => {
    const changed = new Uint8Array(file);
    changed[at] = (changed[at] ?? 0) ^ 1;
    return changed;
  };

  test("is refused, and changes nothing", async () => {
    await using other = await startServer();
    const secret = await backup({ Password: "right" });
    const plain = await backup();
    const attempts: [Uint8Array<ArrayBuffer>, object][] = [
      [new TextEncoder().encode("nonsense"), {}],
      [new Uint8Array(0), {}],
      [plain.subarray(0, plain.length / 2), {}],
      [secret, { password: "wrong" }],
      [secret, {}],
      [secret.subarray(0, 40), { password: "right" }],
      [flip(secret, 100), { password: "right" }],
      [flip(secret, secret.length - 1), { password: "right" }],
    ];
    for (const [file, fields] of attempts)
      expect(await restore(other.url, file, fields)).toEqual([
        500,
        expect.stringContaining("Failed to restore the backup"),
      ]);
    expect((await fetch(`${other.url}/api/users/admin/check`)).status).toBe(404);
  });
});
