import { describe, expect, test } from "@jest/globals";
import { type FakeEngine, startFakeEngine } from "../support/fake-engine";
import { form, play, startWorld, useWorld } from "./kit";

const INFO = { ID: "id", Swarm: {}, NCPU: 1, MemTotal: 1 };
const serviceOf = (Image: string) => ({
  ID: "svc",
  Version: { Index: 7 },
  Spec: { Name: "web", TaskTemplate: { ContainerSpec: { Image } } },
});
const SERVICE = serviceOf("web:1@sha256:aa");

let engine: FakeEngine;
const world = useWorld(async (use) => {
  const answers: Record<string, unknown> = {
    "/_ping": "OK",
    "/info": INFO,
    "/version": {},
    "/containers/json": [],
    "/images/json": [],
    "/volumes": { Volumes: [] },
    "/services/svc": SERVICE,
    "/services/svc/update": { Warnings: null },
    "/services/known": serviceOf("docker.io/library/known"),
    "/services/known/update": {},
    "/services/pinned": serviceOf("known:latest@sha256:bb"),
    "/services/pinned/update": { Warnings: ["the engine's own"] },
    "/distribution/known:latest/json": {
      Descriptor: { digest: "sha256:dd" },
      Platforms: [
        { os: "linux", architecture: "amd64" },
        { os: "linux", architecture: "arm", variant: "v7" },
      ],
    },
    "/distribution/known:latest@sha256:bb/json": { Descriptor: { digest: "sha256:bb" } },
    "/images/create": {},
  };
  engine = use(
    await startFakeEngine((request, response) => {
      const body = answers[request.url?.split("?")[0] ?? ""];
      response.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(body ?? { message: "no such service" }));
    }),
  );
  const world = await startWorld();
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
  return world;
});

const hook = (ResourceID: string, more: object = {}) => ({
  ResourceID,
  EndpointID: 1,
  WebhookType: 1,
  ...more,
});

describe("a webhook", () => {
  const list = (filters: unknown) => `/webhooks?filters=${encodeURIComponent(JSON.stringify(filters))}`;
  play(world, [
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
    ...[{}, null, { ResourceID: "", EndpointID: 0 }, { resourceid: "svc", endpointid: 1 }].map((filters) => ({
      name: `is found by ${JSON.stringify(filters)}`,
      as: "admin" as const,
      method: "GET",
      path: list(filters),
      status: 200,
      expected: [{ Id: 1 }],
    })),
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
  ]);

  const fire = async (webhook: object, query = "") => {
    const { Token, Id } = await world.admin<{ Token: string; Id: number }>("POST", "/webhooks", webhook);
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

describe("the image of a service that is restarted", () => {
  const restart = async (ServiceID: string, PullImage: boolean) => {
    engine.requests.length = 0;
    const path = "/endpoints/1/forceupdateservice";
    const answer = await world.admin<object>("PUT", path, { ServiceID, PullImage });
    const update = engine.requests.find(({ url }) => url.includes("/update"));
    return { answer, task: JSON.parse(update?.body ?? "{}").TaskTemplate };
  };
  const warning = (image: string) =>
    [
      `image ${image} could not be accessed on a registry to record`,
      `its digest. Each node will access ${image} independently,`,
      "possibly leading to different nodes running different",
      "versions of the image.\n",
    ].join("\n");

  test("is warned of, where no registry knows it", async () => {
    const { answer, task } = await restart("svc", true);
    expect(answer).toEqual({ Warnings: [warning("web:1")] });
    expect(task).toEqual({ ForceUpdate: 1, ContainerSpec: { Image: "web:1" } });
    expect((await restart("svc", false)).answer).toEqual({ Warnings: [warning("web:1@sha256:aa")] });
  });

  test("gets its tag, its digest and its platforms, where a registry knows it", async () => {
    const { answer, task } = await restart("known", true);
    expect(answer).toEqual({ Warnings: null });
    expect(task).toEqual({
      ForceUpdate: 1,
      ContainerSpec: { Image: "known:latest@sha256:dd" },
      Placement: {
        Platforms: [
          { OS: "linux", Architecture: "amd64" },
          { OS: "linux", Architecture: "" },
        ],
      },
    });
  });

  test("keeps the digest that it has, with the engine's own warnings", async () => {
    const { answer, task } = await restart("pinned", false);
    expect(answer).toEqual({ Warnings: ["the engine's own"] });
    expect(task).toEqual({ ForceUpdate: 1, ContainerSpec: { Image: "known:latest@sha256:bb" } });
  });
});

describe("a service", () => {
  play(world, [
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
  ]);
});
