import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, jest, test } from "@jest/globals";
import { makeCertificates } from "../support/certificates";
import { type FakeDocker, installFakeDocker } from "../support/fake-docker";
import { type GitServer, startGitServer } from "../support/git-server";
import { eventually } from "../support/processes";
import { startTinyEngine, type TinyEngine } from "../support/tiny-engine";
import { form, startWorld, useWorld } from "./kit";

jest.setTimeout(60_000);

const compose = (image: string, more = {}) => JSON.stringify({ services: { web: { image, ...more } } });
const FILE = "docker-compose.yml";

interface Stack {
  Id: number;
  GitConfig: { ConfigHash: string; Authentication: object | null };
}

let engine: TinyEngine;
let docker: FakeDocker;
let git: GitServer;
let now = Date.UTC(2030, 0, 1);
const world = useWorld(async (use) => {
  docker = use(await installFakeDocker());
  engine = use(await startTinyEngine());
  git = use(await startGitServer());
  const world = await startWorld({ clock: { now: () => now } });
  await world.admin("POST", "/endpoints", form({ Name: "one", EndpointCreationType: "1", URL: engine.url }));
  await world.admin("PUT", "/endpoints/1", { UserAccessPolicies: { "2": {} } });
  return world;
});
beforeEach(() => git.commit({ [FILE]: compose("first") }));

let count = 0;
const bodyOf = (more: object = {}) => ({ Name: `git${++count}`, RepositoryURL: git.url, ...more });
const path = "/stacks/create/standalone/repository?endpointId=1";
const create = (more?: object) => world.admin<Stack>("POST", path, bodyOf(more));
const attempt = async (more: object) => {
  const answer = await world.send({ as: "admin", method: "POST", path, body: bodyOf(more) });
  return [answer.status, await answer.json()] as const;
};
const fileOf = async ({ Id }: Stack) =>
  (await world.admin<{ StackFileContent: string }>("GET", `/stacks/${Id}/file`)).StackFileContent;
const deployments = async () => (await docker.log()).match(/args: [^\n]* up /g)?.length ?? 0;

describe("a stack from a repository", () => {
  test("is what the tip of its branch holds", async () => {
    const commit = await git.commit({ [FILE]: compose("newer"), "more.yml": "services: {}" });
    const stack = await create({ AdditionalFiles: ["more.yml"] });
    expect(stack.GitConfig.ConfigHash).toBe(commit);
    expect(await fileOf(stack)).toBe(compose("newer"));
    expect(await docker.log()).toMatch(/--file docker-compose.yml --file more.yml up/);
  });

  test.each(["side", "refs/heads/side", "refs/tags/v1"])("comes from %s", async (RepositoryReferenceName) => {
    await git.commit({ [FILE]: compose("on-the-side") }, "side");
    if (/tags/.test(RepositoryReferenceName)) await git.tag("v1");
    await git.commit({ [FILE]: compose("on-main") });
    expect(await fileOf(await create({ RepositoryReferenceName }))).toBe(compose("on-the-side"));
  });

  test("with a branch or a file that is not there is refused, and says why", async () => {
    expect(await attempt({ RepositoryReferenceName: "none" })).toMatchObject([
      500,
      { message: "Unable to clone git repository", details: expect.stringContaining("none") },
    ]);
    expect(await attempt({ ComposeFile: "none.yml" })).toMatchObject([500, {}]);
  });

  test("cannot show files of the server, by a path or by a link", async () => {
    await git.commit({ "link.yml": { link: "/etc/hostname" }, folder: { link: "/etc" } });
    for (const ComposeFile of ["../../../etc/hostname", "/etc/hostname", "link.yml", "folder/hostname"]) {
      const [status, body] = await attempt({ ComposeFile });
      expect([status, body]).toMatchObject([
        500,
        { details: expect.stringMatching(/not in the repository|ENOENT/) },
      ]);
    }
  });

  test("cannot come from a file or a program of the server", async () => {
    for (const RepositoryURL of ["file:///etc", "ext::sh -c id"])
      expect(await attempt({ RepositoryURL })).toMatchObject([
        400,
        { details: "Invalid repository URL. Must correspond to a valid URL format" },
      ]);
  });

  test("is redeployed from what its repository has become", async () => {
    const stack = await create();
    const commit = await git.commit({ [FILE]: compose("second") });
    const url = `/stacks/${stack.Id}/git/redeploy?endpointId=1`;
    expect((await world.admin<Stack>("PUT", url, {})).GitConfig.ConfigHash).toBe(commit);
    expect(await fileOf(stack)).toBe(compose("second"));
  });
});

