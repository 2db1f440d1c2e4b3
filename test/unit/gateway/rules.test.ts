import { describe, expect, test } from "@jest/globals";
import { type FakeEngine, startJsonEngine } from "../../support/fake-engine";
import { startGateway, type TestGateway } from "../../support/gateway";

const CID = "c".repeat(64);
const OTHER = "d".repeat(64);
type Answers = Parameters<typeof startJsonEngine>[0];

interface Scene extends AsyncDisposable {
  readonly engine: FakeEngine;
  readonly gateway: TestGateway;
  ask(as: string, what: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}
interface Answer {
  readonly status: number;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the engine answers
  readonly json: any;
}

async function scene(answers: Answers): Promise<Scene> {
  const engine = await startJsonEngine(answers);
  const gateway = await startGateway({ url: engine.url });
  return {
    engine,
    gateway,
    async ask(as, what, body, headers = {}) {
      const [method = "", path = ""] = what.split(" ");
      const response = await fetch(gateway.url + path, {
        method,
        headers: { "X-API-Key": as, ...headers },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get("content-type") === "application/json" && text !== "";
      return { status: response.status, text, json: isJson ? JSON.parse(text) : undefined };
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
    },
  };
}

const DENIED = { status: 403, json: { message: "access denied to resource" } };

describe.each([
  {
    what: "container",
    create: "/containers/create",
    key: "Id",
    type: 1,
    list: "/containers/json",
    inspect: "/containers/*/json",
    at: "/containers/*",
  },
  {
    what: "service",
    create: "/services/create",
    key: "ID",
    type: 2,
    list: "/services",
    inspect: "/services/*",
    at: "/services/*",
  },
  {
    what: "network",
    create: "/networks/create",
    key: "Id",
    type: 4,
    list: "/networks",
    inspect: "/networks/*",
    at: "/networks/*",
  },
  {
    what: "secret",
    create: "/secrets/create",
    key: "ID",
    type: 5,
    list: "/secrets",
    inspect: "/secrets/*",
    at: "/secrets/*",
  },
  {
    what: "config",
    create: "/configs/create",
    key: "ID",
    type: 7,
    list: "/configs",
    inspect: "/configs/*",
    at: "/configs/*",
  },
])("a $what", ({ create, key, type, list, inspect, at }) => {
  const object = { [key]: CID, Size: 1 };
  const answers: Answers = {
    [`POST ${create}`]: [201, object],
    [`GET ${list}`]: [200, [object, { [key]: OTHER }]],
    [`GET ${inspect.replace("*", CID)}`]: [200, object],
    [`GET ${inspect.replace("*", "name")}`]: [200, object],
    [`GET ${inspect.replace("*", OTHER)}`]: [200, { [key]: OTHER }],
    [`DELETE ${at.replace("*", CID)}`]: [204, ""],
    [`POST ${at.replace("*", CID)}/update`]: [200, {}],
    [`POST ${at.replace("*", "name")}/update`]: [200, {}],
    [`POST ${at.replace("*", OTHER)}/update`]: [200, {}],
  };

  test("is its creator's alone, and answered with 200 and its control", async () => {
    await using s = await scene(answers);
    const { status, json } = await s.ask("alice", `POST ${create}`, {});
    expect(status).toBe(200);
    expect(json).toMatchObject({
      ...object,
      Portainer: { ResourceControl: { ResourceId: CID, Type: type, UserAccesses: [{ UserId: 2 }] } },
    });
    expect((await s.ask("alice", `GET ${list}`)).json).toMatchObject([{ [key]: CID, Portainer: {} }]);
    expect((await s.ask("bob", `GET ${list}`)).json).toEqual([]);
    expect((await s.ask("admin", `GET ${list}`)).json).toHaveLength(2);
    expect((await s.ask("alice", `GET ${inspect.replace("*", CID)}`)).json).toMatchObject({ Portainer: {} });
    expect(await s.ask("bob", `GET ${inspect.replace("*", CID)}`)).toMatchObject(DENIED);
    expect((await s.ask("admin", `GET ${inspect.replace("*", OTHER)}`)).json).toEqual({ [key]: OTHER });
  });

  test("is changed by whoever may use it, by id or name", async () => {
    await using s = await scene(answers);
    await s.ask("alice", `POST ${create}`, {});
    for (const id of [CID, "name"]) {
      expect((await s.ask("alice", `POST ${at.replace("*", id)}/update`)).status).toBe(200);
      expect(await s.ask("bob", `POST ${at.replace("*", id)}/update`)).toMatchObject(DENIED);
    }
    expect(await s.ask("alice", `POST ${at.replace("*", OTHER)}/update`)).toMatchObject(DENIED);
    expect((await s.ask("admin", `POST ${at.replace("*", OTHER)}/update`)).status).toBe(200);
  });

  test("takes its control with it when it is deleted", async () => {
    await using s = await scene(answers);
    await s.ask("alice", `POST ${create}`, {});
    expect(await s.ask("bob", `DELETE ${at.replace("*", CID)}`)).toMatchObject(DENIED);
    expect(s.gateway.controls).toHaveLength(1);
    expect((await s.ask("alice", `DELETE ${at.replace("*", CID)}`)).status).toBe(204);
    expect(s.gateway.controls).toHaveLength(0);
  });

  test("that the engine does not know is answered by the engine", async () => {
    await using s = await scene(answers);
    expect((await s.ask("alice", `DELETE ${at.replace("*", "none")}`)).json).toEqual({
      message: "not found",
    });
  });
});

describe("volumes", () => {
  const answers: Answers = {
    "GET /info": [200, { ID: "ENGINE" }],
    "POST /volumes/create": [201, { Name: "data" }],
    "GET /volumes": [200, { Volumes: [{ Name: "data" }, { Name: "other" }], Warnings: null }],
    "GET /volumes/data": [200, { Name: "data" }],
    "DELETE /volumes/data": [204, ""],
  };

  test("are known by name and engine", async () => {
    await using s = await scene(answers);
    const control = { ResourceControl: { ResourceId: "data_ENGINE", Type: 3 } };
    const volume = { Name: "data", ResourceID: "data_ENGINE", Portainer: control };
    expect(await s.ask("alice", "POST /volumes/create", {})).toMatchObject({ status: 200, json: volume });
    expect((await s.ask("alice", "GET /volumes")).json).toMatchObject({ Volumes: [volume], Warnings: null });
    expect((await s.ask("admin", "GET /volumes")).json.Volumes[1]).toEqual({
      Name: "other",
      ResourceID: "other_ENGINE",
    });
    expect(await s.ask("bob", "GET /volumes/data")).toMatchObject(DENIED);
    await s.ask("alice", "DELETE /volumes/data");
    expect(s.gateway.controls).toHaveLength(0);
  });

  test("are known by the swarm once the engine is in one", async () => {
    await using s = await scene({
      ...answers,
      "GET /info": [200, { ID: "E", Swarm: { Cluster: { ID: "SWARM" } } }],
    });
    expect((await s.ask("admin", "GET /volumes/data")).json.ResourceID).toBe("data_SWARM");
  });

  test("are not created twice where the client asks for that", async () => {
    await using s = await scene(answers);
    const answer = await s.ask("admin", "POST /volumes/create", {}, { "X-Portainer-VolumeName": "data" });
    expect(answer).toMatchObject({
      status: 409,
      json: { details: "A volume with the same name already exists" },
    });
  });
});

describe("standard users", () => {
  test.each([
    "POST /containers/prune",
    "POST /v1.41/volumes/prune",
    "POST /networks/prune",
    "GET /nodes/n1",
    "GET /swarm/unlockkey",
    "POST /swarm/leave",
    "POST /libpod/containers/create",
    "GET /containers%2Fsecret%2Fjson",
    `HEAD /containers/${OTHER}/archive`,
    `GET /containers/${OTHER}/attach/ws`,
  ])("may not %s", async (what) => {
    await using s = await scene({
      [`GET /containers/${OTHER}/json`]: [200, { Id: OTHER }],
      "GET /containers%2Fsecret%2Fjson": [200, { Id: OTHER }],
    });
    const { status } = await s.ask("alice", what);
    expect(status).toBe(403);
    expect(s.engine.requests.every(({ method }) => method === "GET")).toBe(true);
  });

  test.each([
    "GET /_ping",
    "GET /version",
    "GET /images/json",
    "POST /images/prune",
    "GET /nodes",
    "POST /commit",
  ])("may %s", async (what) => {
    await using s = await scene({ [what]: [200, {}] });
    expect((await s.ask("alice", what)).status).toBe(200);
  });

  test("see the swarm without what lets a machine join it", async () => {
    await using s = await scene({
      "GET /swarm": [200, { ID: "s", JoinTokens: { Manager: "t" }, TLSInfo: {} }],
    });
    expect((await s.ask("alice", "GET /swarm")).json).toEqual({ ID: "s" });
    expect((await s.ask("admin", "GET /swarm")).json).toMatchObject({ JoinTokens: { Manager: "t" } });
  });

  test("see the engine's own networks", async () => {
    await using s = await scene({
      "GET /networks": [
        200,
        [
          { Name: "bridge", Id: "n1" },
          { Name: "own", Id: "n2" },
        ],
      ],
    });
    expect((await s.ask("alice", "GET /networks")).json).toMatchObject([
      {
        Name: "bridge",
        Portainer: { ResourceControl: { Id: 0, ResourceId: "n1", Public: true, System: true } },
      },
    ]);
  });

  test("see the tasks of their services", async () => {
    await using s = await scene({
      "POST /services/create": [201, { ID: "s1" }],
      "GET /tasks": [
        200,
        [
          { ID: "t1", ServiceID: "s1" },
          { ID: "t2", ServiceID: "s2" },
        ],
      ],
    });
    await s.ask("alice", "POST /services/create", {});
    expect((await s.ask("alice", "GET /tasks")).json).toMatchObject([{ ID: "t1" }]);
  });
});

describe("labels", () => {
  const list = (Labels: Record<string, string>): Answers => ({
    "GET /containers/json": [200, [{ Id: CID, Labels }]],
  });
  const shown = async (s: Scene, as: string) => (await s.ask(as, "GET /containers/json")).json;

  test.each([
    ["com.docker.swarm.service.id", "s1", 2, "s1"],
    ["com.docker.stack.namespace", "shop", 6, "1_shop"],
    ["com.docker.compose.project", "shop", 6, "1_shop"],
  ])("%s gives an object to whoever owns that", async (label, value, type, resourceId) => {
    await using s = await scene(list({ [label]: value }));
    expect(await shown(s, "alice")).toEqual([]);
    s.gateway.controls.push({
      ...{ Id: 9, ResourceId: resourceId, SubResourceIds: [], Type: type, TeamAccesses: [] },
      ...{
        UserAccesses: [{ UserId: 2, AccessLevel: 1 }],
        Public: false,
        AdministratorsOnly: false,
        System: false,
      },
    });
    expect(await shown(s, "alice")).toMatchObject([{ Portainer: { ResourceControl: { Id: 9 } } }]);
    expect(await shown(s, "bob")).toEqual([]);
  });

  test("make a control at first sight, whoever looks", async () => {
    await using s = await scene(list({ "io.portainer.accesscontrol.public": "" }));
    expect(await shown(s, "admin")).toMatchObject([{ Portainer: { ResourceControl: { Public: true } } }]);
    expect(await shown(s, "bob")).toHaveLength(1);
    expect(s.gateway.controls).toHaveLength(1);
  });

  test("make no control where they name nobody, and only an open one where they open to all", async () => {
    await using nobody = await scene(list({ "io.portainer.accesscontrol.users": " , " }));
    await shown(nobody, "admin");
    expect(nobody.gateway.controls).toEqual([]);
    const labels = {
      "io.portainer.accesscontrol.public": "false",
      "io.portainer.accesscontrol.users": "bob",
    };
    await using open = await scene(list(labels));
    expect(await shown(open, "alice")).toMatchObject([
      { Portainer: { ResourceControl: { Public: true, UserAccesses: [] } } },
    ]);
  });

  test("hide containers from lists, for everybody, by name and exact value", async () => {
    await using s = await scene({
      ...list({ secret: "yes" }),
      [`GET /containers/${CID}/json`]: [200, { Id: CID }],
    });
    s.gateway.hidden.push({ name: "secret", value: "" });
    expect(await shown(s, "admin")).toHaveLength(1);
    s.gateway.hidden.push({ name: "secret", value: "yes" });
    expect(await shown(s, "admin")).toEqual([]);
    expect((await s.ask("admin", `GET /containers/${CID}/json`)).status).toBe(200);
  });
});

describe("what a standard user may ask of a new container", () => {
  test.each([
    [{ Privileged: true }, "privileged mode"],
    [{ PidMode: "host" }, "pid host namespace"],
    [{ Devices: [{ PathOnHost: "/dev/null" }] }, "device mapping"],
    [{ Sysctls: { "net.ipv4.ip_forward": "1" } }, "sysctl settings"],
    [{ CapAdd: ["NET_ADMIN"] }, "container capabilities"],
    [{ CapDrop: ["CHOWN"] }, "container capabilities"],
    [{ Binds: ["data:/x", "/etc:/y"] }, "bind mounts"],
    [{ Mounts: [{ Type: "bind", Source: "/etc" }] }, "bind mounts"],
    [{ privileged: true }, "privileged mode"],
  ])("is not %p", async (HostConfig, what) => {
    await using s = await scene({ "POST /containers/create": [201, { Id: CID }] });
    expect(await s.ask("alice", "POST /v1.41/containers/create", { HostConfig })).toMatchObject({
      status: 403,
      json: { details: `Forbidden to use ${what}` },
    });
    expect(s.engine.requests).toEqual([]);
    expect((await s.ask("admin", "POST /containers/create", { HostConfig })).status).toBe(200);
  });

  test.each([
    {},
    { Binds: ["data:/x"] },
    { IpcMode: "host" },
    { Devices: [], Privileged: false, CapAdd: null },
  ])("may be %p", async (HostConfig) => {
    await using s = await scene({ "POST /containers/create": [201, { Id: CID }] });
    expect((await s.ask("alice", "POST /containers/create", { HostConfig })).status).toBe(200);
    expect(s.engine.requests[0]?.body).toBe(JSON.stringify({ HostConfig }));
  });

  test("must be JSON", async () => {
    await using s = await scene({});
    expect((await s.ask("alice", "POST /containers/create", "{")).status).toBe(500);
  });

  test("covers services", async () => {
    await using s = await scene({});
    const Mounts = [{ Type: "bind", Source: "/etc" }];
    const body = { TaskTemplate: { ContainerSpec: { Mounts } } };
    expect((await s.ask("alice", "POST /services/create", body)).status).toBe(403);
  });
});

describe("a registry named by its id", () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");
  const passed = async (header: string) => {
    await using s = await scene({});
    await s.ask("alice", "POST /images/create?fromImage=x", undefined, { "X-Registry-Auth": header });
    const value = s.engine.requests[0]?.headers["x-registry-auth"];
    return value && JSON.parse(Buffer.from(String(value), "base64url").toString());
  };

  test.each([
    [{ registryId: 7 }, { username: "robot", password: "s3cret", serveraddress: "registry.test" }],
    [{ registryId: 0 }, { username: "", password: "", serveraddress: "docker.io" }],
    [{ registryId: 99 }, { username: "", password: "", serveraddress: "" }],
    [
      { username: "me", password: "x" },
      { username: "me", password: "x" },
    ],
    [{}, undefined],
  ])("%p becomes %p", async (sent, expected) => {
    expect(await passed(encode(sent))).toEqual(expected);
  });

  test("is left alone where it is none", async () => {
    await using s = await scene({});
    await s.ask("alice", "POST /images/x/push", undefined, { "X-Registry-Auth": "junk!" });
    expect(s.engine.requests[0]?.headers["x-registry-auth"]).toBe("junk!");
  });
});

describe("what an administrator gets", () => {
  test("is the engine's list byte for byte while nothing is to be added", async () => {
    const text = ' [ {"Id":"c1", "SizeRw":9007199254742016999} ]\n';
    await using s = await scene({ "GET /containers/json": [200, text] });
    expect((await s.ask("admin", "GET /containers/json")).text).toBe(text);
  });

  test("is the engine's error as it is", async () => {
    await using s = await scene({ "POST /containers/create": [409, { message: "Conflict." }] });
    expect(await s.ask("admin", "POST /containers/create", {})).toMatchObject({
      status: 409,
      json: { message: "Conflict." },
    });
  });

  test("keeps what an agent says of its node", async () => {
    const object = { Id: CID, Portainer: { Agent: { NodeName: "n1" } }, Size: 1 };
    await using s = await scene({
      "POST /containers/create": [201, { Id: CID }],
      [`GET /containers/${CID}/json`]: [200, object],
    });
    await s.ask("admin", "POST /containers/create", {});
    expect((await s.ask("admin", `GET /containers/${CID}/json`)).json).toMatchObject({
      ...object,
      Portainer: { Agent: { NodeName: "n1" }, ResourceControl: { ResourceId: CID } },
    });
  });
});
