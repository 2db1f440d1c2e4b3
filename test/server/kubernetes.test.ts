import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { IncomingHttpHeaders } from "node:http";
import { createServer, type Server } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { WebSocket, WebSocketServer } from "ws";
import { type Certificates, makeCertificates } from "../support/certificates";
import { type FakeAgent, startFakeAgent } from "../support/fake-agent";
import { form, startWorld, type World } from "./kit";

/** As much of a cluster as is asked for: it knows the server's own token, and the accounts that were made in it. */
interface Cluster {
  readonly url: string;
  readonly seen: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[];
  readonly server: Server;
}

async function startCluster({ server: identity }: Certificates): Promise<Cluster> {
  const seen: Cluster["seen"] = [];
  const accounts = new Set<string>();
  const allows = (authorization = "") =>
    authorization === "Bearer own-token" || accounts.has(authorization.replace("Bearer token-of-", ""));
  const server = createServer(identity, async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const { method = "", url = "", headers } = request;
    seen.push({ method, url, headers, body });
    const send = (status: number, content: unknown, more = {}) =>
      response
        .writeHead(status, { "content-type": "application/json", ...more })
        .end(JSON.stringify(content));
    if (!allows(headers.authorization)) return send(401, { kind: "Status", message: "Unauthorized" });
    const path = url.split("?")[0] ?? "";
    if (path === "/version") return send(200, { gitVersion: "v1.31.2" });
    if (path === "/api/v1/nodes")
      return send(200, {
        items: [
          { status: { capacity: { cpu: "4", memory: "16Gi" } } },
          { status: { capacity: { cpu: "500m", memory: "1024Ki" } } },
        ],
      });
    const account = /\/serviceaccounts\/([^/]+)\/token$/.exec(path)?.[1];
    if (account) {
      if (!accounts.has(account)) return send(404, {});
      const expirationTimestamp = new Date(Date.now() + 3_600_000).toISOString();
      return send(201, { status: { token: `token-of-${account}`, expirationTimestamp } });
    }
    if (path.endsWith("/serviceaccounts")) {
      const { name } = (JSON.parse(body) as { metadata: { name: string } }).metadata;
      if (accounts.has(name)) return send(409, {});
      accounts.add(name);
      return send(201, {});
    }
    if (path === "/moved") return send(301, {}, { location: "/api/v1/pods" });
    return send(method === "POST" ? 201 : 200, { path: url, got: body });
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    seen.push({ method: "GET", url: request.url ?? "", headers: request.headers, body: "" });
    if (!allows(request.headers.authorization))
      socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    else if (request.headers.upgrade === "SPDY/3.1") {
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n");
      socket.on("data", (data: Buffer) => socket.write(`spdy ${String(data)}`)).on("end", () => socket.end());
    } else
      sockets.handleUpgrade(request, socket, head, (client) => {
        client.on("message", (data) => client.send(`pod ${String(data)}`));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, server };
}

let certificates: Certificates;
let folder: string;
let cluster: Cluster;
let agent: FakeAgent;
let world: World;
beforeAll(async () => {
  certificates = await makeCertificates();
  folder = await mkdtemp(join(tmpdir(), "service-account-"));
  await writeFile(join(folder, "token"), "own-token\n");
  cluster = await startCluster(certificates);
  const NODES = { items: [{ status: { capacity: { cpu: "2", memory: "4Gi" } } }] };
  const ACCOUNT = {
    status: { token: "of-alice", expirationTimestamp: new Date(Date.now() + 3_600_000).toISOString() },
  };
  agent = await startFakeAgent(certificates, {
    platform: "2",
    answers: new Proxy<Record<string, [number, unknown]>>(
      {
        "GET /kubernetes/version": [200, { gitVersion: "v1.30.0" }],
        "GET /kubernetes/api/v1/nodes": [200, NODES],
      },
      {
        get: (known, key: string) =>
          known[key] ?? (key.endsWith("/token") ? [201, ACCOUNT] : [200, { asked: key }]),
      },
    ),
  });
  world = await startWorld({ serviceAccount: folder });
  const local = { Name: "local", EndpointCreationType: "5", URL: cluster.url };
  const tls = { TLS: "true", TLSSkipVerify: "true", TLSSkipClientVerify: "true" };
  await world.admin("POST", "/endpoints", form(local));
  await world.admin(
    "POST",
    "/endpoints",
    form({ Name: "agent", EndpointCreationType: "2", URL: agent.url, ...tls }),
  );
});
beforeEach(async () => {
  cluster.seen.length = 0;
  agent.requests.length = 0;
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await agent[Symbol.asyncDispose]();
  cluster.server.closeAllConnections();
  cluster.server.close();
  await rm(folder, { recursive: true });
});

const ask = (path: string, as: "admin" | "alice" | "nobody" = "admin", more = {}) =>
  world.send({ as, method: "GET", path, ...more });
const local = "/endpoints/1/kubernetes";
const remote = "/endpoints/2/kubernetes";

test("a cluster is looked at", async () => {
  expect(await world.admin("GET", "/endpoints/1")).toMatchObject({
    Type: 5,
    Kubernetes: {
      Snapshots: [
        { KubernetesVersion: "v1.31.2", NodeCount: 2, TotalCPU: 4, TotalMemory: 16 * 2 ** 30 + 2 ** 20 },
      ],
    },
  });
  expect(await world.admin("GET", "/endpoints/2")).toMatchObject({
    Type: 6,
    Agent: { Version: "2.23.0" },
    Kubernetes: { Snapshots: [{ KubernetesVersion: "v1.30.0", NodeCount: 1 }] },
  });
});

describe("the server's own cluster", () => {
  test("is asked with the server's token in place of the caller's", async () => {
    const body = { kind: "Pod" };
    const answer = await ask(`${local}/api/v1/namespaces/a%2Fb/pods?limit=5`, "admin", {
      method: "POST",
      body,
    });
    expect(answer.status).toBe(201);
    expect(cluster.seen).toMatchObject([
      {
        method: "POST",
        url: "/api/v1/namespaces/a%2Fb/pods?limit=5",
        headers: { authorization: "Bearer own-token" },
        body: JSON.stringify(body),
      },
    ]);
  });

  test("is asked for a standard user with an account of his own, made once", async () => {
    expect((await ask(`${local}/api/v1/pods`, "alice")).status).toBe(403);
    expect(cluster.seen).toEqual([]);
    await world.admin("PUT", "/endpoints/1", { UserAccessPolicies: { "2": {} } });
    expect((await ask(`${local}/api/v1/pods`, "alice")).status).toBe(200);
    expect((await ask(`${local}/api/v1/pods`, "alice")).status).toBe(200);
    const { InstanceID } = await world.admin<{ InstanceID: string }>("GET", "/status");
    const account = `portainer-sa-user-${InstanceID}-2`;
    const asked = cluster.seen.map(({ method, url, headers }) => [method, url, headers.authorization]);
    expect(asked.slice(-2)).toEqual(Array(2).fill(["GET", "/api/v1/pods", `Bearer token-of-${account}`]));
    expect(asked.filter(([, url]) => String(url).endsWith("/token"))).toHaveLength(1);
    expect(asked).toContainEqual([
      "POST",
      "/api/v1/namespaces/portainer/serviceaccounts",
      "Bearer own-token",
    ]);
    const role = cluster.seen.find(({ url }) => url.endsWith("/clusterroles"));
    expect(role?.body).not.toMatch(/create|delete|update|secrets|\*/);
  });

  test("asks for a login, and for an environment that is there", async () => {
    expect((await ask(`${local}/api`, "nobody")).status).toBe(401);
    expect((await ask("/endpoints/99/kubernetes/api")).status).toBe(404);
    expect((await ask("/endpoints/1/docker/info")).status).toBe(400);
    expect(cluster.seen).toEqual([]);
  });

  test("redirects to where it can be reached from", async () => {
    const answer = await ask(`${local}/moved`);
    expect(answer.headers.get("location")).toBe("/api/endpoints/1/kubernetes/api/v1/pods");
  });

  test.each(["/../../docker/info", "/%2e%2e/x", "/a/..%2fb", "/./x"])("is not asked for %s", async (path) => {
    const socket = connect(Number(new URL(world.server.url).port), "127.0.0.1");
    const head = `GET /api${local}${path} HTTP/1.1\r\nHost: x\r\nX-API-Key: ${world.server.apiKey}\r\nConnection: close\r\n\r\n`;
    socket.end(head);
    let answer = "";
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1\.1 40[04]/);
    expect(cluster.seen).toEqual([]);
  });

  test("takes WebSockets over", async () => {
    const url = `${world.server.url.replace("http", "ws")}/api${local}/api/v1/namespaces/a/pods/p/exec?command=sh`;
    const headers = { "X-API-Key": world.server.apiKey ?? "" };
    const socket = new WebSocket(url, "v4.channel.k8s.io", { headers });
    await once(socket, "open");
    socket.send("ls");
    expect(String((await once(socket, "message"))[0])).toBe("pod ls");
    socket.close();
    expect(cluster.seen[0]).toMatchObject({
      url: "/api/v1/namespaces/a/pods/p/exec?command=sh",
      headers: { authorization: "Bearer own-token", "sec-websocket-protocol": "v4.channel.k8s.io" },
    });
    expect(cluster.seen[0]?.headers).not.toHaveProperty("x-api-key");
  });

  test("takes SPDY over, as kubectl speaks it", async () => {
    const socket = connect(Number(new URL(world.server.url).port), "127.0.0.1");
    const head = ["POST", `/api${local}/api/v1/pods/p/attach`, "HTTP/1.1"].join(" ");
    const lines = [
      head,
      "Host: x",
      `X-API-Key: ${world.server.apiKey}`,
      "Connection: Upgrade",
      "Upgrade: SPDY/3.1",
    ];
    socket.write(`${lines.join("\r\n")}\r\nContent-Length: 0\r\n\r\n`);
    expect(String((await once(socket, "data"))[0])).toMatch(/^HTTP\/1.1 101 /);
    socket.end("frames");
    expect(String((await once(socket, "data"))[0])).toBe("spdy frames");
  });

  test("refuses a stranger's upgrade", async () => {
    const socket = new WebSocket(`${world.server.url.replace("http", "ws")}/api${local}/api/v1/pods`);
    const [error] = (await once(socket, "error")) as [Error];
    expect(error.message).toContain("401");
    expect(cluster.seen).toEqual([]);
  });
});

describe("a cluster behind an agent", () => {
  test("is asked below /kubernetes, with the server's signature, and no token for an administrator", async () => {
    const answer = await ask(`${remote}/api/v1/pods`);
    expect(await answer.json()).toEqual({ asked: "GET /kubernetes/api/v1/pods" });
    expect(answer.headers.get("x-portainer-cache")).toBe("true");
    expect(agent.requests).toMatchObject([{ headers: { "x-portaineragent-sa-token": "" } }]);
    expect(agent.requests[0]?.headers).not.toHaveProperty("authorization");
    expect(agent.refusals).toEqual([]);
  });

  test("is asked with the token of a standard user's account", async () => {
    await world.admin("PUT", "/endpoints/2", { UserAccessPolicies: { "2": {} } });
    expect((await ask(`${remote}/api/v1/pods`, "alice")).status).toBe(200);
    expect(agent.requests.at(-1)).toMatchObject({
      url: "/kubernetes/api/v1/pods",
      headers: { "x-portaineragent-sa-token": "of-alice" },
    });
  });

  test("lets nobody choose the token", async () => {
    await ask(`${remote}/api/v1/pods`, "alice", { headers: { "X-PortainerAgent-SA-Token": "stolen" } });
    expect(JSON.stringify(agent.requests)).not.toContain("stolen");
  });
});