test("takes credentials over HTTPS, keeps the password, and shows it to nobody", async () => {
  const certificates = await makeCertificates();
  await using server = await startGitServer({
    certificates,
    login: { username: "ci", password: "git-secret" },
  });
  await server.commit({ [FILE]: compose("private") });
  const login = { RepositoryAuthentication: true, RepositoryUsername: "ci" };
  const settings = { RepositoryURL: server.url, TLSSkipVerify: true, ...login };
  expect(
    await attempt({ ...settings, TLSSkipVerify: false, RepositoryPassword: "git-secret" }),
  ).toMatchObject([500, {}]);
  expect(await attempt({ ...settings, RepositoryPassword: "wrong" })).toMatchObject([500, {}]);
  const stack = await create({ ...settings, RepositoryPassword: "git-secret" });
  expect(JSON.stringify(stack)).not.toContain("git-secret");
  await server.commit({ [FILE]: compose("private-2") });
  await world.admin("PUT", `/stacks/${stack.Id}/git/redeploy?endpointId=1`, login);
  expect(await fileOf(stack)).toBe(compose("private-2"));
  expect(await docker.log()).not.toContain("git-secret");
});

test("is changed as a whole: what is not sent is empty afterwards", async () => {
  const stack = await create({
    RepositoryReferenceName: "refs/heads/main",
    Env: [{ name: "A", value: "1" }],
  });
  const path = `/stacks/${stack.Id}`;
  expect(await world.admin("POST", `${path}/git?endpointId=1`, {})).toMatchObject({
    Env: null,
    ResourceControl: null,
    GitConfig: { ReferenceName: "" },
  });
  const answer = await world.send({ as: "admin", method: "POST", path: `${path}/git`, body: {} });
  expect([answer.status, await answer.json()]).toMatchObject([
    404,
    { message: "Unable to find the environment associated to the stack inside the database" },
  ]);
});

test("is kept with all its files when it is taken off its repository", async () => {
  await git.commit({ "sub/main.yml": compose("main"), "sub/more.yml": compose("more") });
  const stack = await create({ ComposeFile: "sub/main.yml", AdditionalFiles: ["sub/more.yml"] });
  const body = { StackFileContent: compose("own") };
  expect(await world.admin("PUT", `/stacks/${stack.Id}?endpointId=1`, body)).toMatchObject({
    EntryPoint: "sub/main.yml",
    AdditionalFiles: ["sub/more.yml"],
    FromAppTemplate: true,
    GitConfig: null,
  });
  expect(await fileOf(stack)).toBe(compose("own"));
});

describe("a webhook", () => {
  test("belongs to one stack", async () => {
    const Webhook = randomUUID();
    await create({ AutoUpdate: { Webhook } });
    expect(await attempt({ AutoUpdate: { Webhook } })).toMatchObject([
      409,
      { message: `Webhook ID: ${Webhook} already exists` },
    ]);
  });

  test("is a UUID", async () => {
    const answer = await world.send({ method: "POST", path: "/stacks/webhooks/nonsense" });
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { message: "Invalid webhook identifier route variable" },
    ]);
  });

  const fire = async (token: string) =>
    (await world.send({ method: "POST", path: `/stacks/webhooks/${token}` })).status;

  test("deploys a stack if its repository has changed, and asks for no login", async () => {
    const Webhook = randomUUID();
    const stack = await create({ AutoUpdate: { Webhook } });
    const before = await deployments();
    expect(await fire(Webhook)).toBe(204);
    expect(await deployments()).toBe(before);
    await git.commit({ [FILE]: compose("pushed") });
    expect(await fire(Webhook)).toBe(204);
    expect(await deployments()).toBe(before + 1);
    expect(await fileOf(stack)).toBe(compose("pushed"));
  });

  test("is known by its token alone", async () => {
    expect(await fire(randomUUID())).toBe(404);
  });

  test("always deploys a stack that is set to, and leaves a stopped one alone", async () => {
    const Webhook = randomUUID();
    const stack = await create({ AutoUpdate: { Webhook, ForceUpdate: true } });
    const before = await deployments();
    expect(await fire(Webhook)).toBe(204);
    expect(await deployments()).toBe(before + 1);
    await world.admin("POST", `/stacks/${stack.Id}/stop?endpointId=1`);
    expect(await fire(Webhook)).toBe(204);
    expect(await deployments()).toBe(before + 1);
  });

  test("gives a stack no more rights than its author has", async () => {
    const Webhook = randomUUID();
    const answer = await world.send({
      as: "alice",
      method: "POST",
      path,
      body: bodyOf({ AutoUpdate: { Webhook } }),
    });
    const stack = (await answer.json()) as Stack;
    await world.admin("PUT", "/endpoints/1/settings", { allowPrivilegedModeForRegularUsers: false });
    await git.commit({ [FILE]: compose("evil", { privileged: true }) });
    expect(await fire(Webhook)).toBe(500);
    expect(await fileOf(stack)).toBe(compose("first"));
    await world.admin("DELETE", "/users/2");
    expect(await fire(Webhook)).toBe(409);
  });
});

test("deploys a stack at its interval, when its repository has changed", async () => {
  const stack = await create({ AutoUpdate: { Interval: "5m" } });
  const lookups = () => git.asked.filter((it) => it.includes("info/refs")).length;
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const before = lookups();
  await git.commit({ [FILE]: compose("at-night") });
  now += 4 * 60_000;
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(lookups()).toBe(before);
  now += 60_000;
  await eventually(async () => (await fileOf(stack)) === compose("at-night"));
  now += 5 * 60_000;
  await eventually(async () => lookups() >= before + 3);
  expect(await fileOf(stack)).toBe(compose("at-night"));
});
