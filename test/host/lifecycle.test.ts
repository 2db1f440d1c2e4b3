import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe } from "@jest/globals";
import { type RunningServer, startServer } from "../../server";
import { type Certificates, makeCertificates } from "../support/certificates";
import { type FakeDocker, installFakeDocker } from "../support/fake-docker";
import { DOORS, type Host, PASSWORD, startHost } from "../support/host";
import { keepsItsState, type Life, lifecycle } from "../support/lifecycle";
import { startProxy } from "../support/proxy";
import { type SwarmModel, startSwarmModel } from "../support/swarm-model";
import { startTinyEngine, type TinyEngine } from "../support/tiny-engine";

let host: Host;
let engine: SwarmModel;
/** A folder that an image is built from. */
let context: string;
let secured: TinyEngine;
let pem: Certificates;
let stranger: RunningServer;
let docker: FakeDocker;
let proxy: Awaited<ReturnType<typeof startProxy>>;

beforeAll(async () => {
  docker = await installFakeDocker();
  engine = await startSwarmModel();
  context = await mkdtemp(join(tmpdir(), "context-"));
  await writeFile(join(context, "Dockerfile"), "FROM scratch\n");
  pem = await makeCertificates();
  secured = await startTinyEngine({ certificates: pem, clientAuth: true });
  stranger = await startServer({ admin: { password: PASSWORD } });
  proxy = await startProxy();
}, 60_000);
afterAll(async () => {
  await docker[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  await secured[Symbol.asyncDispose]();
  await stranger.stop();
  await proxy[Symbol.asyncDispose]();
  await rm(context, { recursive: true });
});

/** An operation of the API, by somebody else. */
async function api<Answer = void>(method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(`${host.server.url}/api${path}`, {
    method,
    headers: { "x-api-key": host.server.apiKey ?? "" },
    ...(body !== undefined && { body: body instanceof FormData ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return (text === "" ? undefined : JSON.parse(text)) as Answer;
}

async function addEnvironment(): Promise<void> {
  const form = new FormData();
  for (const [key, value] of Object.entries({ Name: "one", EndpointCreationType: "1", URL: engine.url }))
    form.append(key, value);
  await api("POST", "/endpoints", form);
}

async function addSwarm(): Promise<void> {
  await addEnvironment();
  await engine.ask("POST", "/swarm/init", { Spec: {} });
}

/** The objects of the swarm, `"secrets"`, as somebody else sees them. */
const inSwarm = (kind: string) =>
  engine.ask<{ ID: string; Version: { Index: number }; Spec: Record<string, unknown> }[]>("GET", `/${kind}`);

/** Changes the specification of the only object of this kind, by somebody else. */
async function changeIn(kind: string, change: object): Promise<void> {
  const [object] = await inSwarm(kind);
  const path = `/${kind}/${object?.ID}/update?version=${object?.Version.Index}`;
  await engine.ask("POST", path, { ...object?.Spec, ...change });
}

/** Who may use an object of Portainer that others have made. */
const resourceControl = (type: "stack" | "customTemplate", make: () => Promise<void>): Life => ({
  type: "ResourceControl",
  prepare: make,
  create: { type, objectId: 1, access: "public", adopt: "replace" },
  change: { access: "administrators" },
  drift: async () => {
    const path = type === "stack" ? "/stacks/1" : "/custom_templates/1";
    const object = await api<{ ResourceControl: { Id: number } }>("GET", path);
    await api("PUT", `/resource_controls/${object.ResourceControl.Id}`, { AdministratorsOnly: true });
  },
  isDestroyed: true,
  imported: "same",
});

const addTemplate = () =>
  api("POST", "/custom_templates/create/string", {
    Title: "shop",
    Description: "A shop",
    Platform: 1,
    Type: 2,
    FileContent: "services: {}",
  });

async function addStack(): Promise<void> {
  await addEnvironment();
  const body = { Name: "shop", StackFileContent: "services: {}" };
  await api("POST", "/stacks/create/standalone/string?endpointId=1", body);
}

/** A secret or a config: alike but for the name. */
const swarmFile = (type: "Secret" | "Config"): Life => {
  const kind = `${type.toLowerCase()}s`;
  return {
    type,
    prepare: addSwarm,
    create: { endpointId: 1, name: "db", data: "one", labels: { tier: "db" } },
    change: { labels: { tier: "web", a: "1" } },
    replaces: { data: "two" },
    createFirst: true,
    drift: () => changeIn(kind, { Labels: { tier: "drifted" } }),
    remove: async () => {
      for (const { ID } of await inSwarm(kind)) await engine.ask("DELETE", `/${kind}/${ID}`);
    },
    lost: { method: "POST", path: new RegExp(`${kind}/create$`) },
    count: async () => (await inSwarm(kind)).length,
    // An import knows the name in the swarm, which has the hash of the data.
    imported: "replace",
    requests: {
      create: [`GET /${kind}`, `POST /${kind}/create`],
      refresh: [`GET /${kind}/ID`],
      change: [`GET /${kind}/ID`, `POST /${kind}/ID/update`],
      destroy: [`DELETE /${kind}/ID`],
    },
  };
};

const LIVES: Record<string, () => Life> = {
  AdminUser: () => ({
    type: "AdminUser",
    create: { password: PASSWORD },
    change: { username: "root", password: "battery-staple-8" },
    drift: (id) => api("PUT", `/users/${id}`, { Username: "boss" }),
  }),
  ApiKey: () => ({
    type: "ApiKey",
    create: { description: "ci" },
    replaces: { description: "ci of shop" },
    createFirst: true,
    remove: (id) => api("DELETE", `/users/1/tokens/${id}`),
  }),
  Tag: () => ({
    type: "Tag",
    create: { name: "production" },
    replaces: { name: "staging" },
    createFirst: true,
    remove: (id) => api("DELETE", `/tags/${id}`),
  }),
  Team: () => ({
    type: "Team",
    create: { name: "ops" },
    change: { name: "Operations" },
    drift: (id) => api("PUT", `/teams/${id}`, { Name: "drifted" }),
    remove: (id) => api("DELETE", `/teams/${id}`),
  }),
  User: () => ({
    type: "User",
    create: { username: "alice", password: "alice-in-a-hurry" },
    change: { username: "Alicia", password: "alicia-in-a-hurry", role: "administrator" },
    drift: (id) => api("PUT", `/users/${id}`, { Username: "drifted", Role: 1 }),
    remove: (id) => api("DELETE", `/users/${id}`),
  }),
  // Portainer does not check that user and team are there.
  TeamMembership: () => ({
    type: "TeamMembership",
    create: { userId: 5, teamId: 3 },
    change: { role: "leader" },
    replaces: { teamId: 4 },
    drift: () => api("PUT", "/team_memberships/1", { UserID: 5, TeamID: 3, Role: 1 }),
    remove: () => api("DELETE", "/team_memberships/1"),
  }),
  EndpointGroup: () => ({
    type: "EndpointGroup",
    create: { name: "shops", description: "All shops", access: { users: ["admin"] } },
    change: { name: "stores", description: "All stores", access: { users: [] }, tagIds: [] },
    drift: (id) =>
      api("PUT", `/endpoint_groups/${id}`, { Name: "drifted", UserAccessPolicies: { "1": {}, "7": {} } }),
    remove: (id) => api("DELETE", `/endpoint_groups/${id}`),
  }),
  EndpointGroupAccess: () => ({
    type: "EndpointGroupAccess",
    create: { groupId: 1, user: "admin" },
    replaces: { user: undefined, team: 7 },
    remove: () => api("PUT", "/endpoint_groups/1", { UserAccessPolicies: {} }),
  }),
  Registry: () => ({
    type: "Registry",
    create: { type: "custom", url: "registry.example.com", username: "ci", password: "pull-images" },
    change: { name: "internal", url: "images.example.com", username: "robot", password: "pull-more" },
    replaces: { type: "azure" },
    drift: (id) => api("PUT", `/registries/${id}`, { Name: "drifted", Authentication: false }),
    remove: (id) => api("DELETE", `/registries/${id}`),
  }),
  CustomTemplate: () => ({
    type: "CustomTemplate",
    create: { description: "A shop", content: "services: {}", note: "read this", access: "public" },
    change: {
      title: "Shop",
      description: "Another",
      content: "services: { }",
      note: "",
      type: "swarm",
      platform: "windows",
      access: "administrators",
    },
    drift: (id) =>
      api("PUT", `/custom_templates/${id}`, {
        Title: "drifted",
        Description: "drifted",
        Platform: 1,
        Type: 2,
        FileContent: "drifted",
      }),
    remove: (id) => api("DELETE", `/custom_templates/${id}`),
  }),
  Webhook: () => ({
    type: "Webhook",
    prepare: () => api("POST", "/registries", { Name: "images", Type: 3, URL: "registry.example.com" }),
    create: { endpointId: 1, serviceId: "one", registryId: 1 },
    change: { registryId: undefined },
    replaces: { serviceId: "two" },
    drift: (id) => api("PUT", `/webhooks/${id}`, { RegistryID: 0 }),
    remove: (id) => api("DELETE", `/webhooks/${id}`),
  }),
  Stack: () => ({
    type: "Stack",
    prepare: addEnvironment,
    create: { endpointId: 1, content: "services: {}", env: { TAG: "1" }, access: "administrators" },
    change: { content: "services: { }", env: { TAG: "2" }, access: "public", active: false },
    replaces: { name: "other" },
    drift: (id) => api("PUT", `/stacks/${id}?endpointId=1`, { StackFileContent: "drifted" }),
    remove: (id) => api("DELETE", `/stacks/${id}?endpointId=1`),
  }),
  "Endpoint without TLS": () => ({
    type: "Endpoint",
    create: { url: engine.url, publicUrl: "a.example.com" },
    change: { name: "other", publicUrl: "b.example.com", security: { enableHostManagementFeatures: true } },
    replaces: { containerEngine: "docker" },
    drift: (id) => api("PUT", `/endpoints/${id}`, { Name: "drifted", PublicURL: "" }),
    remove: (id) => api("DELETE", `/endpoints/${id}`),
  }),
  "Endpoint with TLS": () => ({
    type: "Endpoint",
    create: {
      url: secured.url,
      tls: { caCert: pem.ca, clientCert: pem.client.cert, clientKey: pem.client.key },
    },
    change: { tls: { skipVerify: true, clientCert: pem.client.cert, clientKey: pem.client.key } },
    drift: (id) => api("PUT", `/endpoints/${id}`, { URL: secured.url, TLS: true, TLSSkipVerify: true }),
    remove: (id) => api("DELETE", `/endpoints/${id}`),
  }),
  "Image of a registry": () => ({
    type: "Image",
    prepare: addEnvironment,
    create: { endpointId: 1, name: "shop:1" },
    change: { tags: ["shop:latest"], triggers: { day: "1" } },
    replaces: { name: "shop:2" },
    createFirst: true,
    remove: () => engine.ask("DELETE", "/images/shop:1"),
    lost: { method: "POST", path: /images\/create$/ },
    imported: "same",
    requests: {
      create: ["GET /images/shop:1/json", "POST /images/create", "GET /images/shop:1/json"],
      refresh: ["GET /images/shop:1/json"],
    },
  }),
  "Image that is built": () => ({
    type: "Image",
    prepare: addEnvironment,
    create: { endpointId: 1, name: "shop:1", build: { context } },
    change: { build: { context, args: { A: "1" } }, tags: ["shop:latest"] },
    replaces: { name: "shop:2" },
    createFirst: true,
    drift: async () => {
      await engine.ask("POST", "/images/create?fromImage=other&tag=1");
      await engine.ask("POST", "/images/other:1/tag?repo=shop&tag=1");
    },
    remove: () => engine.ask("DELETE", "/images/shop:1"),
    lost: { method: "POST", path: /build$/ },
    // What an image was built from does not show.
    imported: "update",
    requests: {
      create: ["GET /images/shop:1/json", "POST /build", "GET /images/shop:1/json"],
      refresh: ["GET /images/shop:1/json"],
    },
  }),
  Exec: () => ({
    type: "Exec",
    prepare: addEnvironment,
    create: { endpointId: 1, container: "web", command: ["migrate"], onDelete: ["undo"] },
    change: { command: ["migrate", "--all"], env: { A: "1" }, exitCodes: [0, 1] },
    remove: async () => engine.recreateContainer(),
    lost: { method: "POST", path: /exec\/[^/]+\/start$/ },
    imported: /cannot be looked up or imported/,
    requests: {
      create: [
        "GET /containers/json",
        "GET /containers/ID/json",
        "POST /containers/ID/exec",
        "POST /exec/ID/start",
        "GET /exec/ID/json",
      ],
      refresh: ["GET /containers/json", "GET /containers/ID/json"],
    },
  }),
  Swarm: () => ({
    type: "Swarm",
    prepare: addEnvironment,
    create: { endpointId: 1, taskHistoryLimit: 3, force: true },
    change: { taskHistoryLimit: 5, heartbeatPeriod: "7s", labels: { a: "1" }, rotateJoinTokens: 1 },
    drift: async () => {
      const { Version, Spec } = await engine.ask<{ Version: { Index: number }; Spec: object }>(
        "GET",
        "/swarm",
      );
      const Orchestration = { TaskHistoryRetentionLimit: 9 };
      await engine.ask("POST", `/swarm/update?version=${Version.Index}`, { ...Spec, Orchestration });
    },
    remove: () => engine.ask("POST", "/swarm/leave?force=true"),
    lost: { method: "POST", path: /swarm\/init$/ },
    // An engine does not show the address that it listens on.
    imported: "update",
    importedByPlugin: "same",
    requests: {
      create: ["GET /swarm", "POST /swarm/init", "GET /swarm"],
      refresh: ["GET /swarm"],
      change: ["GET /swarm", "POST /swarm/update", "GET /swarm"],
      destroy: ["GET /swarm", "POST /swarm/leave"],
    },
  }),
  Node: () => ({
    type: "Node",
    prepare: addSwarm,
    create: { endpointId: 1, name: "node-1", labels: { zone: "north" } },
    change: { labels: { zone: "south", rack: "1" }, availability: "drain" },
    drift: () => changeIn("nodes", { Labels: { zone: "drifted" } }),
    remove: async () => engine.rejoin(),
    isDestroyed: false,
    lost: { method: "POST", path: /nodes\/[^/]+\/update$/ },
    count: async () => (await inSwarm("nodes")).length,
    // An import sees what the program leaves to others, such as the role.
    imported: "update",
    requests: {
      create: ["GET /nodes"],
      refresh: ["GET /nodes/ID"],
      change: ["GET /nodes/ID", "POST /nodes/ID/update"],
      destroy: [],
    },
  }),
  Service: () => ({
    type: "Service",
    prepare: addSwarm,
    create: { endpointId: 1, name: "web", image: "nginx:1.27", replicas: 1, waitForConvergence: false },
    change: { image: "nginx:1.28", replicas: 2, env: { A: "1" }, labels: { a: "1" } },
    replaces: { name: "shop" },
    createFirst: true,
    drift: () => changeIn("services", { Mode: { Replicated: { Replicas: 7 } } }),
    remove: () => engine.ask("DELETE", "/services/web"),
    lost: { method: "POST", path: /services\/create$/ },
    count: async () => (await inSwarm("services")).length,
    // An import sees who may use it: Portainer made the service private to its creator.
    imported: "update",
    importedByPlugin: "same",
    requests: {
      create: ["GET /services", "POST /services/create", "GET /services/ID"],
      refresh: ["GET /services/ID"],
      change: ["GET /services/ID", "POST /services/ID/update"],
      destroy: ["DELETE /services/ID"],
    },
  }),
  "ResourceControl of a stack": () => resourceControl("stack", addStack),
  "ResourceControl of a custom template": () => resourceControl("customTemplate", addTemplate),
  Secret: () => swarmFile("Secret"),
  Config: () => swarmFile("Config"),
};

describe.each(DOORS)("through the %s", (door) => {
  beforeAll(async () => {
    host = await startHost({ door });
  });
  beforeEach(async () => {
    await host.reset();
    engine.reset();
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
  });

  describe.each(Object.entries(LIVES))("%s", (_name, life) => {
    lifecycle(() => host, life);
    keepsItsState(
      () => host,
      life,
      () => [stranger.url, proxy.url],
    );
  });
});
