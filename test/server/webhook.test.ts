import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type FakeEngine, startFakeEngine } from "../support/fake-engine";
import { form, play, startWorld, type World } from "./kit";

const INFO = { ID: "id", Swarm: {}, NCPU: 1, MemTotal: 1 };
const SERVICE = {
  ID: "svc",
  Version: { Index: 7 },
  Spec: { Name: "web", TaskTemplate: { ContainerSpec: { Image: "web:1@sha256:aa" } } },
};

let world: World;
let engine: FakeEngine;
beforeAll(async () => {
  const answers: Record<string, unknown> = {
    "/_ping": "OK",
    "/info": INFO,
    "/version": {},
    "/containers/json": [],
    "/images/json": [],
    "/volumes": { Volumes: [] },
    "/services/svc": SERVICE,
    "/services/svc/update": { Warnings: null },
    "/images/create": {},
  };
  engine = await startFakeEngine((request, response) => {
    const body = answers[request.url?.split("?")[0] ?? ""];
    response.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(body ?? { message: "no such service" }));
  });
  world = await startWorld();
  await world.admin("POST", "/endpoints", form({ Name: "one", EndpointCreationType: "1", URL: engine.url }));
  await world.admin("POST", "/registries", { Name: "open", Type: 3, URL: "open.example.com", Username: "u" });
  await world.admin("POST", "/registries", {
    Name: "closed",
    Type: 3,
    URL: "closed.example.com",
    Authentication: true,
    Username: "u",
    Password: "p",
  });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

const hook = (ResourceID: string, more: object = {}) => ({
  ResourceID,
  EndpointID: 1,
  WebhookType: 1,
  ...more,
});

describe("a webhook", () => {
  const list = (filters: unknown) => `/webhooks?filters=${encodeURIComponent(JSON.stringify(filters))}`;
  play(
    () => world,
    [
      { name: "is created", as: "admin", method: "POST", path: "/webhooks", body: hook("svc"), status: 200 },
      {
        name: "is there already, for standard users too",
        as: "alice",
        method: "POST",
        path: "/webhooks",
        body: hook("svc"),
        status: 409,
      },
      {
        name: "is not there, for standard users too",
        as: "alice",
        method: "PUT",
        path: "/webhooks/9",
        body: {},
        status: 404,
      },
      {
        name: "is changed by administrators",
        as: "alice",
        method: "PUT",
        path: "/webhooks/1",
        body: {},
        status: 403,
        expected: { message: "Not authorized to update a webhook" },
      },
      {
        name: "is deleted by administrators",
        as: "alice",
        method: "DELETE",
        path: "/webhooks/1",
        status: 403,
        expected: { message: "Not authorized to delete a webhook" },
      },
      {
        name: "has a number",
        as: "admin",
        method: "DELETE",
        path: "/webhooks/x",
        status: 400,
        expected: { message: "Invalid webhook id" },
      },
      ...[{}, null, { ResourceID: "", EndpointID: 0 }, { resourceid: "svc", endpointid: 1 }].map(
        (filters) => ({
          name: `is found by ${JSON.stringify(filters)}`,
          as: "admin" as const,
          method: "GET",
          path: list(filters),
          status: 200,
          expected: [{ Id: 1 }],
        }),
      ),
      {
        name: "is not found by half of what it is",
        as: "admin",
        method: "GET",
        path: list({ ResourceID: "svc" }),
        status: 200,
        expected: "[]",
      },
      {
        name: "is not looked for by what is no filter",
        as: "admin",
        method: "GET",
        path: "/webhooks?filters=x",
        status: 400,
        expected: { message: "Invalid query parameter: filters" },
      },
    ],
  );

  const fire = async (wish: object, query = "") => {
    const { Token, Id } = await world.admin<{ Token: string; Id: number }>("POST", "/webhooks", wish);
    engine.requests.length = 0;
    const answer = await world.send({ method: "POST", path: `/webhooks/${Token}${query}` });
    await world.admin("DELETE", `/webhooks/${Id}`);
    return { status: answer.status, update: engine.requests.find(({ url }) => url.includes("/update")) };
  };

  test("makes the swarm look for the image's tag again, with the registry's credentials", async () => {
    await world.admin("DELETE", "/webhooks/1");
    const { status, update } = await fire(hook("svc", { RegistryID: 2 }));
    expect(status).toBe(204);
    expect(JSON.parse(update?.body ?? "{}")).toMatchObject({
      TaskTemplate: { ForceUpdate: 1, ContainerSpec: { Image: "web:1" } },
    });
    const auth = String(update?.headers["x-registry-auth"]);
    expect(JSON.parse(Buffer.from(auth, "base64url").toString())).toMatchObject({
      username: "u",
      password: "p",
    });
  });

  test("sends no credentials to a registry that needs none", async () => {
    const { update } = await fire(hook("svc", { RegistryID: 1 }), "?tag=2");
    expect(update?.headers).not.toHaveProperty("x-registry-auth");
    expect(update?.body).toContain('"Image":"web:2"');
  });

  test("says that its service is gone", async () => {
    expect((await fire(hook("gone"))).status).toBe(500);
  });
});

describe("a service", () => {
  play(
    () => world,
    [
      {
        name: "is restarted by whoever may use the environment",
        as: "alice",
        method: "PUT",
        path: "/endpoints/1/forceupdateservice",
        body: { ServiceID: "svc" },
        status: 403,
        expected: { message: "Permission denied to force update service" },
      },
      {
        name: "that is not named is not there",
        as: "admin",
        method: "PUT",
        path: "/endpoints/1/forceupdateservice",
        body: {},
        status: 500,
        expected: { message: "Error looking up service" },
      },
      {
        name: "is restarted",
        as: "admin",
        method: "PUT",
        path: "/endpoints/1/forceupdateservice",
        body: { ServiceID: "svc", PullImage: true },
        status: 200,
      },
    ],
  );
});
