import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { type FakeDocker, installFakeDocker } from "../support/fake-docker";
import { startTinyEngine, type TinyEngine } from "../support/tiny-engine";
import { type Actor, form, startWorld, useWorld } from "./kit";

jest.setTimeout(60_000);

const StackFileContent = JSON.stringify({ services: { web: { image: "busybox" } } });
const CREATE = "/stacks/create/standalone/string?endpointId=1";

let engine: TinyEngine;
let docker: FakeDocker;
const world = useWorld(async (use) => {
  docker = use(await installFakeDocker());
  engine = use(await startTinyEngine());
  const world = await startWorld();
  for (const Name of ["one", "two"])
    await world.admin("POST", "/endpoints", form({ Name, EndpointCreationType: "1", URL: engine.url }));
  await world.admin("PUT", "/endpoints/1", { UserAccessPolicies: { "2": {} } });
  // 1 is for administrators, 2 is alice's.
  await world.admin("POST", CREATE, { Name: "theirs", StackFileContent });
  await world.send({ as: "alice", method: "POST", path: CREATE, body: { Name: "own", StackFileContent } });
  return world;
});

const ask = async (as: Actor, method: string, path: string, body?: object) => {
  const answer = await world.send({ as, method, path: `/stacks${path}`, ...(body && { body }) });
  const text = await answer.text();
  return [answer.status, text === "" ? "" : (JSON.parse(text) as { message?: string }).message];
};

const update = { StackFileContent };

describe("on an environment that is not there, or closed to the caller", () => {
  test.each([
    ["GET", "/1", "Permission denied to access environment", undefined],
    [
      "PUT",
      "/1?endpointId=9",
      undefined,
      "Unable to find the environment associated to the stack inside the database",
    ],
    ["PUT", "/1?endpointId=1", "Permission denied to access environment", undefined],
    [
      "POST",
      "/1/start?endpointId=9",
      undefined,
      "Unable to find an endpoint with the specified identifier inside the database",
    ],
    ["POST", "/1/start?endpointId=1", "Permission denied to access endpoint", undefined],
    [
      "POST",
      "/1/stop?endpointId=9",
      undefined,
      "Unable to find an environment with the specified identifier inside the database",
    ],
    ["POST", "/1/stop?endpointId=1", "Permission denied to access environment", undefined],
    ["POST", "/1/migrate", "Permission denied to access endpoint", undefined],
    ["DELETE", "/1?endpointId=1", "Permission denied to access endpoint", undefined],
  ])("%s %s is refused", async (method, path, denied, missing) => {
    const body = /migrate/.test(path) ? { EndpointID: 2 } : update;
    const sent = method === "GET" ? undefined : body;
    if (denied) expect(await ask("leader", method, path, sent)).toEqual([403, denied]);
    if (missing) expect(await ask("admin", method, path, sent)).toEqual([404, missing]);
  });
});

describe("where standard users may not manage stacks", () => {
  beforeAll(() =>
    world.admin("PUT", "/endpoints/1/settings", { allowStackManagementForRegularUsers: false }),
  );
  afterAll(() => world.admin("PUT", "/endpoints/1/settings", { allowStackManagementForRegularUsers: true }));
  test.each([
    ["POST", "/create/standalone/string?endpointId=1", "Stack creation"],
    ["GET", "/2", "Stack management"],
    ["GET", "/2/file", "Stack management"],
    ["PUT", "/2?endpointId=1", "Stack editing"],
    ["POST", "/2/start?endpointId=1", "stack management"],
    ["POST", "/2/stop?endpointId=1", "stack management"],
    ["POST", "/2/migrate", "Stack migration"],
    ["DELETE", "/2?endpointId=1", "stack deletion"],
  ])("%s %s is refused", async (method, path, deed) => {
    const body = /migrate/.test(path) ? { EndpointID: 2 } : { Name: "x", ...update };
    expect(await ask("alice", method, path, method === "GET" ? undefined : body)).toEqual([
      403,
      `${deed} is disabled for non-admin users`,
    ]);
  });
});

describe("a stack of somebody else", () => {
  test.each([
    ["GET", "/1"],
    ["GET", "/1/file"],
    ["PUT", "/1?endpointId=1"],
    ["POST", "/1/start?endpointId=1"],
    ["POST", "/1/stop?endpointId=1"],
    ["POST", "/1/migrate"],
    ["DELETE", "/1?endpointId=1"],
  ])("%s %s is refused", async (method, path) => {
    const body = /migrate/.test(path) ? { EndpointID: 1 } : update;
    expect(await ask("alice", method, path, method === "GET" ? undefined : body)).toEqual([
      403,
      "Access denied to resource",
    ]);
  });
});

