import { describe, jest } from "@jest/globals";
import { startTinyEngine, type TinyEngine } from "../support/tiny-engine";
import { form, play, startWorld, useWorld } from "./kit";

jest.setTimeout(60_000);

let engine: TinyEngine;
const world = useWorld(async (use) => {
  engine = use(await startTinyEngine());
  const world = await startWorld();
  await world.admin("POST", "/endpoints", form({ Name: "one", EndpointCreationType: "1", URL: engine.url }));
  await world.admin("PUT", "/endpoints/1", { UserAccessPolicies: { "2": {} } });
  return world;
});

const registry = (more: object = {}) => ({ Name: "reg", Type: 3, URL: "reg.example.com", ...more });
const secret = { Authentication: true, Username: "u", Password: "top-secret" };

describe("a registry", () => {
  play(world, [
    {
      name: "needs a type that there is",
      as: "admin",
      method: "POST",
      path: "/registries",
      body: registry({ Type: 8 }),
      status: 400,
    },
    {
      name: "with authentication needs credentials",
      as: "admin",
      method: "POST",
      path: "/registries",
      body: registry({ Authentication: true }),
      status: 400,
    },
    {
      name: "is created without showing its password",
      as: "admin",
      method: "POST",
      path: "/registries",
      body: registry(secret),
      status: 200,
      expected: { Id: 1, Username: "u", ManagementConfiguration: null },
      absent: ["top-secret"],
    },
    {
      name: "has a name of its own",
      as: "admin",
      method: "POST",
      path: "/registries",
      body: registry({ URL: "x" }),
      status: 409,
    },
    {
      name: "has a URL and user of its own",
      as: "admin",
      method: "POST",
      path: "/registries",
      body: registry({ ...secret, Name: "b" }),
      status: 409,
    },
    {
      name: "may share a URL with another user",
      as: "admin",
      method: "POST",
      path: "/registries",
      body: registry({ ...secret, Name: "b", Username: "v" }),
      status: 200,
    },
    {
      name: "is shown without secrets",
      as: "admin",
      method: "GET",
      path: "/registries/1",
      status: 200,
      absent: ["top-secret"],
    },
    {
      name: "keeps its password when that comes empty",
      as: "admin",
      method: "PUT",
      path: "/registries/1",
      body: { Authentication: true, Username: "w", Password: "" },
      status: 200,
      expected: { Username: "w", ManagementConfiguration: { Password: "top-secret" } },
    },
    {
      name: "is not shown to a user who names no environment",
      as: "alice",
      method: "GET",
      path: "/registries/1",
      status: 500,
      expected: { details: "Missing query parameter" },
    },
    {
      name: "is not a user's without access",
      as: "alice",
      method: "GET",
      path: "/registries/1?endpointId=1",
      status: 403,
    },
    {
      name: "is nobody's on an environment at first",
      as: "alice",
      method: "GET",
      path: "/endpoints/1/registries",
      status: 200,
      expected: "[]",
    },
    {
      name: "is configured with a name",
      as: "admin",
      method: "POST",
      path: "/registries/2/configure",
      body: form({ Authentication: "true" }),
      status: 400,
    },
    {
      name: "is configured with the files of its TLS",
      as: "admin",
      method: "POST",
      path: "/registries/2/configure",
      body: form({ TLS: "true" }),
      status: 400,
    },
    {
      name: "has the credentials that it is configured with",
      as: "admin",
      method: "POST",
      path: "/registries/2/configure",
      body: form({ Authentication: "true", Username: "z", Password: "next-secret" }),
      status: 204,
    },
    {
      name: "shows who it is configured for",
      as: "admin",
      method: "GET",
      path: "/registries/2",
      status: 200,
      expected: { Username: "z" },
      absent: ["next-secret"],
    },
    {
      name: "of GitLab shares a URL with other projects",
      as: "admin",
      method: "POST",
      path: "/registries",
      body: { Name: "g1", Type: 4, URL: "gitlab.example.com", Gitlab: { ProjectPath: "a/b" } },
      status: 200,
    },
    {
      name: "of GitLab for another project is another one",
      as: "admin",
      method: "POST",
      path: "/registries",
      body: { Name: "g2", Type: 4, URL: "gitlab.example.com", Gitlab: { ProjectPath: "a/c" } },
      status: 200,
    },
    {
      name: "of another type is the same at the same URL",
      as: "admin",
      method: "POST",
      path: "/registries",
      body: { Name: "g3", Type: 3, URL: "gitlab.example.com", Username: "unused" },
      status: 409,
    },
    {
      name: "is opened by administrators only",
      as: "alice",
      method: "PUT",
      path: "/endpoints/1/registries/1",
      body: {},
      status: 403,
      expected: { message: "User is not authorized" },
    },
    {
      name: "is opened to a user",
      as: "admin",
      method: "PUT",
      path: "/endpoints/1/registries/1",
      body: { UserAccessPolicies: { "2": {} } },
      status: 204,
    },
    {
      name: "is that user's then",
      as: "alice",
      method: "GET",
      path: "/endpoints/1/registries",
      status: 200,
      expected: [{ Id: 1, RegistryAccesses: null }],
      absent: ["top-secret"],
    },
    {
      name: "is shown to that user",
      as: "alice",
      method: "GET",
      path: "/registries/1?endpointId=1",
      status: 200,
      absent: ["top-secret"],
    },
    {
      name: "is not the others'",
      as: "leader",
      method: "GET",
      path: "/registries/1?endpointId=1",
      status: 403,
    },
    {
      name: "is configured",
      as: "admin",
      method: "POST",
      path: "/registries/1/configure",
      body: form({ Authentication: "true", Username: "m", Password: "n" }),
      status: 204,
    },
    {
      name: "loses its accesses with the environment",
      as: "admin",
      method: "DELETE",
      path: "/endpoints/1",
      status: 204,
    },
    {
      name: "has none then",
      as: "admin",
      method: "GET",
      path: "/registries/1",
      status: 200,
      expected: { RegistryAccesses: {} },
    },
    { name: "goes", as: "admin", method: "DELETE", path: "/registries/1", status: 204 },
    {
      name: "is gone, where Portainer breaks the connection",
      as: "admin",
      method: "DELETE",
      path: "/registries/1",
      status: 404,
    },
  ]);
});
