import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { engineApi } from "../support/engine-api";
import { startTcpForwarder } from "../support/engine-forwarders";
import { type FakeDocker, installFakeDocker } from "../support/fake-docker";
import { type ImportCommand, importCommand } from "../support/import-command";
import { engineSocket, engineUrl, testImage } from "../support/needs";
import { openSite, type Site } from "../support/site";
import { must, stackOrSkip } from "../support/stack";

const PASSWORD = "hub-hunter2-of-the-registry";
const STACK_SECRET = "hunter2-of-the-stack";
const COMPOSE_FILE = `services:
  web:
    image: "\`busybox\`"
    environment:
      A: \${A}
`;

stackOrSkip()("the command `import`, of an installation", () => {
  let site: Site;
  let command: ImportCommand;
  let name: string;
  let secretsFile: string;
  let docker: FakeDocker;

  const api = async (method: string, path: string, body: object | FormData): Promise<{ Id: number }> => {
    const answer = await fetch(`${site.server.url}/api${path}`, {
      method,
      headers: { "x-api-key": site.server.apiKey ?? "" },
      body: body instanceof FormData ? body : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return JSON.parse((await answer.text()) || "{}") as { Id: number };
  };

  const environment = (Name: string, URL: string, more: object = {}) => {
    const form = new FormData();
    const fields = { Name, EndpointCreationType: "1", URL, ...more };
    for (const [key, value] of Object.entries(fields)) form.append(key, value);
    return api("POST", "/endpoints", form);
  };

  beforeAll(async () => {
    docker = await installFakeDocker();
    site = await openSite("");
    command = importCommand(site.stack, site.server);
    name = `${site.prefix}shop`;
    secretsFile = join(site.stack.program.folder, "secrets.json");
    const { ID: tag } = (await api("POST", "/tags", { name: "production" })) as unknown as { ID: number };
    const team = await api("POST", "/teams", { Name: "operators" });
    const alice = await api("POST", "/users", { Username: "alice", Password: "alice-in-a-hurry", Role: 2 });
    const bob = await api("POST", "/users", { Username: "bob", Password: "bob-in-a-hurry-too", Role: 1 });
    await api("POST", "/team_memberships", { UserID: alice.Id, TeamID: team.Id, Role: 1 });
    const group = await api("POST", "/endpoint_groups", { Name: "shops", TagIDs: [tag] });
    await api("PUT", `/endpoint_groups/${group.Id}`, {
      TeamAccessPolicies: { [team.Id]: { RoleId: 0 } },
      UserAccessPolicies: { [alice.Id]: { RoleId: 0 } },
    });
    const hub = await api("POST", "/registries", {
      Name: "hub",
      Type: 3,
      URL: "registry.example.com",
      Authentication: true,
      Username: "puller",
      Password: PASSWORD,
    });
    await api("POST", "/registries", {
      Name: "open",
      Type: 3,
      URL: "open.example.com",
      Authentication: false,
    });
    const paris = await environment("paris", engineUrl, { GroupID: String(group.Id), TagIds: `[${tag}]` });
    await api("PUT", `/endpoints/${paris.Id}/settings`, { allowPrivilegedModeForRegularUsers: false });
    await api("PUT", `/endpoints/${paris.Id}`, { UserAccessPolicies: { [bob.Id]: { RoleId: 0 } } });
    await api("PUT", `/endpoints/${paris.Id}/registries/${hub.Id}`, {
      TeamAccessPolicies: { [team.Id]: { RoleId: 0 } },
    });
    const blog = await api("POST", `/stacks/create/standalone/string?endpointId=${paris.Id}`, {
      Name: "blog",
      StackFileContent: COMPOSE_FILE,
      Env: [{ name: "DB_PASSWORD", value: STACK_SECRET }],
    });
    await engineApi("POST", `/containers/create?name=${name}-of-stack`, {
      Image: testImage,
      Labels: { "com.docker.compose.project": "blog" },
    });
    await engineApi("POST", "/volumes/create", { Name: `${name}-data` });
    const { body } = await engineApi("POST", `/containers/create?name=${name}`, {
      Image: testImage,
      Cmd: ["sleep", "1000"],
      HostConfig: { Binds: [`${name}-data:/data`] },
    });
    const { ID: engine } = (await engineApi("GET", "/info")).body;
    const controlled = [
      { Type: 6, ResourceID: `${paris.Id}_blog`, Teams: [team.Id] },
      { Type: 1, ResourceID: String(body["Id"]), Users: [alice.Id] },
      { Type: 3, ResourceID: `${name}-data_${engine}`, Public: true },
    ];
    const { ResourceControl: control } = blog as unknown as { ResourceControl?: { Id: number } };
    for (const { Type, ...wanted } of controlled) {
      if (Type === 6 && control) await api("PUT", `/resource_controls/${control.Id}`, wanted);
      else await api("POST", "/resource_controls", { Type, ...wanted });
    }
    await engineApi("POST", `/containers/${name}/start`);
    await writeFile(secretsFile, JSON.stringify({ "hub-password": PASSWORD }));
  });

  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    await docker[Symbol.asyncDispose]();
  });

  const run = (env: object, ...args: string[]) => command.run(args, env);

  it("brings it into a stack whose first preview shows no change, with references between its objects", async () => {
    const people = ["Tag", "Team", "User", "TeamMembership"];
    const things = ["EndpointGroup", "Endpoint", "Registry", "RegistryAccess", "Stack", "Container"];
    const kinds = [...people, ...things].flatMap((kind) => ["--kind", kind]);
    let said = { stdout: "", stderr: "" };
    const requests = await site.requestsOf(async () => {
      said = await run(
        {},
        ...kinds,
        "--filter",
        `name=${name}`,
        "--endpoint",
        "paris",
        "--secrets",
        secretsFile,
      );
    });
    expect(requests.filter((request) => !request.startsWith("GET"))).toEqual([]);
    expect(said.stderr).toContain('Left out: user "admin", the initial administrator');
    expect(said.stderr).toContain(`Left out: ${name}-of-stack, a part of the stack "blog".`);
    expect(said.stdout).toContain("1 Tag, 1 Team, 2 Users, 1 TeamMembership, 1 EndpointGroup, 2 Endpoints");

    const text = await command.written();
    for (const secret of [PASSWORD, STACK_SECRET]) expect(text).not.toContain(secret);
    for (const line of [
      'new portainer.Tag("production");',
      'new portainer.User("bob", {\n  role: "administrator",\n});',
      '("operators-alice", {\n  userId: alice,\n  teamId: operators,\n  role: "leader",\n});',
      "access: { users: [alice], teams: [operators] }",
      "tagIds: [production]",
      "groupId: shops",
      "security: { allowPrivilegedModeForRegularUsers: false }",
      "endpointId: paris",
      "\n  access: { users: [bob] },\n", // of the environment
      '("hub-paris-operators", {\n  endpointId: paris,\n  registryId: hub,\n  team: operators,\n});',
      "\n  access: { teams: [operators] },\n", // of the stack
      "\n  access: { users: [alice], teams: [] },\n", // of the container
      '\n  access: "public",\n', // of its volume
      'password: config.requireSecret("hub-password")',
      'DB_PASSWORD: config.requireSecret("blog-DB_PASSWORD")',
      `content: \`${COMPOSE_FILE.replace(/[`$]/g, "\\$&")}\``,
    ])
      expect(text).toContain(line);

    await site.stack.setConfig({}, { "hub-password": PASSWORD, "blog-DB_PASSWORD": STACK_SECRET });
    await command.take();
    expect(Object.keys(must(await site.stack.preview()).changes)).toEqual(["same"]);
    must(await site.stack.refresh());
    expect(Object.keys(must(await site.stack.preview()).changes)).toEqual(["same"]);
    const after = await site.requestsOf(async () => {
      expect(Object.keys(must(await site.stack.up()).changes)).toEqual(["same"]);
    });
    expect(after).toEqual([]);
    const stored = await site.stack.stateFile();
    for (const secret of [PASSWORD, STACK_SECRET]) expect(stored).not.toContain(secret);
  });

  it("asks for a password that nobody gave it, and invents none", async () => {
    const { stdout } = await run({}, "--kind", "registry");
    expect(stdout).toContain("Portainer never shows these.");
    expect(stdout).toContain("pulumi config set --secret hub-password");
    const { resources } = JSON.parse(
      await readFile(join(site.stack.program.folder, "import.json"), "utf8"),
    ) as { resources: { name: string; inputs: object }[] };
    expect(resources.find((one) => one.name === "hub")?.inputs).not.toHaveProperty("password");
  });

  it("leaves out what a standard user may not list, and says so", async () => {
    const user = {
      PORTAINER_API_KEY: "",
      PORTAINER_USERNAME: "alice",
      PORTAINER_PASSWORD: "alice-in-a-hurry",
    };
    const { stderr } = await run(user, "--kind", "Registry", "--kind", "Team");
    expect(stderr).toContain("Left out: every Registry, which these credentials may not list.");
    expect(await command.written()).toContain('new portainer.Team("operators");');
  });

  it("imports what a standard user may see", async () => {
    const user = {
      PORTAINER_API_KEY: "",
      PORTAINER_USERNAME: "bob-the-guest",
      PORTAINER_PASSWORD: "bob-in-a-hurry-too",
    };
    await api("POST", "/users", { Username: "bob-the-guest", Password: "bob-in-a-hurry-too", Role: 2 });
    const { stderr } = await run(user);
    for (const type of ["Settings", "SslSettings", "User", "Registry", "RegistryAccess", "Webhook"])
      expect(stderr).toContain(`Left out: every ${type}, which these credentials may not list.`);
    expect(await command.written()).not.toContain("portainer.Container(");
  });

  it("leaves out what is on an engine that is down, says so, and writes the rest", async () => {
    const engine = await startTcpForwarder(engineSocket);
    await environment("lyon", engine.url);
    await engine[Symbol.asyncDispose]();
    const filter = ["--filter", `name=${name}`];
    const { stderr } = await run({}, ...filter);
    expect(stderr).toMatch(
      /Left out: everything on environment \d+ \("lyon"\), the engine .* cannot be reached/,
    );
    expect(await command.written()).toContain(`new portainer.Container("${name}"`);
    await expect(run({}, "--endpoint", "lyon", ...filter)).rejects.toMatchObject({
      stderr: expect.stringMatching(
        /Left out: everything on .*\n.*no Container to import; nothing was written/,
      ),
    });
  });

  it("takes what is on an environment: its stacks, containers, volumes and networks, and no image", async () => {
    const { stdout } = await run({}, "--endpoint", "paris");
    const text = await command.written();
    for (const line of ['new portainer.Stack("blog"', `Container("${name}"`, `Volume("${name}-data"`])
      expect(text).toContain(line);
    expect(text).not.toMatch(/portainer\.(?:Team|Image|Settings)\(/);
    expect(stdout).not.toContain("Image");
  });

  it.each([
    [["--kind", "Pod"], "--kind Pod: there is no such class; there are: Settings, SslSettings, Tag,"],
    [["--endpoint", "rome"], "--endpoint rome: there is no such environment; there are: 1 (primary)"],
    [["--filter", "web"], "--filter web: expected key=value"],
    [
      ["--filter", "name=web", "--kind", "Team"],
      "--filter: Team has no filters; only objects of an engine do",
    ],
    [["--filter", "colour=red"], "--filter: Invalid filter 'colour', says the engine of environment 1."],
  ])("refuses %j in one sentence", async (args, message) => {
    await expect(run({}, ...args)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(message),
    });
  });

  it("quotes nothing of a file of secrets that is no JSON", async () => {
    await writeFile(secretsFile, `hub-password=${PASSWORD}`);
    await expect(run({}, "--secrets", secretsFile)).rejects.toMatchObject({
      stderr: expect.not.stringContaining(PASSWORD),
    });
  });
});
