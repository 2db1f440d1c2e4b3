import { describe, expect, jest, test } from "@jest/globals";
import { matcherOf } from "../../server/gateway/rules/rule";
import { RULES } from "../../server/gateway/rules/table";
import { type FakeEngine, startFakeEngine } from "../support/fake-engine";
import { RawClient } from "../support/raw-client";
import { type Actor, form, startWorld, useWorld } from "./kit";

jest.setTimeout(60_000);

/** Some object of the administrator's, with what nobody else shall see in it. */
const ID = "c".repeat(64);
const OBJECT = {
  Id: ID,
  ID,
  Name: ID,
  ServiceID: ID,
  JoinTokens: "hidden-object",
  Labels: { a: "hidden-object" },
};

type Verdict =
  /** Whoever may use the environment. */
  | "everybody"
  /** Whoever may use the object; nobody else sees any of it. */
  | "owner"
  /** Everybody, but what is somebody else's is left out. */
  | "filtered"
  | "administrator";

const OWNED = ["owner"] as const;
const kind = (name: string, ...more: string[]): [string, Verdict][] => [
  [`POST /${name}/create`, "everybody"],
  [`GET /${name}${name === "containers" ? "/json" : ""}`, "filtered"],
  [`GET /${name}/${ID}${name === "containers" ? "/json" : ""}`, ...OWNED],
  [`DELETE /${name}/${ID}`, ...OWNED],
  ...more.map((path): [string, Verdict] => [path.replace("*", `/${name}/${ID}`), ...OWNED]),
];

/** Who may ask what of an engine, of Portainer's own words on it. */
const PATHS: [string, Verdict][] = [
  ...kind(
    "containers",
    "POST */start",
    "POST */exec",
    "GET */logs",
    "PUT */archive",
    "POST */attach",
    "PUT *",
  ),
  ...kind("services", "POST */update", "GET */logs", "PUT *"),
  ...kind("volumes", "PUT *"),
  ...kind("networks", "POST */connect", "PUT *"),
  ...kind("secrets", "POST */update", "PUT *"),
  ...kind("configs", "POST */update", "PUT *"),
  [`GET /containers/${ID}/attach/ws`, "owner"],
  ["POST /containers/prune", "administrator"],
  ["POST /volumes/prune", "administrator"],
  ["POST /networks/prune", "administrator"],
  ["GET /tasks", "filtered"],
  ["GET /swarm", "filtered"],
  ["GET /swarm/unlockkey", "administrator"],
  ["POST /swarm/leave", "administrator"],
  ["GET /nodes", "everybody"],
  [`GET /nodes/${ID}`, "administrator"],
  [`POST /nodes/${ID}/update`, "administrator"],
  ["GET /libpod/info", "administrator"],
  ["GET /v2/browse/ls", "administrator"],
  ["POST /exec/aa/start", "everybody"],
  ["POST /session", "everybody"],
  ["POST /grpc", "everybody"],
  ["POST /build", "everybody"],
  ["POST /images/create", "everybody"],
  ["POST /images/a/push", "everybody"],
  ["GET /distribution/a/json", "everybody"],
  ...["/_ping", "/info", "/version", "/events", "/images/json", "/v1.41/info"].map(
    (path): [string, Verdict] => [`GET ${path}`, "everybody"],
  ),
];

let engine: FakeEngine;
const world = useWorld(async (use) => {
  engine = use(
    await startFakeEngine(({ url = "" }, response) => {
      const path = (url.split("?")[0] ?? "").replace(/^\/v1[0-9.]*/, "");
      const [status, body] = answerTo(path);
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    }),
  );
  const world = await startWorld();
  const environment = (Name: string) => form({ Name, EndpointCreationType: "1", URL: engine.url });
  await world.admin("POST", "/endpoints", environment("closed"));
  await world.admin("POST", "/endpoints", environment("open"));
  await world.admin("PUT", "/endpoints/2", {
    UserAccessPolicies: { "2": {} },
    TeamAccessPolicies: { "1": {} },
  });
  return world;
});

const LISTS = /^\/(?:containers\/json|services|networks|secrets|configs|tasks)$/;

function answerTo(path: string): [status: number, body: unknown] {
  if (LISTS.test(path)) return [200, [OBJECT]];
  if (path === "/volumes") return [200, { Volumes: [OBJECT] }];
  if (path === "/info") return [200, { ID: "engine", Swarm: {} }];
  if (path === "/swarm")
    return [200, { ID, JoinTokens: { Worker: "hidden-object" }, TLSInfo: { TrustRoot: "hidden-object" } }];
  if (path === "/nodes" || path === "/images/json") return [200, []];
  if (/^\/(?!images).*\/create$/.test(path)) return [201, { Id: "new", ID: "new", Name: "new" }];
  return [200, OBJECT];
}

const ask = async (as: Actor, what: string, environment: number, headers: Record<string, string> = {}) => {
  engine.requests.length = 0;
  const [method = "", path = ""] = what.split(" ");
  const answer = await world.send({
    as,
    method,
    path: `/endpoints/${environment}${path}`,
    headers,
    ...(method !== "GET" && { body: "{}" }),
  });
  return { status: answer.status, text: await answer.text() };
};
const docker = (what: string): string => what.replace(" ", " /docker");
/** What the engine was asked to do, without what the gateway asks it for itself. */
const forwarded = () => engine.requests.filter(({ method }) => method !== "GET");

