import { once } from "node:events";
import { describe, expect, test } from "@jest/globals";
import { WebSocket } from "ws";
import { startServer } from "../../server";
import { type Certificates, makeCertificates } from "../support/certificates";
import { type FakeAgent, startFakeAgent } from "../support/fake-agent";
import { form, startWorld, useWorld } from "./kit";

const ID = "a".repeat(64);
const DOCKER: Record<string, [number, unknown]> = {
  "GET /_ping": [200, "OK"],
  "GET /info": [200, { ID: "engine", ServerVersion: "20.10.24", NCPU: 2, MemTotal: 4 }],
  "GET /version": [200, { ApiVersion: "1.41", Components: [] }],
  "GET /containers/json": [
    200,
    [{ Id: ID, Names: ["/web"], State: "running", Portainer: { Agent: { NodeName: "n1" } } }],
  ],
  "GET /images/json": [200, []],
  "GET /volumes": [200, { Volumes: [] }],
  "GET /volumes/data": [200, { Name: "data" }],
  "POST /containers/create": [201, { Id: ID, Warnings: [] }],
  "GET /v2/browse/ls": [200, [{ Name: "file" }]],
};

let certificates: Certificates;
let agent: FakeAgent;
const world = useWorld(async (use) => {
  certificates = await makeCertificates();
  agent = use(await startFakeAgent(certificates, { answers: DOCKER }));
  const world = await startWorld();
  return world;
});

const body = (Name: string, URL: string, more = {}) =>
  form({
    Name,
    URL,
    EndpointCreationType: "2",
    TLS: "true",
    TLSSkipVerify: "true",
    TLSSkipClientVerify: "true",
    ...more,
  });

const docker = (path: string, as: "admin" | "alice" = "admin", headers = {}, method = "GET", body?: object) =>
  world.send({ as, method, path: `/endpoints/1/docker${path}`, headers, ...(body && { body }) });

test("is told from an engine, asked for its version, and looked at", async () => {
  const endpoint = await world.admin("POST", "/endpoints", body("agent", agent.url));
  expect(endpoint).toMatchObject({ Id: 1, Type: 2, Agent: { Version: "2.23.0" }, Status: 1 });
  expect(await world.admin("GET", "/endpoints/1")).toMatchObject({
    Snapshots: [{ DockerVersion: "20.10.24", RunningContainerCount: 1 }],
  });
  expect(await world.admin("GET", "/endpoints/agent_versions")).toEqual(["2.23.0"]);
  expect(await world.admin("GET", "/system/info")).toMatchObject({ agents: 1 });
  expect(agent.refusals).toEqual([]);
});

describe("an environment behind an agent", () => {
  test("is asked with the server's signature, and with the node that the client names", async () => {
    const answer = await docker("/containers/json?all=1", "admin", { "X-PortainerAgent-Target": "node-2" });
    expect(await answer.json()).toMatchObject([{ Id: ID, Portainer: { Agent: { NodeName: "n1" } } }]);
    const seen = agent.requests.at(-1);
    expect(seen).toMatchObject({ method: "GET", url: "/containers/json?all=1" });
    expect(seen?.headers).toMatchObject({ "x-portaineragent-target": "node-2" });
    expect(seen?.headers).not.toHaveProperty("authorization");
    expect(agent.refusals).toEqual([]);
  });

  test("cannot be spoken to in another server's name", async () => {
    const headers = { "X-PortainerAgent-PublicKey": "00", "X-PortainerAgent-Signature": "x" };
    expect((await docker("/info", "admin", headers)).status).toBe(200);
    expect(agent.refusals).toEqual([]);
  });

  test("keeps what an agent says of an object beside who may use it", async () => {
    const created = await docker("/containers/create", "admin", {}, "POST", { Image: "busybox" });
    expect([created.status, await created.json()]).toMatchObject([
      200,
      { Portainer: { ResourceControl: {} } },
    ]);
    const list = await docker("/containers/json");
    expect(await list.json()).toMatchObject([
      { Portainer: { Agent: { NodeName: "n1" }, ResourceControl: { ResourceId: ID } } },
    ]);
  });

  test("shows the files of a volume to whom the volume is, and where that is allowed", async () => {
    await world.admin("PUT", "/endpoints/1", { UserAccessPolicies: { "2": {} } });
    await world.admin("POST", "/resource_controls", { ResourceID: "data_engine", Type: 3, Users: [2] });
    const status = async (path: string, as: "admin" | "alice") => (await docker(path, as)).status;
    const own = "/v2/browse/ls?volumeID=data&path=/";
    expect(await status(own, "alice")).toBe(403);
    await world.admin("PUT", "/endpoints/1/settings", { allowVolumeBrowserForRegularUsers: true });
    expect(await status(own, "alice")).toBe(200);
    expect(await status("/v2/browse/ls?volumeID=../../etc", "alice")).toBe(403);
    expect(await status("/v2/browse/ls?path=/etc", "alice")).toBe(403);
    expect(await status("/v2/browse/ls?path=/etc", "admin")).toBe(200);
    expect(agent.requests.at(-1)?.url).toBe("/v2/browse/ls?path=/etc");
  });

  test("has terminals, which its agent opens", async () => {
    const url = `${world.server.url.replace("http", "ws")}/api/websocket/exec`;
    const headers = { "X-API-Key": world.server.apiKey ?? "" };
    const socket = new WebSocket(`${url}?endpointId=1&id=abc123&nodeName=node-2`, { headers });
    await once(socket, "open");
    socket.send("ls");
    const [data] = (await once(socket, "message")) as [Buffer];
    expect(String(data)).toBe("echo ls");
    socket.close();
    expect(agent.requests.at(-1)).toMatchObject({
      url: "/websocket/exec?endpointId=1&id=abc123&nodeName=node-2",
      headers: { "x-portaineragent-target": "node-2" },
    });
    expect(JSON.stringify(agent.requests.at(-1)?.headers)).not.toContain(world.server.apiKey);
  });
});

test("an agent that obeys another server is refused", async () => {
  await using other = await startServer({ admin: { password: "correct-horse-9" } });
  const answer = await fetch(`${other.url}/api/endpoints`, {
    method: "POST",
    headers: { "x-api-key": other.apiKey ?? "" },
    body: body("stolen", agent.url),
  });
  expect([answer.status, await answer.json()]).toMatchObject([
    500,
    {
      message: "Unable to initiate communications with environment",
      details: expect.stringContaining("403"),
    },
  ]);
  expect(agent.refusals).toContain("paired with another server");
  agent.refusals.length = 0;
});

test("what is no agent is refused, and leaves nothing", async () => {
  const answer = await world.send({
    as: "admin",
    method: "POST",
    path: "/endpoints",
    body: body("none", "tcp://127.0.0.1:1"),
  });
  expect([answer.status, await answer.json()]).toMatchObject([
    500,
    { message: "Unable to get environment type" },
  ]);
});

test("a shared secret is signed in place of the usual text", async () => {
  await using secretive = await startFakeAgent(certificates, { answers: DOCKER, secret: "between-us" });
  await using knowing = await startServer({
    admin: { password: "correct-horse-9" },
    agentSecret: "between-us",
  });
  const create = (url: string, key = "") =>
    fetch(`${url}/api/endpoints`, {
      method: "POST",
      headers: { "x-api-key": key },
      body: body("s", secretive.url),
    });
  expect((await create(world.server.url, world.server.apiKey)).status).toBe(500);
  expect(secretive.refusals).toContain("bad signature");
  expect((await create(knowing.url, knowing.apiKey)).status).toBe(200);
});
