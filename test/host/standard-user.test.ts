import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Properties } from "../support/grpc";
import { type Host, PASSWORD, startHost } from "../support/host";
import { type SwarmModel, startSwarmModel } from "../support/swarm-model";

// What Portainer lets a standard user do with an engine and its swarm, who has access to the environment.
let engine: SwarmModel;
let host: Host;
let carl: AsyncDisposable;
let context: string;

beforeAll(async () => {
  engine = await startSwarmModel();
  host = await startHost({ engine: { url: engine.url } });
  context = await mkdtemp(join(tmpdir(), "context-"));
  await writeFile(join(context, "Dockerfile"), "FROM scratch\n");
  const { Id } = await api<{ Id: number }>("POST", "/users", {
    Username: "carl",
    Password: PASSWORD,
    Role: 2,
  });
  await api("PUT", "/endpoints/1", { UserAccessPolicies: { [Id]: { RoleId: 0 } } });
  carl = await host.switchTo({ username: "carl", password: PASSWORD });
});
beforeEach(async () => {
  host.stack.forget();
  engine.reset();
  await engine.ask("POST", "/swarm/init", { Spec: {} });
});
afterAll(async () => {
  await carl[Symbol.asyncDispose]();
  await host[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  await rm(context, { recursive: true });
});

async function api<T>(method: string, path: string, body: object): Promise<T> {
  const answer = await fetch(`${host.server.url}/api${path}`, {
    method,
    headers: { "x-api-key": host.server.apiKey ?? "" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

const SERVICE = { name: "web", image: "nginx:1.27", labels: { a: "1" }, waitForConvergence: false };
const FILE = { name: "db", data: "one", labels: { a: "1" } };

const ALLOWED: Record<string, () => readonly [type: string, inputs: Properties, change: Properties]> = {
  "an Image of a registry": () => ["Image", { name: "shop:1" }, { tags: ["shop:latest"] }],
  "an Image that is built": () => [
    "Image",
    { name: "shop:2", build: { context } },
    { tags: ["shop:latest"] },
  ],
  "a Service": () => ["Service", SERVICE, { labels: { a: "2" } }],
  "a Secret": () => ["Secret", FILE, { labels: { a: "2" } }],
  "a Config": () => ["Config", FILE, { labels: { a: "2" } }],
};

describe.each(Object.entries(ALLOWED))("%s of a standard user", (_what, life) => {
  test("is made, refreshed, changed and destroyed", async () => {
    const [type, inputs, change] = life();
    const { stack } = host;
    const program = { endpointId: 1, ...inputs };
    expect(await stack.up(type, "it", program)).toBe("create");
    expect(await stack.refresh("it")).toBe(true);
    expect(await stack.up(type, "it", program)).toBe("same");
    expect(await stack.up(type, "it", { ...program, ...change })).toBe("update");
    await stack.destroy("it");
  });
});

test("a command runs in a container that a standard user may use", async () => {
  const { stack } = host;
  const [web] = await engine.ask<{ Id: string }[]>("GET", "/containers/json");
  await api("POST", "/resource_controls", { ResourceID: web?.Id, Type: 1, Public: true });
  const program = { endpointId: 1, container: "web", command: ["migrate"], onDelete: ["undo"] };
  expect(await stack.up("Exec", "it", program)).toBe("create");
  expect(await stack.refresh("it")).toBe(true);
  expect(await stack.up("Exec", "it", { ...program, command: ["migrate", "--all"] })).toBe("update");
  await stack.destroy("it");
});

const BY_ADMINISTRATORS = "403 access denied to resource. Only an administrator may do this.";

test.each<[what: string, type: string, inputs: Properties, refusal: string]>([
  ["the swarm", "Swarm", { adopt: "replace", taskHistoryLimit: 3 }, BY_ADMINISTRATORS],
  ["a new swarm", "Swarm", {}, BY_ADMINISTRATORS],
  ["a node", "Node", { name: "node-1", labels: { zone: "north" } }, BY_ADMINISTRATORS],
  [
    "a container of somebody else",
    "Exec",
    { container: "web", command: ["true"] },
    "403 access denied to resource. The user of these credentials may not do this.",
  ],
])("%s is refused to a standard user in one sentence", async (what, type, inputs, refusal) => {
  if (what === "a new swarm") await engine.ask("POST", "/swarm/leave");
  await expect(host.stack.up(type, "it", { endpointId: 1, ...inputs })).rejects.toThrow(refusal);
  expect(host.stack.has("it")).toBe(false);
});
