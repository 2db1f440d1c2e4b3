import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { pullLimits } from "../../server/api/docker-hub";
import { startTinyEngine, type TinyEngine } from "../support/tiny-engine";
import { form, play, startWorld, useWorld } from "./kit";

let engine: TinyEngine;
const world = useWorld(async (use) => {
  engine = use(await startTinyEngine());
  const world = await startWorld();
  await world.admin("POST", "/endpoints", form({ Name: "one", EndpointCreationType: "1", URL: engine.url }));
  return world;
});

const account = { Authentication: true, Username: "me", Password: "hub-secret" };

describe("the account at Docker Hub, as old clients know it", () => {
  play(world, [
    {
      name: "is nobody at first",
      as: "alice",
      method: "GET",
      path: "/dockerhub",
      status: 200,
      expected: { Authentication: false, Username: "" },
    },
    {
      name: "needs name and password",
      as: "admin",
      method: "PUT",
      path: "/dockerhub",
      body: { Authentication: true, Username: "me" },
      status: 400,
      expected: {
        details:
          "Invalid credentials. Username and password must be specified when authentication is enabled",
      },
    },
    { name: "is set", as: "admin", method: "PUT", path: "/dockerhub", body: account, status: 204 },
    {
      name: "is shown without its password",
      as: "admin",
      method: "GET",
      path: "/dockerhub",
      status: 200,
      expected: '{"Authentication":true,"Username":"me"}',
    },
    {
      name: "is a registry",
      as: "admin",
      method: "GET",
      path: "/registries/1",
      status: 200,
      expected: { Type: 6, URL: "docker.io", Username: "me" },
      absent: ["hub-secret"],
    },
    {
      name: "is unset",
      as: "admin",
      method: "PUT",
      path: "/dockerhub",
      body: { Authentication: false },
      status: 204,
    },
    {
      name: "is nobody again",
      as: "alice",
      method: "GET",
      path: "/dockerhub",
      status: 200,
      expected: { Authentication: false, Username: "" },
    },
    {
      name: "has limits for engines on a socket only",
      as: "admin",
      method: "GET",
      path: "/endpoints/1/dockerhub/0",
      status: 400,
      expected: { message: "Invalid environment type" },
    },
  ]);
});

test("asks for the limits with the account, and about no image that counts", async () => {
  const asked: string[] = [];
  const hub = createServer(({ method, url, headers }, response) => {
    asked.push(`${method} ${url} ${headers.authorization}`);
    if (method === "HEAD")
      response.setHeader("ratelimit-limit", "200;w=21600").setHeader("ratelimit-remaining", "196;w=21600");
    response.end(method === "HEAD" ? undefined : '{"token":"abc"}');
  });
  await new Promise<void>((resolve) => hub.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;
  const limits = await pullLimits({ username: "me", password: "x" }, { auth: url, registry: url });
  hub.closeAllConnections();
  hub.close();
  expect(limits).toEqual({ remaining: 196, limit: 200 });
  expect(asked).toEqual([
    "GET /token?service=registry.docker.io&scope=repository:ratelimitpreview/test:pull Basic bWU6eA==",
    "HEAD /v2/ratelimitpreview/test/manifests/latest Bearer abc",
  ]);
});
