import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { startDeployingServer } from "../support/deploying-server";
import { type FakeDocker, installFakeDocker } from "../support/fake-docker";
import { type FakeEngine, startFakeEngine } from "../support/fake-engine";
import { type GitServer, startGitServer } from "../support/git-server";
import type { Properties } from "../support/grpc";
import { type Host, PASSWORD, startHost } from "../support/host";

const compose = (image: string) => JSON.stringify({ services: { web: { image } } });
const CONTENT = compose("busybox");
const SHOP = { endpointId: 1, name: "shop", content: CONTENT };
const ADMIN = { username: "admin", password: PASSWORD };

let host: Host;
let run: AsyncDisposable;
let docker: FakeDocker;
let engine: FakeEngine;
let other: FakeEngine;
let git: GitServer;
/** The containers that the engine has, by the Compose project that it is asked for. */
let projects: Record<string, number> = {};
/** The volumes of the engine. */
let volumes: string[] = [];

function startEngine(id: string): Promise<FakeEngine> {
  return startFakeEngine((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://engine");
    const path = pathname.replace(/^\/v1\.\d+/, "");
    const label = /project=([^"]*)/.exec(searchParams.get("filters") ?? "")?.[1];
    const containers = Array.from({ length: label === undefined ? 0 : (projects[label] ?? 0) }, (_, at) => ({
      Id: `${at}`.repeat(64),
      Names: [`/${label}-${at}`],
      Image: "busybox",
      Labels: {},
    }));
    const answers: Record<string, unknown> = {
      "/_ping": "OK",
      "/version": { Version: "20.10.24", ApiVersion: "1.41" },
      "/info": { ID: id, Swarm: {}, NCPU: 1, MemTotal: 1 },
      "/containers/json": containers,
      "/images/json": [],
      "/volumes": { Volumes: volumes.map((Name) => ({ Name, Driver: "local" })) },
    };
    if (request.method === "DELETE") volumes = volumes.filter((name) => !path.endsWith(`/${name}`));
    const body = request.method === "DELETE" ? {} : answers[path];
    response.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(body ?? { message: "page not found" }));
  });
}

beforeAll(async () => {
  docker = await installFakeDocker();
  engine = await startEngine("engine-1");
  other = await startEngine("engine-2");
  git = await startGitServer();
  host = await startHost();
}, 60_000);
beforeEach(async () => {
  await run?.[Symbol.asyncDispose]();
  await host.reset();
  projects = {};
  volumes = [];
  for (const [name, { url }] of Object.entries({ one: engine, two: other })) {
    const form = new FormData();
    for (const [key, value] of Object.entries({ Name: name, EndpointCreationType: "1", URL: url }))
      form.append(key, value);
    await api("POST", "/endpoints", form);
  }
  run = await host.switchTo(ADMIN);
});
afterAll(async () => {
  await run[Symbol.asyncDispose]();
  await host[Symbol.asyncDispose]();
  await git[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
  await docker[Symbol.asyncDispose]();
});

/** An operation of the API, by somebody else. */
async function api(method: string, path: string, body?: unknown): Promise<Properties> {
  const answer = await fetch(`${host.server.url}/api${path}`, {
    method,
    headers: { "x-api-key": host.server.apiKey ?? "" },
    ...(body !== undefined && { body: body instanceof FormData ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return (text === "" ? {} : JSON.parse(text)) as Properties;
}
const shown = () => api("GET", `/stacks/${host.stack.entry("it").id}`);
const file = async () => (await api("GET", `/stacks/${host.stack.entry("it").id}/file`))["StackFileContent"];
const up = (inputs: Properties) => host.stack.up("Stack", "it", inputs);
const byHand = (Name: string, more: object = {}) =>
  api("POST", "/stacks/create/standalone/string?endpointId=1", { Name, StackFileContent: CONTENT, ...more });

/** What was asked while `work` ran, without what a process asks once: the login, and who server and engine are. */
async function asked(work: () => Promise<unknown>): Promise<string[]> {
  const before = host.server.requests().length;
  await work();
  return host.server
    .requests()
    .slice(before)
    .filter(({ path }) => !/\/api\/auth|\/system\/status|\/docker\/version/.test(path))
    .map(({ method, path }) => `${method} ${path.replace("/api", "").replace("/v1.41", "")}`);
}

const deployments = async () => (await docker.log()).match(/args: [^\n]* up /g)?.length ?? 0;

describe("a Stack", () => {
  test("takes one look and one write to make, two requests to refresh, a look and a write to change, one to delete", async () => {
    expect(await asked(() => up(SHOP))).toEqual([
      "GET /endpoints/1/docker/containers/json",
      "POST /stacks/create/standalone/string",
    ]);
    expect(await shown()).toMatchObject({ Name: "shop", Type: 2, Status: 1, EndpointId: 1 });
    expect(await asked(() => host.stack.refresh("it"))).toEqual(["GET /stacks/1", "GET /stacks/1/file"]);
    expect(await asked(() => up(SHOP))).toEqual([]);
    const changed = { ...SHOP, content: compose("other") };
    expect(await asked(() => up(changed))).toEqual(["GET /stacks/1", "PUT /stacks/1"]);
    expect(await file()).toBe(compose("other"));
    expect(await asked(() => host.stack.destroy("it"))).toEqual(["DELETE /stacks/1"]);
  });

  test("has the resource's name as Compose allows it, unless it has another", async () => {
    await host.stack.up("Stack", "My.Shop", { endpointId: 1, content: CONTENT });
    expect(host.stack.outputs("My.Shop")).toMatchObject({ name: "myshop", stackId: 1, status: "active" });
  });

  test("deploys with its variables, which stay secret where they were", async () => {
    const env = { TAG: "1", PASSWORD: "it's secret" };
    await up({ ...SHOP, env });
    expect(await docker.log()).toContain("PASSWORD='it\\'s secret'");
    await host.stack.refresh("it");
    expect(await up({ ...SHOP, env: { PASSWORD: "it's secret", TAG: "1" } })).toBe("same");
    await up({ ...SHOP, env: { TAG: "2" } });
    expect(await shown()).toMatchObject({ Env: [{ name: "TAG", value: "2" }] });
    await up(SHOP);
    expect(await shown()).toMatchObject({ Env: [] });
  });

  test("leaves variables alone that the program does not manage", async () => {
    await up(SHOP);
    await api("PUT", "/stacks/1?endpointId=1", {
      StackFileContent: CONTENT,
      Env: [{ name: "BY", value: "hand" }],
    });
    await host.stack.refresh("it");
    expect(await up({ ...SHOP, content: compose("other") })).toBe("update");
    expect(await shown()).toMatchObject({ Env: [{ name: "BY", value: "hand" }] });
  });

  test("removes services that its file no longer has, and pulls when told", async () => {
    await up(SHOP);
    await up({ ...SHOP, content: compose("pruned") });
    expect(await docker.log()).toMatch(/up --detach --remove-orphans\n(?:(?!args:).*\n)*.*"pruned"/);
    const before = await docker.log();
    await up({ ...SHOP, content: compose("pulled"), prune: false, pull: true });
    const log = (await docker.log()).slice(before.length);
    expect(log).toMatch(/args: .* pull\n/);
    expect(log).not.toContain("--remove-orphans");
  });

  test("is deployed again when a trigger changes", async () => {
    await up({ ...SHOP, triggers: { at: "1" } });
    const before = await deployments();
    expect(await up({ ...SHOP, triggers: { at: "2" } })).toBe("update");
    expect(await deployments()).toBe(before + 1);
    await host.stack.refresh("it");
    expect(await up({ ...SHOP, triggers: { at: "2" } })).toBe("same");
  });

  test("stops and starts in place", async () => {
    await up(SHOP);
    expect(await asked(() => up({ ...SHOP, active: false }))).toEqual([
      "GET /stacks/1",
      "POST /stacks/1/stop",
    ]);
    expect(host.stack.outputs("it")).toMatchObject({ status: "inactive" });
    await host.stack.refresh("it");
    expect(await up({ ...SHOP, active: false })).toBe("same");
    expect(await asked(() => up(SHOP))).toEqual(["GET /stacks/1", "POST /stacks/1/start"]);
    expect(await shown()).toMatchObject({ Status: 1 });
  });

  test("can be made stopped, and stays so when its file changes", async () => {
    await up({ ...SHOP, active: false });
    expect(await shown()).toMatchObject({ Status: 2 });
    await up({ ...SHOP, active: false, content: compose("other") });
    expect(await shown()).toMatchObject({ Status: 2 });
    expect(await file()).toBe(compose("other"));
  });

  test.each<[string, () => Promise<unknown>]>([
    [
      "content",
      () => api("PUT", "/stacks/1?endpointId=1", { StackFileContent: compose("drifted"), Env: [] }),
    ],
    [
      "env",
      () =>
        api("PUT", "/stacks/1?endpointId=1", { StackFileContent: CONTENT, Env: [{ name: "A", value: "2" }] }),
    ],
    ["active", () => api("POST", "/stacks/1/stop?endpointId=1")],
    ["access", () => api("PUT", "/resource_controls/1", { Public: true })],
  ])("shows drift of %s, and puts it right", async (property, drift) => {
    const inputs = { ...SHOP, env: { A: "1" }, access: "administrators", active: true };
    await up(inputs);
    await drift();
    await host.stack.refresh("it");
    expect(host.stack.outputs("it")[property]).not.toEqual(inputs[property as "env"]);
    expect(await up(inputs)).toBe("update");
    expect(await file()).toBe(CONTENT);
    expect(await shown()).toMatchObject({
      Status: 1,
      Env: [{ name: "A", value: "1" }],
      ResourceControl: { Public: false, AdministratorsOnly: true },
    });
  });

  test("moves to another environment in place, with its file changed too", async () => {
    await up({ ...SHOP, access: { users: ["admin"] } });
    const moved = { ...SHOP, endpointId: "2", access: { users: ["admin"] } };
    expect(await up(moved)).toBe("update");
    expect(await shown()).toMatchObject({
      EndpointId: 2,
      ResourceControl: { ResourceId: "2_shop", UserAccesses: [{ UserId: 1 }] },
    });
    await host.stack.refresh("it");
    expect(await up(moved)).toBe("same");
    await up({ ...SHOP, content: compose("other"), access: { users: ["admin"] } });
    expect(await shown()).toMatchObject({ EndpointId: 1 });
    expect(await file()).toBe(compose("other"));
  });

  test("that has moved, and could not be changed there, is in the state as it is, and put right by the next `up`", async () => {
    await up(SHOP);
    const news = { ...SHOP, endpointId: 2, content: compose("other") };
    host.server.fail({ path: "/api/stacks/1", method: "PUT", times: 1, with: 500 });
    await expect(up(news)).rejects.toThrow(/PUT \/api\/stacks\/1: 500/);
    expect(host.stack.outputs("it")).toMatchObject({ endpointId: 2, content: CONTENT, active: true });
    expect(await up(news)).toBe("update");
    expect(await file()).toBe(compose("other"));
  });

  test("whose change was refused stays in the state as it was", async () => {
    await up(SHOP);
    host.server.fail({ path: "/api/stacks/1", method: "PUT", times: 1, with: 500 });
    await expect(up({ ...SHOP, content: compose("other") })).rejects.toThrow(/500/);
    expect(host.stack.outputs("it")).toMatchObject({ content: CONTENT, status: "active" });
  });

  test("for a user whom the server does not know is refused before anything is changed", async () => {
    const before = await deployments();
    const access = { users: ["nobody"] };
    await expect(up({ ...SHOP, access })).rejects.toThrow('there is no user "nobody" on the server');
    await up(SHOP);
    await expect(up({ ...SHOP, content: compose("other"), access })).rejects.toThrow('no user "nobody"');
    expect(await deployments()).toBe(before + 1);
  });

  test("is a standard user's own, unless the environment forbids it", async () => {
    await api("POST", "/users", { Username: "alice", Password: "alice-in-a-hurry", Role: 2 });
    await api("PUT", "/endpoints/1", { UserAccessPolicies: { "2": { RoleId: 0 } } });
    await using _alice = await host.switchTo({ username: "alice", password: "alice-in-a-hurry" });
    await up({ ...SHOP, env: { A: "1" } });
    await host.stack.refresh("it");
    expect(await up({ ...SHOP, env: { A: "2" }, active: false })).toBe("update");
    await host.stack.destroy("it");
    await api("PUT", "/endpoints/1/settings", { allowStackManagementForRegularUsers: false });
    await expect(up(SHOP)).rejects.toThrow(/Stack creation is disabled for non-admin users/);
  });

  test("takes an asset for its file, and sees drift of it", async () => {
    const asset = (text: string) => ({
      "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17",
      text,
      hash: createHash("sha256").update(text).digest("hex"),
    });
    await up({ ...SHOP, content: asset(CONTENT) });
    expect(await file()).toBe(CONTENT);
    await host.stack.refresh("it");
    expect(await up({ ...SHOP, content: asset(CONTENT) })).toBe("same");
    await api("PUT", "/stacks/1?endpointId=1", { StackFileContent: compose("drifted") });
    await host.stack.refresh("it");
    expect(await up({ ...SHOP, content: asset(CONTENT) })).toBe("update");
    expect(await file()).toBe(CONTENT);
  });

  test("keeps its volumes when it is destroyed, unless told", async () => {
    volumes = ["shop_data"];
    await up(SHOP);
    await host.stack.destroy("it");
    expect(volumes).toEqual(["shop_data"]);
    await up(SHOP);
    expect(await asked(() => up({ ...SHOP, removeVolumes: true }))).toEqual([]);
    await host.stack.destroy("it");
    expect(volumes).toEqual([]);
  });

  test("that does not come up is an error in the engine's words, and nothing in the state", async () => {
    await expect(up({ ...SHOP, name: "broken" })).rejects.toThrow(/service web: no such image/);
    expect(host.stack.has("it")).toBe(false);
  });

  test("is gone when somebody has deleted it, and says so in an update", async () => {
    await up(SHOP);
    await api("DELETE", "/stacks/1?endpointId=1");
    await expect(up({ ...SHOP, content: compose("other") })).rejects.toThrow(
      'the stack "shop" is gone: it was deleted outside of Pulumi',
    );
    expect(await host.stack.refresh("it")).toBe(false);
  });

  test("is looked up by its id", async () => {
    await byHand("found", { Env: [{ name: "A", value: "1" }] });
    expect(await host.stack.get("Stack", "found", "1")).toMatchObject({
      stackId: 1,
      endpointId: 1,
      name: "found",
      type: "standalone",
      content: CONTENT,
      env: { A: "1" },
      active: true,
      status: "active",
      access: "administrators",
    });
    await expect(host.stack.get("Stack", "found", "shop")).rejects.toThrow("is looked up by its id");
  });

  test.each([
    [{ content: undefined }, "a stack has either `content` or `git`: give one of them"],
    [{ git: { url: "https://git.example.com/shop" } }, "a stack has either `content` or `git`"],
    [{ name: "My Shop" }, '"My Shop" is not the name of a stack'],
    [
      { content: undefined, git: { url: "https://git.example.com", username: "ci" } },
      "the credentials are incomplete: `username` needs `password`",
    ],
    [
      { content: undefined, git: { url: "https://git.example.com", autoUpdate: { force: true } } },
      "says when to update: set `interval`, or `webhook: true`",
    ],
    [{ content: undefined, git: { url: "git@example.com:shop" } }, "is the http:// or https:// URL"],
  ])("with %j is refused without a request", async (inputs, reason) => {
    const before = host.server.requests().length;
    await expect(up({ ...SHOP, ...inputs })).rejects.toThrow(reason);
    expect(host.server.requests()).toHaveLength(before);
  });
});

describe("a Stack whose name is taken", () => {
  test("is refused, with the ways on", async () => {
    await byHand("shop");
    await expect(up(SHOP)).rejects.toThrow(
      /the stack "shop" of environment 1 is on this server already \(id 1\).*aliases.*adopt: "matching".*adopt: "replace"/s,
    );
    expect(await deployments()).toBeGreaterThan(0);
  });

  test.each([0, 1])("is adopted as it is, with %i containers there", async (containers) => {
    await byHand("shop");
    projects = { shop: containers };
    const before = await deployments();
    expect(await up({ ...SHOP, adopt: "matching" })).toBe("create");
    expect(await deployments()).toBe(before);
    expect(host.stack.entry("it").id).toBe("1");
  });

  test("is adopted with changes only when told", async () => {
    await byHand("shop");
    const news = { ...SHOP, content: compose("other"), access: "public" };
    await expect(up({ ...news, adopt: "matching" })).rejects.toThrow("it differs in content");
    await up({ ...news, adopt: "replace" });
    expect(await file()).toBe(compose("other"));
    expect(await shown()).toMatchObject({ ResourceControl: { Public: true } });
  });

  test("by a Compose project that Portainer did not make does not join it unasked", async () => {
    projects = { shop: 2 };
    await expect(up(SHOP)).rejects.toThrow(
      /a Compose project named "shop" is on environment 1, and no stack of Portainer made it \(2 containers\)/,
    );
    expect(await up({ ...SHOP, adopt: "replace" })).toBe("create");
  });

  test("by another resource of the program is refused", async () => {
    await up(SHOP);
    await expect(host.stack.up("Stack", "again", { ...SHOP, adopt: "replace" })).rejects.toThrow(
      /is "it" in this stack already/,
    );
  });
});

describe("a Stack whose answer was lost", () => {
  test("when it was made is found, and not deployed again", async () => {
    const before = await deployments();
    host.server.fail({
      path: "/api/stacks/create/standalone/string",
      method: "POST",
      times: 1,
      with: "reset-after",
    });
    await up(SHOP);
    expect(await deployments()).toBe(before + 1);
    expect(await host.stack.refresh("it")).toBe(true);
    expect(await up(SHOP)).toBe("same");
  });

  test.each([
    ["changed", "/api/stacks/1", "PUT", { content: compose("other") }, 1],
    ["stopped", "/api/stacks/1/stop", "POST", { active: false }, 0],
    ["migrated", "/api/stacks/1/migrate", "POST", { endpointId: 2 }, 1],
  ])("when it was %s is as desired, and not deployed again", async (_what, path, method, change, more) => {
    await up(SHOP);
    const before = await deployments();
    host.server.fail({ path, method, times: 1, with: "reset-after" });
    expect(await up({ ...SHOP, ...change })).toBe("update");
    expect(await deployments()).toBe(before + more);
    await host.stack.refresh("it");
    expect(await up({ ...SHOP, ...change })).toBe("same");
  });

  test("when it was deleted is gone", async () => {
    await up(SHOP);
    host.server.fail({ path: "/api/stacks/1", method: "DELETE", times: 1, with: "reset-after" });
    await host.stack.destroy("it");
    expect(await api("GET", "/stacks")).toEqual([]);
  });
});

describe("a Stack on a server that deploys in the background", () => {
  test("is made with one write, and is there when it is deployed", async () => {
    await using server = await startDeployingServer(host.server.url);
    await using _run = await host.switchTo({ url: server.url, ...ADMIN });
    await up(SHOP);
    expect(server.writes).toEqual(["POST /stacks/create/standalone/string"]);
    expect(host.stack.outputs("it")).toMatchObject({ status: "active" });
    await host.heard("it", /deploying: \d+ s/);
    expect(await up({ ...SHOP, content: compose("other") })).toBe("update");
    expect(server.writes).toHaveLength(2);
    expect(host.stack.outputs("it")).toMatchObject({ status: "active" });
  });

  test("fails with the message of the stack, and is put right by the next `up`", async () => {
    await using server = await startDeployingServer(host.server.url);
    await using _run = await host.switchTo({ url: server.url, ...ADMIN });
    server.failNext("pull access denied for busybox");
    await expect(up(SHOP)).rejects.toThrow(
      'the stack "shop" could not be deployed: pull access denied for busybox',
    );
    expect(host.stack.outputs("it")).toMatchObject({ status: "error", active: false });
    await host.stack.refresh("it");
    expect(await up(SHOP)).toBe("update");
    expect(server.writes).toEqual(["POST /stacks/create/standalone/string", "PUT /stacks/1"]);
    expect(host.stack.outputs("it")).toMatchObject({ status: "active" });
    expect(await up(SHOP)).toBe("same");
  });

  test("waits for another deployment that is in progress, to change and to delete", async () => {
    await using server = await startDeployingServer(host.server.url, 0);
    await using _run = await host.switchTo({ url: server.url, ...ADMIN });
    await up(SHOP);
    server.beBusy(2);
    await up({ ...SHOP, content: compose("other") });
    await host.heard("it", /waiting for another deployment of the stack/);
    expect(await file()).toBe(compose("other"));
    server.beBusy(1);
    await host.stack.destroy("it");
    expect(await api("GET", "/stacks")).toEqual([]);
  });
});

describe("a Stack from git", () => {
  const FILE = "docker-compose.yml";
  const fromGit = (more: object = {}) => ({ endpointId: 1, name: "shop", git: { url: git.url, ...more } });
  beforeEach(() => git.commit({ [FILE]: compose("first") }));

  test("shows its commit, takes one request to refresh, and is deployed again when a trigger changes", async () => {
    const commit = await git.commit({ [FILE]: compose("newer") });
    await up({ ...fromGit(), triggers: { release: "1" } });
    expect(host.stack.outputs("it")).toMatchObject({ commit });
    expect(await asked(() => host.stack.refresh("it"))).toEqual(["GET /stacks/1"]);
    expect(await up({ ...fromGit(), triggers: { release: "1" } })).toBe("same");
    const next = await git.commit({ [FILE]: compose("newest") });
    expect(await asked(() => up({ ...fromGit(), triggers: { release: "2" } }))).toEqual([
      "GET /stacks/1",
      "PUT /stacks/1/git/redeploy",
    ]);
    expect(host.stack.outputs("it")).toMatchObject({ commit: next });
    expect(await file()).toBe(compose("newest"));
  });

  test("shows another commit after somebody else has deployed it", async () => {
    await up(fromGit());
    const commit = await git.commit({ [FILE]: compose("moved") });
    await api("PUT", "/stacks/1/git/redeploy?endpointId=1", {});
    await host.stack.refresh("it");
    expect(host.stack.outputs("it")).toMatchObject({ commit });
    expect(await up(fromGit())).toBe("same");
  });

  test("changes its branch and variables in place", async () => {
    await git.commit({ [FILE]: compose("on-the-side") }, "side");
    await git.commit({ [FILE]: compose("on-main") });
    await up(fromGit({ reference: "main" }));
    expect(await up(fromGit({ reference: "refs/heads/main" }))).toBe("same");
    await up({ ...fromGit({ reference: "side" }), env: { A: "1" } });
    expect(await file()).toBe(compose("on-the-side"));
    expect(await shown()).toMatchObject({
      Env: [{ name: "A", value: "1" }],
      GitConfig: { ReferenceName: "refs/heads/side" },
    });
    await host.stack.refresh("it");
    expect(await up({ ...fromGit({ reference: "side" }), env: { A: "1" } })).toBe("same");
  });

  test("is replaced for another file, and detached for `content`", async () => {
    await git.commit({ "other.yml": compose("elsewhere") });
    await up(fromGit());
    expect(await up(fromGit({ path: "other.yml" }))).toBe("replace");
    expect(await up(SHOP)).toBe("update");
    expect(await shown()).toMatchObject({ GitConfig: null });
    expect(host.stack.outputs("it")).not.toHaveProperty("commit");
    expect(await up(fromGit())).toBe("replace");
  });

  test("has a webhook, whose URL is secret and stays the same", async () => {
    await up(fromGit({ autoUpdate: { webhook: true } }));
    const { webhookUrl } = host.stack.outputs("it");
    expect(host.stack.entry("it").outputs["webhookUrl"]).toMatchObject({ value: webhookUrl });
    const commit = await git.commit({ [FILE]: compose("by-webhook") });
    expect((await fetch(String(webhookUrl), { method: "POST" })).status).toBe(204);
    await host.stack.refresh("it");
    expect(host.stack.outputs("it")).toMatchObject({ commit, webhookUrl });
    const both = fromGit({ autoUpdate: { webhook: true, interval: 300 } });
    expect(await asked(() => up(both))).toEqual(["GET /stacks/1", "POST /stacks/1/git"]);
    expect(host.stack.outputs("it")).toMatchObject({ webhookUrl });
    await host.stack.refresh("it");
    expect(await up(both)).toBe("same");
    expect(await shown()).toMatchObject({ AutoUpdate: { Interval: "300s" } });
    await up(fromGit());
    expect(await shown()).toMatchObject({ AutoUpdate: null });
    expect(host.stack.outputs("it")).not.toHaveProperty("webhookUrl");
  });

  test("keeps updates that the program does not manage, and its password", async () => {
    await using closed = await startGitServer({ login: { username: "ci", password: "pull" } });
    await closed.commit({ [FILE]: compose("closed") });
    const login = { url: closed.url, username: "ci", password: "pull" };
    await up(fromGit(login));
    expect(JSON.stringify(host.stack.entry("it").outputs["git"])).toContain('"value":"pull"');
    await api("POST", "/stacks/1/git?endpointId=1", {
      RepositoryAuthentication: true,
      RepositoryUsername: "ci",
      AutoUpdate: { Interval: "10m" },
    });
    await host.stack.refresh("it");
    expect(await up(fromGit(login))).toBe("same");
    await closed.commit({ [FILE]: compose("side") }, "side");
    await up(fromGit({ ...login, reference: "side" }));
    expect(await file()).toBe(compose("side"));
    expect(await shown()).toMatchObject({ AutoUpdate: { Interval: "10m" } });
  });

  test("that is stopped saves its settings without a deployment", async () => {
    await up({ ...fromGit(), active: false });
    const before = await deployments();
    await up({ ...fromGit(), active: false, env: { A: "1" } });
    expect(await deployments()).toBe(before);
    expect(await shown()).toMatchObject({ Status: 2, Env: [{ name: "A", value: "1" }] });
    await up({ ...fromGit(), env: { A: "1" } });
    expect(await shown()).toMatchObject({ Status: 1 });
  });
});