const STRANGERS: { name: string; as: Actor; headers?: Record<string, string> }[] = [
  { name: "nobody", as: "nobody" },
  { name: "a bad token", as: "raw:Bearer bad" },
  { name: "a bad key", as: "nobody", headers: { "x-api-key": "ptr_bad" } },
];
const STANDARD: Actor[] = ["alice", "key:alice", "leader", "key:leader"];
const ADMINISTRATORS: Actor[] = ["admin", "key:admin"];

test("every rule of the gateway is asked", () => {
  const match = matcherOf(RULES);
  const asked = new Set(
    PATHS.map(([what]) => {
      const [method = "", path = ""] = what.split(" ");
      return match(
        method,
        path
          .replace(/^\/v[0-9.]+(?=\/)/, "")
          .split("/")
          .slice(1),
      )?.rule.on;
    }),
  );
  expect(RULES.map(({ on }) => on).filter((on) => !asked.has(on))).toEqual([]);
});

describe.each(PATHS)("%s", (what, verdict) => {
  test.each(STRANGERS)("$name is not known, and the engine not asked", async ({ as, headers }) => {
    for (const prefix of ["/docker", "/agent/docker"]) {
      const { status, text } = await ask(as, what.replace(" ", ` ${prefix}`), 2, headers);
      expect(status).toBe(401);
      expect(text).not.toContain("hidden-object");
      expect(engine.requests).toEqual([]);
    }
  });

  test.each(STANDARD)("%s needs access to the environment", async (as) => {
    const { status, text } = await ask(as, docker(what), 1);
    expect([status, text]).toEqual([403, expect.stringContaining("Permission denied to access environment")]);
    expect(engine.requests).toEqual([]);
  });

  test.each(STANDARD)(`%s with access: ${verdict}`, async (as) => {
    const { status, text } = await ask(as, docker(what), 2);
    if (verdict === "owner" || verdict === "administrator") {
      expect(status).toBe(403);
      expect(forwarded()).toEqual([]);
    } else expect(status).toBe(200);
    if (verdict !== "everybody") expect(text).not.toContain("hidden-object");
  });

  test.each(ADMINISTRATORS)("%s may", async (as) => {
    expect((await ask(as, docker(what), 1)).status).toBeLessThan(300);
  });
});

describe("a connection that is to be taken over", () => {
  const first = async (as: Actor, method: string, path: string, upgrade: string) => {
    using client = await RawClient.connect(world.server.url);
    const lines = Object.entries(world.headers(as)).map(([name, value]) => `${name}: ${value}`);
    const key =
      upgrade === "websocket"
        ? ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"]
        : [];
    client.send([
      `${method} /api${path} HTTP/1.1`,
      "Host: x",
      "Connection: Upgrade",
      `Upgrade: ${upgrade}`,
      ...lines,
      ...key,
    ]);
    await client.until("\r\n\r\n");
    return Number(/^HTTP\/1\.1 (\d+)/.exec(client.text)?.[1]);
  };
  const query = "id=aa&namespace=a&podName=b&containerName=c&command=d";
  test.each([
    ["POST", `/docker/containers/${ID}/attach`, "tcp"],
    ["GET", `/docker/containers/${ID}/attach/ws`, "websocket"],
    ["POST", "/docker/exec/aa/start", "tcp"],
    ["POST", "/docker/session", "h2c"],
    ["GET", "/kubernetes/api/v1/pods", "websocket"],
    ["GET", "/websocket/exec", "websocket"],
    ["GET", "/websocket/attach", "websocket"],
    ["GET", "/websocket/pod", "websocket"],
    ["GET", "/websocket/kubernetes-shell", "websocket"],
  ])("%s %s is for those who may use the environment", async (method, path, upgrade) => {
    const of = (environment: number) =>
      path.startsWith("/websocket")
        ? `${path}?endpointId=${environment}&${query.replace("id=aa", `id=${ID}`)}`
        : `/endpoints/${environment}${path}`;
    for (const as of ["nobody", "raw:Bearer bad"] as const) {
      engine.requests.length = 0;
      expect(await first(as, method, of(2), upgrade)).toBe(401);
      expect(engine.requests).toEqual([]);
    }
    for (const as of STANDARD) {
      engine.requests.length = 0;
      expect(await first(as, method, of(1), upgrade)).toBe(403);
      expect(engine.requests).toEqual([]);
    }
    for (const as of ADMINISTRATORS)
      expect([401, 403]).not.toContain(await first(as, method, of(1), upgrade));
  });

  test.each(["exec", "attach", "pod", "kubernetes-shell"])(
    "a terminal (%s) that is no WebSocket is refused by who asks before what is asked",
    async (path) => {
      const status = async (as: Actor) =>
        (await world.send({ as, method: "GET", path: `/websocket/${path}` })).status;
      expect(await status("nobody")).toBe(401);
      expect(await status("alice")).toBe(400);
      expect(await status("admin")).toBe(400);
    },
  );
});

describe("a cluster's paths", () => {
  test.each(["/kubernetes/api/v1/pods", "/agent/kubernetes/api/v1/pods"])("%s", async (path) => {
    for (const { as, headers } of STRANGERS)
      expect((await ask(as, `GET ${path}`, 2, headers)).status).toBe(401);
    for (const as of STANDARD) expect((await ask(as, `GET ${path}`, 1)).status).toBe(403);
    // It is an engine's environment.
    for (const as of ADMINISTRATORS) expect((await ask(as, `GET ${path}`, 1)).status).toBe(400);
    expect(engine.requests).toEqual([]);
  });
});
