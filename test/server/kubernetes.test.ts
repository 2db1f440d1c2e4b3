import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { WebSocket } from "ws";
import { type Certificates, makeCertificates } from "../support/certificates";
import { type FakeAgent, startFakeAgent } from "../support/fake-agent";
import { type FakeCluster, startFakeCluster } from "../support/fake-cluster";
import { eventually } from "../support/processes";
import { form, startWorld, useWorld } from "./kit";

let certificates: Certificates;
let folder: string;
let cluster: FakeCluster;
let agent: FakeAgent;
const world = useWorld(async (use) => {
  certificates = await makeCertificates();
  folder = await mkdtemp(join(tmpdir(), "service-account-"));
  await writeFile(join(folder, "token"), "own-token\n");
  cluster = use(await startFakeCluster(certificates));
  const NODES = { items: [{ status: { capacity: { cpu: "2", memory: "4Gi" } } }] };
  const ACCOUNT = {
    status: { token: "of-alice", expirationTimestamp: new Date(Date.now() + 3_600_000).toISOString() },
  };
  agent = use(
    await startFakeAgent(certificates, {
      platform: "2",
      answers: new Proxy<Record<string, [number, unknown]>>(
        {
          "GET /kubernetes/version": [200, { gitVersion: "v1.30.0" }],
          "GET /kubernetes/api/v1/nodes": [200, NODES],
          "GET /kubernetes/api/v1/namespaces": [200, { items: [{ metadata: { name: "default" } }] }],
        },
        {
          get: (known, key: string) =>
            known[key] ?? (key.endsWith("/token") ? [201, ACCOUNT] : [200, { asked: key }]),
        },
      ),
    }),
  );
  const world = await startWorld({ serviceAccount: folder });
  const local = { Name: "local", EndpointCreationType: "5", URL: cluster.url };
  const tls = { TLS: "true", TLSSkipVerify: "true", TLSSkipClientVerify: "true" };
  await world.admin("POST", "/endpoints", form(local));
  await world.admin(
    "POST",
    "/endpoints",
    form({ Name: "agent", EndpointCreationType: "2", URL: agent.url, ...tls }),
  );
  return world;
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  cluster.seen.length = 0;
  agent.requests.length = 0;
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

describe("a standard user's namespaces", () => {
  const CONFIG = `${local}/api/v1/namespaces/portainer/configmaps/portainer-config`;
  const policies = (NamespaceAccessPolicies: object) => ({
    metadata: { name: "portainer-config" },
    data: { NamespaceAccessPolicies: JSON.stringify(NamespaceAccessPolicies) },
  });
  /** What became of the account's bindings when alice asked. */
  const bindings = async () => {
    cluster.seen.length = 0;
    expect((await ask(`${local}/api/v1/pods`, "alice")).status).toBe(200);
    const changed = (method: string) =>
      cluster.seen
        .filter((it) => it.method === method)
        .flatMap(({ url }) => /\/namespaces\/([^/]+)\/rolebindings/.exec(url)?.[1] ?? []);
    return { open: changed("POST"), closed: changed("DELETE") };
  };
  beforeAll(() => world.admin("PUT", "/endpoints/1", { UserAccessPolicies: { "2": {} } }));

  test("are those that Portainer's own map in the cluster opens to him, and the default one", async () => {
    await ask(CONFIG, "admin", {
      method: "PUT",
      body: policies({ dev: { UserAccessPolicies: { "2": {} } } }),
    });
    expect(await bindings()).toEqual({ open: ["default", "dev"], closed: ["portainer", "prod"] });
    expect(await bindings()).toEqual({ open: [], closed: [] });
  });

  test("are others as soon as he is in another team", async () => {
    await ask(CONFIG, "admin", {
      method: "PUT",
      body: policies({ prod: { TeamAccessPolicies: { "1": {} } } }),
    });
    expect(await bindings()).toEqual({ open: ["default"], closed: ["portainer", "dev", "prod"] });
    await world.admin("POST", "/team_memberships", { UserID: 2, TeamID: 1, Role: 2 });
    expect(await bindings()).toEqual({ open: ["default", "prod"], closed: ["portainer", "dev"] });
  });

  test("are without the default one where that is restricted", async () => {
    const Kubernetes = { Configuration: { RestrictDefaultNamespace: true } };
    await world.admin("PUT", "/endpoints/1", { Kubernetes });
    expect(await bindings()).toEqual({ open: ["prod"], closed: ["default", "portainer", "dev"] });
    await world.admin("PUT", "/endpoints/1", { Kubernetes: { Configuration: {} } });
    expect(await bindings()).toEqual({ open: ["default", "prod"], closed: ["portainer", "dev"] });
  });
});

describe("a browser's terminal", () => {
  const open = (path: string, as: "key:admin" | "key:alice" | "nobody" = "key:admin") =>
    new WebSocket(`${world.server.url.replace("http", "ws")}/api/websocket/${path}`, {
      headers: world.headers(as),
    });
  const pod = (endpointId: number) =>
    `pod?endpointId=${endpointId}&namespace=dev&podName=web&containerName=main&command=ls%20-l`;
  const refusal = async (socket: WebSocket) => String(((await once(socket, "error")) as [Error])[0].message);

  test("runs a command in a pod, with its output as text", async () => {
    const socket = open(pod(1));
    await once(socket, "open");
    socket.send("größe\n");
    const [data, isBinary] = (await once(socket, "message")) as [Buffer, boolean];
    expect([String(data), isBinary]).toEqual(["ran: größe\n", false]);
    expect(cluster.seen.at(-1)).toMatchObject({
      url: "/api/v1/namespaces/dev/pods/web/exec?container=main&stdin=true&stdout=true&stderr=true&tty=true&command=ls&command=-l",
      headers: { authorization: "Bearer own-token", "sec-websocket-protocol": "v4.channel.k8s.io" },
    });
    socket.close();
    await eventually(async () => cluster.terminals() === 0, 5_000);
  });

  test("ends when the command does", async () => {
    const socket = open(pod(1));
    await once(socket, "open");
    socket.send("exit");
    await once(socket, "close");
    expect(cluster.terminals()).toBe(0);
  });

  test("uses a standard user's own account", async () => {
    const socket = open(pod(1), "key:alice");
    await once(socket, "open");
    expect(cluster.seen.at(-1)?.headers.authorization).toMatch(/^Bearer token-of-portainer-sa-user-.*-2$/);
    socket.close();
  });

  test("says what is missing, and what the cluster refuses", async () => {
    expect(await refusal(open("pod?endpointId=1&namespace=dev"))).toContain("400");
    expect(await refusal(open(pod(1), "nobody"))).toContain("401");
    expect(await refusal(open(pod(9)))).toContain("404");
    expect(await refusal(open(pod(1).replace("web", "none")))).toContain("500");
    const answer = await ask("/websocket/pod?endpointId=9&namespace=a&podName=b&containerName=c&command=d");
    expect(await answer.json()).toMatchObject({
      message: "Unable to find the environment associated to the stack inside the database",
    });
  });

  test.each([["key:admin"], ["key:alice"]] as const)(
    "is a shell for %s in a pod that goes with it",
    async (as) => {
      const socket = open("kubernetes-shell?endpointId=1", as);
      await once(socket, "open");
      socket.send("kubectl");
      expect(String((await once(socket, "message"))[0])).toBe("ran: kubectl");
      const created = cluster.seen.find(
        ({ method, url }) => method === "POST" && url.endsWith("/portainer/pods"),
      );
      const { spec } = JSON.parse(created?.body ?? "{}") as { spec: { serviceAccountName: string } };
      expect(spec.serviceAccountName).toMatch(as === "key:admin" ? /^portainer-sa-clusteradmin$/ : /-2$/);
      expect(cluster.pods()).toBe(1);
      socket.close();
      await eventually(async () => cluster.pods() === 0, 5_000);
    },
  );

  test("is no shell for whoever may not use the environment", async () => {
    await world.admin("PUT", "/endpoints/1", { UserAccessPolicies: {} });
    expect(await refusal(open("kubernetes-shell?endpointId=1", "key:alice"))).toContain("403");
    expect(cluster.pods()).toBe(0);
  });

  test("of Docker is none of a cluster", async () => {
    expect(await refusal(open("exec?endpointId=1&id=aa"))).toContain("400");
  });
});
