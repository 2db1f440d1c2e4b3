import { afterAll, describe, expect, jest, test } from "@jest/globals";
import { type FakeDocker, installFakeDocker } from "../support/fake-docker";
import { startTinyEngine, type TinyEngine } from "../support/tiny-engine";
import { form, play, startWorld, useWorld } from "./kit";

jest.setTimeout(60_000);

const COMPOSE = JSON.stringify({ services: { web: { image: "busybox" } } });
const BIND = JSON.stringify({
  services: { web: { image: "busybox", volumes: [{ type: "bind", source: "/" }] } },
});

let engine: TinyEngine;
let docker: FakeDocker;
const world = useWorld(async (use) => {
  docker = use(await installFakeDocker());
  process.env["SERVER_SECRET"] = "not-for-stacks";
  engine = use(await startTinyEngine());
  const world = await startWorld();
  await world.admin("POST", "/endpoints", form({ Name: "one", EndpointCreationType: "1", URL: engine.url }));
  await world.admin("PUT", "/endpoints/1", { UserAccessPolicies: { "2": {} } });
  return world;
});
afterAll(async () => {
  delete process.env["SERVER_SECRET"];
});

const path = "/stacks/create/standalone/string?endpointId=1";
const stack = (Name: string, more: object = {}) => ({ Name, StackFileContent: COMPOSE, ...more });

