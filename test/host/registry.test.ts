import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Properties } from "../support/grpc";
import { type Host, PASSWORD, startHost } from "../support/host";

const LOGIN = { username: "ci", password: "pull-images" };
const CUSTOM = { type: "custom", url: "registry.example.com", ...LOGIN };

let host: Host;
let run: AsyncDisposable;

beforeAll(async () => {
  host = await startHost();
}, 60_000);
beforeEach(async () => {
  await run?.[Symbol.asyncDispose]();
  await host.reset();
  run = await host.switchTo({ username: "admin", password: PASSWORD });
});
afterAll(async () => {
  await run[Symbol.asyncDispose]();
  await host[Symbol.asyncDispose]();
});

/** An operation of the API, by somebody else. */
async function api(method: string, path: string, body?: unknown): Promise<Properties> {
  const answer = await fetch(`${host.server.url}/api${path}`, {
    method,
    headers: { "x-api-key": host.server.apiKey ?? "" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return (text === "" ? {} : JSON.parse(text)) as Properties;
}
const registry = () => api("GET", `/registries/${host.stack.entry("it").id}`);
const up = (inputs: Properties) => host.stack.up("Registry", "it", inputs);

/** What was asked while `work` ran, without the login. */
async function asked(work: () => Promise<unknown>): Promise<string[]> {
  const before = host.server.requests().length;
  await work();
  return host.server
    .requests()
    .slice(before)
    .filter(({ path }) => path !== "/api/auth")
    .map(({ method, path }) => `${method} ${path.replace("/api", "")}`);
}

/** Each type with a change in place. */
const TYPES: Record<string, { create: Properties; change: Properties; wire: Properties }> = {
  quay: {
    create: { url: "quay.io", ...LOGIN, quay: { organisationName: "shop" } },
    change: { quay: undefined },
    wire: { Type: 1, Quay: { UseOrganisation: true, OrganisationName: "shop" } },
  },
  azure: { create: { url: "shop.azurecr.io" }, change: LOGIN, wire: { Type: 2, Authentication: false } },
  custom: { create: { url: "a.example.com:5000" }, change: { url: "b.example.com" }, wire: { Type: 3 } },
  gitlab: {
    create: {
      url: "registry.gitlab.com",
      ...LOGIN,
      gitlab: { projectId: 5, projectPath: "shop/web", instanceUrl: "https://gitlab.com" },
    },
    change: { username: "robot" },
    wire: { Type: 4, Gitlab: { ProjectId: 5, ProjectPath: "shop/web", InstanceURL: "https://gitlab.com" } },
  },
  proGet: {
    create: { url: "proget.example.com/shop", baseUrl: "proget.example.com" },
    change: { baseUrl: "other.example.com" },
    wire: { Type: 5, BaseURL: "proget.example.com" },
  },
  dockerHub: { create: { url: "docker.io", ...LOGIN }, change: { password: "new" }, wire: { Type: 6 } },
  ecr: {
    create: { url: "1.dkr.ecr.eu-west-1.amazonaws.com", ...LOGIN, ecr: { region: "eu-west-1" } },
    change: { ecr: { region: "eu-west-3" } },
    wire: { Type: 7, Ecr: { Region: "eu-west-1" } },
  },
};

describe("a Registry", () => {
  test.each(Object.entries(TYPES))(
    "of type %s takes one write to create, change and delete, and one request to refresh",
    async (type, { create, change, wire }) => {
      await host.stack.up("Tag", "first", {});
      expect(await asked(() => up({ type, ...create }))).toEqual(["POST /registries"]);
      expect(await registry()).toMatchObject({ Name: "it", ...wire });
      expect(await asked(() => host.stack.refresh("it"))).toEqual(["GET /registries/1"]);
      expect(await up({ type, ...create })).toBe("same");
      const changed = Object.fromEntries(
        Object.entries({ type, ...create, ...change }).filter(([, value]) => value !== undefined),
      );
      expect(await asked(() => up(changed))).toEqual(["PUT /registries/1"]);
      await host.stack.refresh("it");
      expect(await up(changed)).toBe("same");
      expect(await asked(() => host.stack.destroy("it"))).toEqual(["DELETE /registries/1"]);
    },
  );

  test("logs in once it has credentials, and no longer when they are taken away", async () => {
    await up({ type: "custom", url: "a.example.com" });
    await up({ type: "custom", url: "a.example.com", ...LOGIN });
    expect(await registry()).toMatchObject({ Authentication: true, Username: "ci" });
    expect(host.stack.outputs("it")).toMatchObject({ authentication: true });
    expect(host.stack.entry("it").outputs["password"]).toMatchObject({ value: LOGIN.password });
    await up({ type: "custom", url: "a.example.com" });
    expect(await registry()).toMatchObject({ Authentication: false, Username: "" });
    expect(host.stack.outputs("it")).toMatchObject({ authentication: false });
  });

  test.each([
    ["name", { Name: "drifted" }],
    ["url", { URL: "drifted.example.com" }],
    ["username", { Authentication: true, Username: "drifted" }],
    ["username", { Authentication: false }],
  ])("shows drift of %s, and puts it right", async (property, drift) => {
    await up(CUSTOM);
    await api("PUT", "/registries/1", drift);
    await host.stack.refresh("it");
    expect(host.stack.outputs("it")[property]).not.toBe({ name: "it", ...CUSTOM }[property as "name"]);
    expect(await up(CUSTOM)).toBe("update");
    expect(await registry()).toMatchObject({
      Name: "it",
      URL: CUSTOM.url,
      Authentication: true,
      Username: "ci",
    });
  });

  test.each([
    ["quay", "quay", { Quay: { UseOrganisation: false, OrganisationName: "" } }],
    ["proGet", "baseUrl", { BaseURL: "drifted.example.com" }],
    ["ecr", "ecr", { Authentication: true, Ecr: { Region: "us-east-1" } }],
  ])("of type %s shows drift of %s, and puts it right", async (type, _property, drift) => {
    const { create = {}, wire } = TYPES[type] ?? {};
    await up({ type, ...create });
    await api("PUT", "/registries/1", drift);
    await host.stack.refresh("it");
    expect(await up({ type, ...create })).toBe("update");
    expect(await registry()).toMatchObject({ ...wire });
  });

  test("keeps the credentials and the organisation that the program does not name", async () => {
    await api("POST", "/registries", {
      Name: "it",
      Type: 1,
      URL: "quay.io",
      Authentication: true,
      Username: "ci",
      Password: "secret",
      Quay: { UseOrganisation: true, OrganisationName: "shop" },
    });
    await up({ type: "quay", url: "quay.example.com", adopt: "replace" });
    expect(await registry()).toMatchObject({
      URL: "quay.example.com",
      Authentication: true,
      Username: "ci",
      Quay: { UseOrganisation: true, OrganisationName: "shop" },
    });
  });

  test("is adopted with its password set, unless it is of another type", async () => {
    await api("POST", "/registries", { Name: "it", Type: 3, URL: "other.example.com" });
    await expect(up(CUSTOM)).rejects.toThrow(/the registry "it" is on this server already \(id 1\)/);
    await expect(up({ ...CUSTOM, type: "azure", adopt: "replace" })).rejects.toThrow(
      'the registry "it" (id 1) cannot be adopted: Portainer cannot change its type. Set these as they are there, or choose another name.',
    );
    await up({ ...CUSTOM, adopt: "replace" });
    expect(await registry()).toMatchObject({ Id: 1, URL: CUSTOM.url, Authentication: true, Username: "ci" });
  });

  test("is refused where another one has its address and username", async () => {
    await api("POST", "/registries", { Name: "other", Type: 3, URL: CUSTOM.url });
    await expect(up({ type: "custom", url: CUSTOM.url })).rejects.toThrow(
      /Another registry with the same URL and credentials already exists/,
    );
    await up(CUSTOM);
  });

  test("is found again when the answer to its creation was lost", async () => {
    host.server.fail({ path: "/api/registries", method: "POST", times: 1, with: "reset-after" });
    await up(CUSTOM);
    expect(await api("GET", "/registries")).toHaveLength(1);
    expect(await host.stack.refresh("it")).toBe(true);
  });

  test("is looked up by its id, without its password", async () => {
    await up(CUSTOM);
    const { password: _never, ...shown } = CUSTOM;
    const found = await host.stack.get("Registry", "found", "1");
    expect(found).toMatchObject({ ...shown, name: "it", registryId: 1, authentication: true });
    expect(found).not.toHaveProperty("password");
  });

  test.each([
    [{ username: "ci" }, "the credentials are incomplete: `username` needs `password`"],
    [{ password: "pull-images" }, "the credentials are incomplete: `password` needs `username`"],
    [{ quay: { organisationName: "shop" } }, 'only a registry of type "quay" has `quay`'],
    [{ ecr: { region: "eu-west-1" } }, 'only a registry of type "ecr" has `ecr`'],
    [{ baseUrl: "a.example.com" }, 'only a registry of type "proGet" has `baseUrl`'],
    [{ url: "https://a.example.com" }, "the url has no scheme"],
    [{ type: "proGet" }, 'a registry of type "proGet" needs `baseUrl`'],
    [{ type: "ecr", ...LOGIN }, "a region and credentials of ECR are set together, or neither"],
  ])("with %j is refused without a request", async (inputs, reason) => {
    const before = host.server.requests().length;
    await expect(up({ type: "custom", url: "a.example.com", ...inputs })).rejects.toThrow(reason);
    expect(host.server.requests()).toHaveLength(before);
  });

  test("says to a standard user that only an administrator may manage registries", async () => {
    await api("POST", "/users", { Username: "alice", Password: "alice-in-a-hurry", Role: 2 });
    await up(CUSTOM);
    await using _alice = await host.switchTo({ username: "alice", password: "alice-in-a-hurry" });
    const refusal = /Access denied\. Only an administrator may do this\./;
    await expect(host.stack.up("Registry", "two", CUSTOM)).rejects.toThrow(refusal);
    await expect(up({ ...CUSTOM, username: "robot" })).rejects.toThrow(refusal);
    await expect(host.stack.destroy("it")).rejects.toThrow(refusal);
  });
});
