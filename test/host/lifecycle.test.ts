import { afterAll, beforeAll, beforeEach, describe } from "@jest/globals";
import { type RunningServer, startServer } from "../../server";
import { type Certificates, makeCertificates } from "../support/certificates";
import { type FakeDocker, installFakeDocker } from "../support/fake-docker";
import { type Host, PASSWORD, startHost } from "../support/host";
import { keepsItsState, type Life, lifecycle } from "../support/lifecycle";
import { startProxy } from "../support/proxy";
import { startTinyEngine, type TinyEngine } from "../support/tiny-engine";

let host: Host;
let engine: TinyEngine;
let secured: TinyEngine;
let pem: Certificates;
let stranger: RunningServer;
let docker: FakeDocker;
let proxy: Awaited<ReturnType<typeof startProxy>>;

beforeAll(async () => {
  host = await startHost();
  docker = await installFakeDocker();
  engine = await startTinyEngine();
  pem = await makeCertificates();
  secured = await startTinyEngine({ certificates: pem, clientAuth: true });
  stranger = await startServer({ admin: { password: PASSWORD } });
  proxy = await startProxy();
}, 60_000);
beforeEach(() => host.reset());
afterAll(async () => {
  await host[Symbol.asyncDispose]();
  await docker[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  await secured[Symbol.asyncDispose]();
  await stranger.stop();
  await proxy[Symbol.asyncDispose]();
});

/** An operation of the API, by somebody else. */
async function api(method: string, path: string, body?: unknown): Promise<void> {
  const answer = await fetch(`${host.server.url}/api${path}`, {
    method,
    headers: { "x-api-key": host.server.apiKey ?? "" },
    ...(body !== undefined && { body: body instanceof FormData ? body : JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
}

async function addEnvironment(): Promise<void> {
  const form = new FormData();
  for (const [key, value] of Object.entries({ Name: "one", EndpointCreationType: "1", URL: engine.url }))
    form.append(key, value);
  await api("POST", "/endpoints", form);
}

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
};

describe.each(Object.entries(LIVES))("%s", (_name, life) => {
  lifecycle(() => host, life);
  keepsItsState(
    () => host,
    life,
    () => [stranger.url, proxy.url],
  );
});