describe("a stack", () => {
  play(world, [
    {
      name: "needs an environment",
      as: "admin",
      method: "POST",
      path: "/stacks/create/standalone/string",
      body: stack("a"),
      status: 400,
      expected: { message: "Invalid query parameter: endpointId", details: "Missing query parameter" },
    },
    {
      name: "needs one that exists",
      as: "admin",
      method: "POST",
      path: "/stacks/create/standalone/string?endpointId=9",
      body: stack("a"),
      status: 404,
    },
    {
      name: "needs a name",
      as: "admin",
      method: "POST",
      path,
      body: { StackFileContent: COMPOSE },
      status: 400,
      expected: { details: "Invalid stack name" },
    },
    {
      name: "needs content",
      as: "admin",
      method: "POST",
      path,
      body: { Name: "a" },
      status: 400,
      expected: { details: "Invalid stack file content" },
    },
    {
      name: "of a swarm needs the swarm's id",
      as: "admin",
      method: "POST",
      path: "/stacks/create/swarm/string?endpointId=1",
      body: stack("a"),
      status: 400,
      expected: { details: "Invalid Swarm ID" },
    },
    {
      name: "is of a type that there is",
      as: "admin",
      method: "POST",
      path: "/stacks/create/nomad/string?endpointId=1",
      body: stack("a"),
      status: 400,
    },
    {
      name: "that does not come up leaves nothing behind",
      as: "admin",
      method: "POST",
      path,
      body: stack("broken"),
      status: 500,
      expected: { message: "failed to deploy a stack: service web: no such image" },
    },
    {
      name: "is created for administrators, its name made plain",
      as: "admin",
      method: "POST",
      path,
      body: stack("My Stack!", { Env: [{ name: "COLOUR", value: "it's red" }] }),
      status: 200,
      expected: {
        Id: 2,
        Name: "mystack",
        Type: 2,
        Status: 1,
        ResourceControl: { ResourceId: "1_mystack", AdministratorsOnly: true },
      },
      absent: ['"Files"'],
    },
    {
      name: "has a name of its own",
      as: "admin",
      method: "POST",
      path,
      body: stack("mystack"),
      status: 409,
      expected: { message: "A stack with the normalized name 'mystack' already exists" },
    },
    {
      name: "shows its file",
      as: "admin",
      method: "GET",
      path: "/stacks/2/file",
      status: 200,
      expected: { StackFileContent: COMPOSE },
    },
    {
      name: "of an administrator is not a user's to see",
      as: "alice",
      method: "GET",
      path: "/stacks/2",
      status: 403,
    },
    {
      name: "of an administrator is not a user's to delete",
      as: "alice",
      method: "DELETE",
      path: "/stacks/2?endpointId=1",
      status: 403,
    },
    {
      name: "is not listed for others",
      as: "alice",
      method: "GET",
      path: "/stacks",
      status: 200,
      expected: "[]",
    },
    {
      name: "of a user is his own",
      as: "alice",
      method: "POST",
      path: "/stacks?type=2&method=string&endpointId=1",
      body: stack("hers"),
      status: 200,
      expected: { Id: 3, ResourceControl: { UserAccesses: [{ UserId: 2 }], AdministratorsOnly: false } },
    },
    {
      name: "needs access to the environment",
      as: "leader",
      method: "POST",
      path,
      body: stack("theirs"),
      status: 403,
      expected: { message: "Permission denied to access environment" },
    },
    {
      name: "is stopped",
      as: "admin",
      method: "POST",
      path: "/stacks/2/stop?endpointId=1",
      status: 200,
      expected: { Status: 2, ResourceControl: null },
    },
    {
      name: "is stopped once",
      as: "admin",
      method: "POST",
      path: "/stacks/2/stop?endpointId=1",
      status: 400,
      expected: { message: "Stack is already inactive" },
    },
    {
      name: "is started",
      as: "admin",
      method: "POST",
      path: "/stacks/2/start?endpointId=1",
      status: 200,
      expected: { Status: 1 },
    },
    {
      name: "is started once",
      as: "admin",
      method: "POST",
      path: "/stacks/2/start?endpointId=1",
      status: 400,
      expected: { message: "Stack is already active" },
    },
    {
      name: "is changed with content only",
      as: "admin",
      method: "PUT",
      path: "/stacks/2?endpointId=1",
      body: {},
      status: 400,
    },
    {
      name: "is changed",
      as: "admin",
      method: "PUT",
      path: "/stacks/2?endpointId=1",
      body: { StackFileContent: BIND },
      status: 200,
      expected: { UpdatedBy: "admin", Env: null },
    },
    {
      name: "that comes from no repository is not redeployed",
      as: "admin",
      method: "PUT",
      path: "/stacks/2/git/redeploy?endpointId=1",
      body: {},
      status: 400,
    },
    {
      name: "is deleted with its environment named",
      as: "admin",
      method: "DELETE",
      path: "/stacks/2",
      status: 404,
      expected: { message: "Unable to find the endpoint associated to the stack inside the database" },
    },
    { name: "is deleted", as: "admin", method: "DELETE", path: "/stacks/2?endpointId=1", status: 204 },
    { name: "is gone", as: "admin", method: "GET", path: "/stacks/2", status: 404 },
  ]);

  test("is deployed with its variables, and nothing of the server's own environment", async () => {
    const log = await docker.log();
    expect(log).toMatch(
      /args: compose --project-name mystack --env-file stack.env --file docker-compose.yml up --detach/,
    );
    expect(log).toContain("COLOUR='it\\'s red'");
    expect(log).toContain(`DOCKER_HOST=${engine.url}`);
    expect(log).not.toContain("not-for-stacks");
  });

  test("of a standard user is checked against what the environment forbids", async () => {
    const body = stack("bound", { StackFileContent: BIND });
    const send = () => world.send({ as: "alice", method: "POST", path, body });
    await world.admin("PUT", "/endpoints/1/settings", { allowBindMountsForRegularUsers: false });
    const refused = await send();
    expect([refused.status, await refused.json()]).toMatchObject([
      500,
      { message: "stack config file is invalid: bind-mount disabled for non administrator users" },
    ]);
    await world.admin("PUT", "/endpoints/1/settings", { allowStackManagementForRegularUsers: false });
    const closed = await send();
    expect([closed.status, await closed.json()]).toMatchObject([
      403,
      { message: "Stack creation is disabled for non-admin users" },
    ]);
  });

  test("is refused in one sentence where there is no docker CLI", async () => {
    const { PATH } = process.env;
    process.env["PATH"] = "/nowhere";
    const answer = await world.send({ as: "admin", method: "POST", path, body: stack("later") });
    process.env["PATH"] = PATH;
    expect([answer.status, await answer.json()]).toMatchObject([
      500,
      { message: "failed to deploy a stack: the docker CLI is not installed on the server" },
    ]);
  });
});
