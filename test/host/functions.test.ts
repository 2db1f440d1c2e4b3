import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import * as portainer from "../../sdk";
import { type RunningServer, startServer } from "../../server";
import { PASSWORD } from "../support/host";

let server: RunningServer;
let admin: Readonly<Record<string, string>>;
const ids: Record<string, number> = {};

/** One of each, made by hand: functions look up what nobody manages. */
beforeAll(async () => {
  server = await startServer({ admin: { password: PASSWORD } });
  admin = { "x-api-key": server.apiKey ?? "" };
  ids["tag"] = await make("tags", { name: "production" });
  ids["team"] = await make("teams", { name: "Ops" });
  ids["user"] = await make("users", { username: "ann", password: "a-long-password-1", role: 2 });
  ids["registry"] = await make("registries", {
    Name: "internal",
    Type: 3,
    URL: "registry.example.test:5000",
    Authentication: true,
    Username: "puller",
    Password: "hunter2-of-the-registry",
  });
  await pulumi.runtime.setMocks({
    newResource: ({ inputs }) => ({ id: "7", state: inputs }),
    call: () => ({}),
  });
});
beforeEach(() => {
  configure({ "portainer:url": server.url, "portainer:apiKey": server.apiKey ?? "" });
});
afterAll(async () => {
  await server.stop();
});

/** Named by the rows of a table. */
const functions = { ...portainer };

const configure = (config: Readonly<Record<string, string>>) => pulumi.runtime.setAllConfig({ ...config });

async function make(path: string, body: object): Promise<number> {
  const answer = await fetch(`${server.url}/api/${path}`, {
    method: "POST",
    headers: admin,
    body: JSON.stringify(body),
  });
  const { ID, Id = ID } = (await answer.json()) as { ID?: number; Id?: number };
  return Number(Id);
}

/** What was asked of the server meanwhile. */
async function requestsOf(work: () => Promise<unknown>): Promise<string[]> {
  const before = server.requests().length;
  await work();
  return server
    .requests()
    .slice(before)
    .map(({ method, path }) => `${method} ${path.replace(/\?.*/, "").replace(/\d+$/, "N")}`);
}

const resolved = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => void output.apply(resolve));

describe.each([
  {
    name: "getTag",
    by: () => ({ name: "production" }),
    id: () => ids["tag"],
    result: () => ({ tagId: ids["tag"], name: "production" }),
    requests: ["GET /api/tags"],
    requestsById: ["GET /api/tags"],
  },
  {
    name: "getTeam",
    by: () => ({ name: "ops" }),
    id: () => ids["team"],
    result: () => ({ teamId: ids["team"], name: "Ops" }),
    requests: ["GET /api/teams"],
    requestsById: ["GET /api/teams/N"],
  },
  {
    name: "getUser",
    by: () => ({ username: "Ann" }),
    id: () => ids["user"],
    result: () => ({ userId: ids["user"], username: "ann", role: "standard" }),
    requests: ["GET /api/users"],
    requestsById: ["GET /api/users/N"],
  },
  {
    name: "getRegistry",
    by: () => ({ name: "internal" }),
    id: () => ids["registry"],
    result: () => ({
      registryId: ids["registry"],
      name: "internal",
      type: "custom",
      url: "registry.example.test:5000",
      authentication: true,
      username: "puller",
    }),
    requests: ["GET /api/registries"],
    requestsById: ["GET /api/registries/N"],
  },
] as const)("$name", ({ name, by, id, result, requests, requestsById }) => {
  const ask = functions[name] as (args: object) => Promise<object>;
  const askOutput = functions[`${name}Output`] as (args: object) => pulumi.Output<object>;

  test("finds it by name with one request, and asks only once in a run", async () => {
    expect(await requestsOf(async () => expect(await ask(by())).toEqual(result()))).toEqual(requests);
    expect(await requestsOf(async () => expect(await ask(by())).toEqual(result()))).toEqual([]);
  });

  test("finds it by id with one request", async () => {
    expect(await requestsOf(async () => expect(await ask({ id: id() })).toEqual(result()))).toEqual(
      requestsById,
    );
  });

  test("takes outputs, and gives one", async () => {
    const args = Object.fromEntries(Object.entries(by()).map(([key, value]) => [key, pulumi.output(value)]));
    const answer = askOutput(args);
    expect(await resolved(answer)).toEqual(result());
    expect(await pulumi.isSecret(answer)).toBe(false);
  });

  test("says what there is not", async () => {
    const [key = ""] = Object.keys(by());
    await expect(ask({ [key]: "nobody" })).rejects.toThrow(
      new RegExp(`^${name}: there is no \\w+ "nobody" on ${server.url}$`),
    );
    await expect(ask({ id: 999 })).rejects.toThrow(new RegExp(`^${name}: there is no \\w+ 999 on`));
  });

  test("refuses bad arguments before it asks", async () => {
    const refused = async (args: object, reason: RegExp) =>
      expect(await requestsOf(() => expect(ask(args)).rejects.toThrow(reason))).toEqual([]);
    await refused({}, /: give exactly one of `id` and `(user)?name`$/);
    await refused({ ...by(), id: 1 }, /: give exactly one of/);
    await refused({ id: "x" }, /: id: must be an id/);
    await refused({ ...by(), idd: 1 }, /unknown property `idd`; did you mean `id`/);
  });
});

test("the status is that of the server, and needs no credentials", async () => {
  configure({ "portainer:url": server.url });
  const { version, instanceId } = await portainer.getStatus();
  expect(version).toMatch(/^2\.\d+\.\d+$/);
  expect(instanceId).toMatch(/^[0-9a-f-]{36}$/);
});

test("a stack that is not there is an error", async () => {
  await expect(portainer.getStack({ name: "shop" })).rejects.toThrow(
    /^getStack: there is no stack "shop" on/,
  );
});

describe("a Provider", () => {
  test("says which server is asked, and as whom", async () => {
    configure({ "portainer:url": "http://127.0.0.1:1" });
    const provider = new portainer.Provider("own", {
      url: pulumi.output(server.url),
      username: "ann",
      password: pulumi.secret("a-long-password-1"),
    });
    const { tagId } = await portainer.getTag({ name: "production" }, { provider });
    expect(tagId).toBe(ids["tag"]);
    await expect(portainer.getUser({ username: "admin" }, { provider })).rejects.toThrow(/^getUser: .*403/);
    expect(await resolved(portainer.getTagOutput({ id: tagId }, { provider }))).toEqual({
      tagId,
      name: "production",
    });
  });

  test("that is not there says so for the function", async () => {
    configure({});
    await expect(portainer.getTag({ name: "production" })).rejects.toThrow(/^getTag: no Portainer url: set/);
  });
});

test("a secret argument makes the result secret", async () => {
  const answer = portainer.getTagOutput({ name: pulumi.secret("production") });
  expect(await pulumi.isSecret(answer)).toBe(true);
});
