import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type GitServer, startGitServer } from "../support/git-server";
import type { Properties } from "../support/grpc";
import { type Host, PASSWORD, startHost } from "../support/host";

const CONTENT = "services: {}";
const SHOP = { title: "Shop", description: "A shop", content: CONTENT };
const VARIABLE = { name: "TAG", label: "Tag", defaultValue: "1" };

let host: Host;
let run: AsyncDisposable;
let git: GitServer;

beforeAll(async () => {
  git = await startGitServer();
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
  await git[Symbol.asyncDispose]();
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
const up = (inputs: Properties) => host.stack.up("CustomTemplate", "it", inputs);
const shown = () => api("GET", `/custom_templates/${host.stack.entry("it").id}`);
const file = async () =>
  (await api("GET", `/custom_templates/${host.stack.entry("it").id}/file`))["FileContent"];
const WIRE = { Title: "Shop", Description: "A shop", Platform: 1, Type: 2, FileContent: CONTENT };

/** What was asked while `work` ran, without what a process asks once. */
async function asked(work: () => Promise<unknown>): Promise<string[]> {
  const before = host.server.requests().length;
  await work();
  return host.server
    .requests()
    .slice(before)
    .filter(({ path }) => !/\/api\/auth|\/system\/status/.test(path))
    .map(({ method, path }) => `${method} ${path.replace("/api", "")}`);
}

describe("a CustomTemplate", () => {
  test("takes a look and a write to make and to change, two requests to refresh, one to delete", async () => {
    expect(await asked(() => up(SHOP))).toEqual([
      "GET /custom_templates",
      "POST /custom_templates/create/string",
    ]);
    expect(await shown()).toMatchObject({ Title: "Shop", Platform: 1, Type: 2, Note: "", Logo: "" });
    expect(await asked(() => host.stack.refresh("it"))).toEqual([
      "GET /custom_templates/1",
      "GET /custom_templates/1/file",
    ]);
    expect(await up(SHOP)).toBe("same");
    expect(await asked(() => up({ ...SHOP, content: "services: { }" }))).toEqual([
      "GET /custom_templates/1",
      "PUT /custom_templates/1",
    ]);
    expect(await file()).toBe("services: { }");
    expect(await asked(() => host.stack.destroy("it"))).toEqual(["DELETE /custom_templates/1"]);
  });

  test("keeps what the program does not manage", async () => {
    await up(SHOP);
    await api("PUT", "/custom_templates/1", {
      ...WIRE,
      Note: "by hand",
      Logo: "l.png",
      Variables: [VARIABLE],
    });
    await host.stack.refresh("it");
    expect(await up({ ...SHOP, description: "Another" })).toBe("update");
    expect(await shown()).toMatchObject({
      Description: "Another",
      Note: "by hand",
      Logo: "l.png",
      Variables: [VARIABLE],
    });
  });

  test("takes away what the program no longer sets", async () => {
    await up({ ...SHOP, note: "n", logo: "l.png", variables: [VARIABLE] });
    await host.stack.refresh("it");
    expect(await up({ ...SHOP, note: "n", logo: "l.png", variables: [VARIABLE] })).toBe("same");
    await up(SHOP);
    expect(await shown()).toMatchObject({ Note: "", Logo: "", Variables: [] });
  });

  test.each<[string, Properties]>([
    ["title", { Title: "drifted" }],
    ["description", { Description: "drifted" }],
    ["note", { Note: "drifted" }],
    ["platform", { Platform: 2 }],
    ["type", { Type: 1 }],
    ["logo", { Logo: "drifted" }],
    ["content", { FileContent: "drifted" }],
    ["variables", { Variables: [] }],
  ])("shows drift of %s, and puts it right", async (property, drift) => {
    const inputs: Properties = { ...SHOP, note: "n", logo: "l.png", variables: [VARIABLE] };
    await up(inputs);
    await api("PUT", "/custom_templates/1", {
      ...WIRE,
      Note: "n",
      Logo: "l.png",
      Variables: [VARIABLE],
      ...drift,
    });
    await host.stack.refresh("it");
    expect(host.stack.outputs("it")[property]).not.toEqual(inputs[property]);
    expect(await up(inputs)).toBe("update");
    expect(await shown()).toMatchObject({ Title: "Shop", Note: "n", Logo: "l.png", Platform: 1, Type: 2 });
    expect(await file()).toBe(CONTENT);
  });

  test("shows drift of its access, and puts it right", async () => {
    await up({ ...SHOP, access: { users: ["admin"] } });
    expect(await shown()).toMatchObject({ ResourceControl: { UserAccesses: [{ UserId: 1 }] } });
    await api("PUT", "/resource_controls/1", { Public: true });
    await host.stack.refresh("it");
    expect(host.stack.outputs("it")["access"]).toBe("public");
    expect(await up({ ...SHOP, access: { users: ["admin"] } })).toBe("update");
    expect(await shown()).toMatchObject({
      ResourceControl: { Public: false, UserAccesses: [{ UserId: 1 }] },
    });
  });

  test("of a title that is taken is refused, and adopted when told", async () => {
    await api("POST", "/custom_templates/create/string", WIRE);
    await expect(up(SHOP)).rejects.toThrow(/the custom template "Shop" is on this server already \(id 1\)/);
    await expect(up({ ...SHOP, content: "other", adopt: "matching" })).rejects.toThrow(/differs in content/);
    expect(await up({ ...SHOP, adopt: "matching" })).toBe("create");
    expect(host.stack.entry("it").id).toBe("1");
  });

  test("is found again when the answer to its creation was lost", async () => {
    host.server.fail({
      path: "/api/custom_templates/create/string",
      method: "POST",
      times: 1,
      with: "reset-after",
    });
    await up(SHOP);
    expect(await api("GET", "/custom_templates")).toHaveLength(1);
  });

  test("comes from git, is read again when it changes, and is replaced for `content`", async () => {
    const commit = await git.commit({ "docker-compose.yml": "services: { a: {} }" });
    const inputs = { title: "Shop", description: "A shop", git: { url: git.url } };
    await up(inputs);
    expect(host.stack.outputs("it")).toMatchObject({ commit });
    expect(await file()).toBe("services: { a: {} }");
    expect(await asked(() => host.stack.refresh("it"))).toEqual(["GET /custom_templates/1"]);
    expect(await up(inputs)).toBe("same");
    const next = await git.commit({ "docker-compose.yml": "services: { b: {} }" });
    await up({ ...inputs, description: "Another" });
    expect(host.stack.outputs("it")).toMatchObject({ commit: next });
    expect(await up(SHOP)).toBe("replace");
  });

  test("keeps the password of its repository secret", async () => {
    await using closed = await startGitServer({ login: { username: "ci", password: "pull-it" } });
    await closed.commit({ "docker-compose.yml": CONTENT });
    const login = { url: closed.url, username: "ci", password: "pull-it" };
    const inputs = { title: "Shop", description: "A shop", git: login };
    await up(inputs);
    expect(JSON.stringify(host.stack.entry("it").outputs["git"])).toContain('"value":"pull-it"');
    await host.stack.refresh("it");
    expect(await up(inputs)).toBe("same");
  });

  test("is looked up by its id", async () => {
    await api("POST", "/custom_templates/create/string", { ...WIRE, Note: "n" });
    expect(await host.stack.get("CustomTemplate", "found", "1")).toMatchObject({
      ...SHOP,
      note: "n",
      platform: "linux",
      type: "standalone",
      templateId: 1,
      access: { users: [1], teams: [] },
    });
  });

  test.each([
    [{ content: undefined }, "a custom template has either `content` or `git`: give one of them"],
    [{ note: "<img src=x>" }, "Portainer refuses a note with an <img>"],
    [{ variables: [{ name: "", label: "x" }] }, "the name is empty"],
    [
      { content: undefined, git: { url: "https://git.example.com", username: "ci" } },
      "the credentials are incomplete: `username` needs `password`",
    ],
  ])("with %j is refused without a request", async (inputs, reason) => {
    const before = host.server.requests().length;
    await expect(up({ ...SHOP, ...inputs })).rejects.toThrow(reason);
    expect(host.server.requests()).toHaveLength(before);
  });
});