describe("a creation", () => {
  const body = { Name: "new", StackFileContent };
  test.each([
    ["/create/nonsense/string?endpointId=1", /parameter: type/],
    ["/create/standalone/nonsense?endpointId=1", /parameter: method/],
    ["/create/kubernetes/string?endpointId=1", /^Environment type does not match$/],
    ["/create/kubernetes/url?endpointId=1", /^Environment type does not match$/],
    ["?type=9&method=string&endpointId=1", /^Invalid query parameter: type$/],
    ["?type=2&endpointId=1", /^Invalid query parameter: method/],
  ])("by %s is refused", async (path, message) => {
    expect(await ask("admin", "POST", path, body)).toEqual([400, expect.stringMatching(message)]);
  });

  test("in JSON that says it is a form is empty, as it is for Portainer", async () => {
    const answer = await world.send({
      as: "admin",
      method: "POST",
      path: CREATE,
      body: JSON.stringify(body),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { message: "Invalid request payload", details: "EOF" },
    ]);
  });

  test("by the old path asks for a login first", async () => {
    expect((await ask("nobody", "POST", "", body))[0]).toBe(401);
  });

  test("whose engine cannot be asked for its names is refused", async () => {
    await world.admin("PUT", "/endpoints/2", { URL: "tcp://127.0.0.1:1" });
    expect(await ask("admin", "POST", "/create/standalone/string?endpointId=2", body)).toEqual([
      500,
      "Unable to check for name collision",
    ]);
    await world.admin("PUT", "/endpoints/2", { URL: engine.url });
  });
});

describe("an orphan", () => {
  test("is listed for whose it was, and to administrators who ask for orphans", async () => {
    const { Id } = await world.admin<{ Id: number }>(
      "POST",
      "/endpoints",
      form({ Name: "three", EndpointCreationType: "1", URL: engine.url }),
    );
    await world.admin("POST", `/stacks/create/standalone/string?endpointId=${Id}`, {
      Name: "lost",
      StackFileContent,
    });
    await world.admin("DELETE", `/endpoints/${Id}`);
    const names = async (filters: object) => {
      const query = encodeURIComponent(JSON.stringify(filters));
      return (await world.admin<{ Name: string }[]>("GET", `/stacks?filters=${query}`)).map(
        ({ Name }) => Name,
      );
    };
    expect(await names({})).toContain("lost");
    expect(await names({ EndpointID: 1 })).not.toContain("lost");
    expect(await names({ EndpointID: 1, IncludeOrphanedStacks: true })).toContain("lost");
    const filters = encodeURIComponent(JSON.stringify({ EndpointID: 1, IncludeOrphanedStacks: true }));
    expect(await ask("alice", "GET", `?filters=${filters}`)).toEqual([
      403,
      "Permission denied to access orphaned stacks",
    ]);
  });

  test("needs to be told whether it runs", async () => {
    expect(await ask("admin", "PUT", "/3/associate?endpointId=1")).toEqual([
      400,
      "Invalid query parameter: orphanedRunning",
    ]);
    expect((await ask("admin", "PUT", "/3/associate?endpointId=1&orphanedRunning=true"))[0]).toBe(200);
  });
});

describe("a stack that was deployed without the server", () => {
  const external = "external=true&endpointId=1";
  test("is removed by administrators, by its name", async () => {
    expect(await ask("alice", "DELETE", `/foreign?${external}`)).toEqual([
      401,
      "Permission denied to delete the stack",
    ]);
    expect((await ask("admin", "DELETE", "/foreign?external=true"))[0]).toBe(400);
    expect(await ask("admin", "DELETE", `/foreign?${external}`)).toEqual([204, ""]);
    expect(await docker.log()).toContain("args: stack rm foreign");
  });

  test("is none if it has a name that the server knows", async () => {
    expect((await ask("admin", "DELETE", `/own?${external}`))[0]).toBe(400);
  });

  test("is none without saying so", async () => {
    expect(await ask("admin", "DELETE", "/foreign?endpointId=1")).toEqual([
      400,
      "Invalid stack identifier route variable",
    ]);
  });
});

test("a stack that moves goes with its control, to where its owner may use it", async () => {
  expect((await ask("alice", "POST", "/2/migrate", { EndpointID: 2 }))[0]).toBe(403);
  await world.admin("PUT", "/endpoints/2", { UserAccessPolicies: { "2": {} } });
  const answer = await world.send({
    as: "alice",
    method: "POST",
    path: "/stacks/2/migrate",
    body: { EndpointID: 2 },
  });
  expect(await answer.json()).toMatchObject({ EndpointId: 2, ResourceControl: null, UpdateDate: 0 });
  expect((await ask("alice", "GET", "/2"))[0]).toBe(200);
});
