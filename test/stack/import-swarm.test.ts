import { writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { loadForeignImage } from "../support/foreign-image";
import { type ImportCommand, importCommand } from "../support/import-command";
import { ownEngineOrSkip } from "../support/needs";
import { openSite, type Site } from "../support/site";
import { must, stackOrSkip } from "../support/stack";
import { type SwarmEngine, startSwarmEngine } from "../support/swarm-engine";

const SECRET = "hunter2-of-the-swarm";
const WORD = "hunter2-in-the-environment";
/** Longer than a program can say the name of a secret. */
const LONG = `a-secret-with-a-name-${"x".repeat(40)}`;
/** Its name in the program, and in stack config. */
const UNTOLD = LONG.slice(0, 53);
const PAGE = `server {
  listen 80; # \`\${HOST}\`
}
`;

const suite = process.env["TEST_PULUMI"] ? ownEngineOrSkip() : stackOrSkip();

// On an engine of its own: everything that is on it is imported.
suite("the command `import`, of a swarm", () => {
  let own: SwarmEngine;
  let site: Site;
  let command: ImportCommand;
  let serviceId: string;

  const made = async (path: string, body: object, method = "POST"): Promise<string> => {
    const answer = await own.api(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.text}`);
    return String(answer.body["ID"] ?? answer.body["Id"] ?? "");
  };
  const ask = async (method: string, path: string, body: object) => {
    const answer = await fetch(`${site.server.url}/api${path}`, {
      method,
      headers: { "x-api-key": site.server.apiKey ?? "" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return JSON.parse((await answer.text()) || "{}") as { Id: number };
  };
  const secretsNow = async () =>
    ((await own.api("GET", "/secrets")).body as unknown as { ID: string; Version: object }[]).map(
      ({ ID, Version }) => ({ ID, Version }),
    );
  const serviceNow = async () => (await own.api("GET", `/services/${serviceId}`)).body["Version"];
  const changes = async () => Object.keys(must(await site.stack.preview()).changes);

  beforeAll(async () => {
    own = await startSwarmEngine();
    await made("/swarm/init", { ListenAddr: own.listenAddress, AdvertiseAddr: "127.0.0.1" });
    site = await openSite("", { engine: { url: own.url } });
    command = importCommand(site.stack, site.server);
    const file = (name: string, text: string) => ({
      Name: name,
      Data: Buffer.from(text).toString("base64"),
      Labels: { tier: "", team: "shop" },
    });
    const password = await made("/secrets/create", file("db_password", SECRET));
    const long = await made("/secrets/create", file(LONG, SECRET));
    const page = await made("/configs/create", file("page.conf", PAGE));
    await made("/configs/create", {
      ...file("favicon", ""),
      Data: Buffer.from([0x89, 0xff, 0]).toString("base64"),
    });
    const net = await made("/networks/create", { Name: "shop_net", Driver: "overlay", Attachable: true });
    await made("/networks/create", {
      Name: "fixed",
      Driver: "bridge",
      IPAM: { Config: [{ Subnet: "10.77.0.0/24", Gateway: "10.77.0.254" }] },
    });
    await made("/volumes/create", { Name: "data", Labels: { empty: "" } });
    await made("/volumes/create", {});
    await made("/networks/create", {
      Name: "blog_default",
      Labels: { "com.docker.compose.project": "other" },
    });
    const mounted = (name: string, id: string) => ({
      SecretID: id,
      SecretName: name,
      File: { Name: name, UID: "0", GID: "0", Mode: 0o444 },
    });
    // As `docker service create` writes it.
    serviceId = await made("/services/create", {
      Name: "shop_web",
      Labels: { team: "shop" },
      TaskTemplate: {
        ContainerSpec: {
          Image: `web:1@sha256:${"0".repeat(64)}`,
          Args: ["httpd", "-f"],
          Env: [`DB_PASSWORD=${WORD}`, "EMPTY=", "MODE=production"],
          Init: false,
          StopGracePeriod: 10e9,
          DNSConfig: {},
          Isolation: "default",
          Mounts: [{ Type: "volume", Source: "data", Target: "/data" }],
          Secrets: [
            mounted("db_password", password),
            { ...mounted(LONG, long), File: { Name: "long", UID: "1", GID: "0", Mode: 0o400 } },
          ],
          Configs: [
            {
              ConfigID: page,
              ConfigName: "page.conf",
              File: { Name: "/etc/page.conf", UID: "0", GID: "0", Mode: 0o444 },
            },
          ],
        },
        Resources: { Limits: { NanoCPUs: 5e8, MemoryBytes: 67108864 }, Reservations: {} },
        RestartPolicy: { Condition: "any", Delay: 5e9, MaxAttempts: 0 },
        Placement: {
          Constraints: ["node.role == manager"],
          Platforms: [{ Architecture: "amd64", OS: "linux" }],
        },
        Networks: [{ Target: net, Aliases: ["www"] }],
        ForceUpdate: 0,
        Runtime: "container",
      },
      Mode: { Replicated: { Replicas: 0 } },
      UpdateConfig: {
        Parallelism: 1,
        FailureAction: "pause",
        Monitor: 5e9,
        MaxFailureRatio: 0,
        Order: "start-first",
      },
      RollbackConfig: {
        Parallelism: 1,
        FailureAction: "pause",
        Monitor: 5e9,
        MaxFailureRatio: 0,
        Order: "stop-first",
      },
      EndpointSpec: {
        Mode: "vip",
        Ports: [{ Protocol: "tcp", TargetPort: 80, PublishedPort: 8080, PublishMode: "host" }],
      },
    });
    const [node] = (await own.api("GET", "/nodes")).body as unknown as {
      ID: string;
      Version: { Index: number };
      Spec: object;
    }[];
    await made(`/nodes/${node?.ID}/update?version=${node?.Version.Index}`, {
      ...node?.Spec,
      Labels: { zone: "north" },
    });
    await loadForeignImage("tools:2", "amd64", own.api);

    const alice = await ask("POST", "/users", { Username: "alice", Password: "alice-in-a-hurry", Role: 2 });
    const control = (ResourceID: string, Type: number, more: object) =>
      ask("POST", "/resource_controls", { ResourceID, Type, ...more });
    await control(serviceId, 2, { Users: [alice.Id] });
    await control(password, 5, { AdministratorsOnly: true });
    await control(net, 4, { Public: true });
    const registry = await ask("POST", "/registries", {
      Name: "hub",
      Type: 3,
      URL: "hub.example.com",
      Authentication: false,
    });
    await ask("PUT", `/endpoints/1/registries/${registry.Id}`, {
      UserAccessPolicies: { [alice.Id]: { RoleId: 0 } },
    });
    await ask("POST", "/webhooks", {
      ResourceID: serviceId,
      EndpointID: 1,
      RegistryID: registry.Id,
      WebhookType: 1,
    });
    await ask("POST", "/custom_templates/create/string", {
      Title: "blog",
      Description: "A blog",
      Platform: 1,
      Type: 2,
      FileContent: "services: {}\n",
    });
    await ask("PUT", "/settings", { LogoURL: "https://example.com/logo.png", UserSessionTimeout: "4h" });
  });

  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    await own.api("POST", "/swarm/leave?force=true");
    await own[Symbol.asyncDispose]();
  });

  it("writes a program with references between its objects, and asks for what no engine shows", async () => {
    let said = { stdout: "", stderr: "" };
    const requests = await site.requestsOf(async () => {
      said = await command.run();
    });
    expect(requests.filter((request) => !request.startsWith("GET"))).toEqual([]);
    expect(said.stderr).toContain("Left out: config favicon, its data is no text.");
    expect(said.stderr).toContain("Left out: the TLS settings, which are those of a new installation");
    for (const name of ["db_password-data", `${UNTOLD}-data`])
      expect(said.stdout).toContain(`pulumi config set --secret ${name}`);
    const text = await command.written();
    for (const secret of [SECRET, WORD]) expect(text).not.toContain(secret);
    for (const line of [
      'new portainer.Settings("settings", {\n  sessionTimeout: "4h",\n  logoUrl: "https://example.com/logo.png",\n});',
      'new portainer.CustomTemplate("blog", {\n  description: "A blog",\n  content: `services: {}\n`,\n});',
      'new portainer.RegistryAccess("hub-primary-alice", {\n  endpointId: primary,\n  registryId: hub,\n  user: alice,\n});',
      'new portainer.Swarm("swarm", {\n  endpointId: primary,\n});',
      `new portainer.Node("${hostname()}", {\n  endpointId: primary,\n  labels: { zone: "north" },\n  role: "manager",\n});`,
      'new portainer.Network("shop_net", {\n  endpointId: primary,\n  driver: "overlay",\n  attachable: true,\n  access: "public",\n});',
      'ipam: { config: [{ subnet: "10.77.0.0/24", gateway: "10.77.0.254" }] }',
      'new portainer.Volume("data", {\n  endpointId: primary,\n  labels: { empty: "" },\n});',
      'new portainer.Secret("db_password", {\n  endpointId: primary,\n  labels: { team: "shop", tier: "" },\n  data: config.requireSecret("db_password-data"),\n});',
      `data: \`${PAGE.replace(/[`$]/g, "\\$&")}\``,
      'image: "web:1"',
      'env: { DB_PASSWORD: config.requireSecret("shop_web-DB_PASSWORD"), EMPTY: "", MODE: "production" }',
      'mounts: [{ type: "volume", source: data, target: "/data" }]',
      "secrets: [\n    dbPassword,\n    {\n      secret: aSecretWith",
      'configs: [{ config: pageConf, target: "/etc/page.conf" }]',
      'networks: [{ network: shopNet, aliases: ["www"] }]',
      'ports: [{ containerPort: 80, hostPort: 8080, mode: "host" }]',
      'updateConfig: { parallelism: 1, failureAction: "pause", monitor: 5, order: "start-first" }',
      "access: { users: [alice] }",
      'new portainer.Webhook("shop_web", {\n  endpointId: primary,\n  serviceId: shopWeb.serviceId,\n  registryId: hub,\n});',
    ])
      expect(text).toContain(line);
    for (const nobodys of [
      "rollbackConfig",
      "stopGracePeriod",
      "restartPolicy",
      "init:",
      "vip",
      "ingress",
      "gwbridge",
      "Image(",
      "undefined",
    ])
      expect(text).not.toContain(nobodys);
  });

  it("brings it into a stack, and makes no secret again whose data it was not told", async () => {
    const [secrets, service] = [await secretsNow(), await serviceNow()];
    const known = join(site.stack.program.folder, "secrets.json");
    await writeFile(known, JSON.stringify({ "db_password-data": SECRET }));
    const { stdout } = await command.run(["--secrets", known]);
    expect(stdout).toContain(`${UNTOLD}-data`);
    await site.stack.setConfig(
      {},
      { "db_password-data": SECRET, [`${UNTOLD}-data`]: SECRET, "shop_web-DB_PASSWORD": WORD },
    );
    await command.take();
    const first = must(await site.stack.preview());
    expect(first.changes).toEqual({ same: expect.any(Number), update: 1 });
    expect(first.output).toContain("an engine never shows a secret's data");
    const asked = await site.requestsOf(async () => {
      expect(must(await site.stack.up()).changes).toEqual({ same: expect.any(Number), update: 1 });
    });
    expect(asked.filter((request) => !request.startsWith("GET"))).toEqual([]);
    expect(await changes()).toEqual(["same"]);
    must(await site.stack.refresh());
    expect(await changes()).toEqual(["same"]);
    expect(await site.requestsOf(async () => must(await site.stack.up()))).toEqual([]);
    expect([await secretsNow(), await serviceNow()]).toEqual([secrets, service]);
    const stored = await site.stack.stateFile();
    for (const secret of [SECRET, WORD, "SWMTKN", "/api/webhooks/"]) expect(stored).not.toContain(secret);
  });

  it("makes another secret once its data changes, and moves the service over", async () => {
    const before = await secretsNow();
    await site.stack.setConfig({}, { [`${UNTOLD}-data`]: `${SECRET}-2` });
    expect(must(await site.stack.up()).changes).toMatchObject({ replace: 1, update: 1 });
    const after = await secretsNow();
    expect(after.filter(({ ID }) => before.every((one) => one.ID !== ID))).toHaveLength(1);
    expect(after).toHaveLength(before.length);
    expect(await changes()).toEqual(["same"]);
  });

  it("imports images when it is asked to", async () => {
    await command.run(["--kind", "image"]);
    expect(await command.written()).toContain('new portainer.Image("tools:2", {\n  endpointId: 1,\n});');
  });
});
