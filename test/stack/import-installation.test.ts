import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { ModuleKind, transpileModule } from "typescript";
import { engineApi } from "../support/engine-api";
import { type FakeDocker, installFakeDocker } from "../support/fake-docker";
import { engineUrl, testImage } from "../support/needs";
import { openSite, type Site } from "../support/site";
import { must, stackOrSkip } from "../support/stack";

const BIN = resolve(__dirname, "../../dist/cli/bin.js");
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
    return (await answer.json()) as { Id: number };
  };

  const run = async (env: object, ...args: string[]) =>
    await promisify(execFile)(
      process.execPath,
      [BIN, "import", "--out", site.stack.program.folder, "--force", ...args],
      { env: { ...process.env, ...site.server.env, ...env } },
    );
  const written = () => readFile(join(site.stack.program.folder, "imported.ts"), "utf8");
  const importWritten = async () => {
    const { outputText } = transpileModule(await written(), {
      compilerOptions: { module: ModuleKind.CommonJS },
    });
    await writeFile(join(site.stack.program.folder, "imported.js"), outputText);
    await site.write('require("./imported");');
    must(
      await site.stack.import(
        JSON.parse(await readFile(join(site.stack.program.folder, "import.json"), "utf8")) as object,
      ),
    );
  };

  beforeAll(async () => {
    docker = await installFakeDocker();
    site = await openSite("");
    name = `${site.prefix}shop`;
    secretsFile = join(site.stack.program.folder, "secrets.json");
    const { ID: tag } = (await api("POST", "/tags", { name: "production" })) as unknown as { ID: number };
    const team = await api("POST", "/teams", { Name: "operators" });
    const alice = await api("POST", "/users", { Username: "alice", Password: "alice-in-a-hurry", Role: 2 });
    await api("POST", "/users", { Username: "bob", Password: "bob-in-a-hurry-too", Role: 1 });
    await api("POST", "/team_memberships", { UserID: alice.Id, TeamID: team.Id, Role: 1 });
    const group = await api("POST", "/endpoint_groups", { Name: "shops", TagIDs: [tag] });
    await api("PUT", `/endpoint_groups/${group.Id}`, {
      TeamAccessPolicies: { [team.Id]: { RoleId: 0 } },
      UserAccessPolicies: { [alice.Id]: { RoleId: 0 } },
    });
    await api("POST", "/registries", {
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
    const form = new FormData();
    const fields = { Name: "paris", EndpointCreationType: "1", URL: engineUrl, GroupID: String(group.Id) };
    for (const [key, value] of Object.entries({ ...fields, TagIds: `[${tag}]` })) form.append(key, value);
    const paris = await api("POST", "/endpoints", form);
    await api("PUT", `/endpoints/${paris.Id}/settings`, { allowPrivilegedModeForRegularUsers: false });
    await api("POST", `/stacks/create/standalone/string?endpointId=${paris.Id}`, {
      Name: "blog",
      StackFileContent: COMPOSE_FILE,
      Env: [{ name: "DB_PASSWORD", value: STACK_SECRET }],
    });
    await engineApi("POST", `/containers/create?name=${name}-of-stack`, {
      Image: testImage,
      Labels: { "com.docker.compose.project": "blog" },
    });
    await engineApi("POST", `/containers/create?name=${name}`, { Image: testImage, Cmd: ["sleep", "1000"] });
    await engineApi("POST", `/containers/${name}/start`);
    await writeFile(secretsFile, JSON.stringify({ "hub-password": PASSWORD }));
  });

  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    await docker[Symbol.asyncDispose]();
  });

  it("brings it into a stack whose first preview shows no change, with references between its objects", async () => {
    const all = ["Tag", "Team", "User", "TeamMembership", "EndpointGroup", "Endpoint", "Registry", "Stack"];
    const kinds = [...all, "Container"].flatMap((kind) => ["--kind", kind]);
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

    const text = await written();
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
      'password: config.requireSecret("hub-password")',
      'DB_PASSWORD: config.requireSecret("blog-DB_PASSWORD")',
      `content: \`${COMPOSE_FILE.replace(/[`$]/g, "\\$&")}\``,
    ])
      expect(text).toContain(line);

    await site.stack.setConfig({}, { "hub-password": PASSWORD, "blog-DB_PASSWORD": STACK_SECRET });
    await importWritten();
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
    expect(await written()).toContain('new portainer.Team("operators");');
  });

  it("says which classes there are", async () => {
    await expect(run({}, "--kind", "Pod")).rejects.toMatchObject({
      stderr: expect.stringContaining(
        "--kind Pod: there is no such class; there are: Settings, SslSettings, Tag,",
      ),
    });
  });

  it("quotes nothing of a file of secrets that is no JSON", async () => {
    await writeFile(secretsFile, `hub-password=${PASSWORD}`);
    await expect(run({}, "--secrets", secretsFile)).rejects.toMatchObject({
      stderr: expect.not.stringContaining(PASSWORD),
    });
  });
});
