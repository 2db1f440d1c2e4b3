import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Properties } from "../support/grpc";
import { type Host, PASSWORD, startHost } from "../support/host";

let host: Host;
let run: AsyncDisposable;

beforeAll(async () => {
  host = await startHost();
}, 60_000);
/** A run of its own for each test: within a run the provider remembers who has what, and a reset server uses the same numbers again. */
beforeEach(async () => {
  await host.reset();
  run = await host.switchTo({ username: "admin", password: PASSWORD });
});
afterEach(async () => {
  await run[Symbol.asyncDispose]();
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

const writes = () =>
  host.server.requests().filter(({ method, path }) => method !== "GET" && path !== "/api/auth");

/** An object that nobody manages; its id. */
async function makeByHand(path: string, body: object): Promise<number> {
  const answer = await fetch(`${host.server.url}/api/${path}`, {
    method: "POST",
    headers: { "x-api-key": host.server.apiKey ?? "" },
    body: JSON.stringify(body),
  });
  const { ID, Id = ID } = (await answer.json()) as { ID?: number; Id?: number };
  return Number(Id);
}

/** An object with a `name`. */
const NAMED = {
  named: (name: string) => ({ name }),
  byHand: (Name: string) => ({ Name }),
  looksFirst: false,
};

describe.each([
  { ...NAMED, type: "Tag", what: "tag", path: "tags", output: "tagId", read: "GET /api/tags" },
  { ...NAMED, type: "Team", what: "team", path: "teams", output: "teamId", read: "GET /api/teams/N" },
  {
    ...NAMED,
    type: "EndpointGroup",
    what: "environment group",
    path: "endpoint_groups",
    output: "groupId",
    // Portainer would make a second group of the name.
    looksFirst: true,
    read: "GET /api/endpoint_groups/N",
  },
  {
    named: (username: string) => ({ username, password: "in-a-hurry-today" }),
    byHand: (Username: string) => ({ Username, Password: "in-a-hurry-today", Role: 2 }),
    looksFirst: false,
    type: "User",
    what: "user",
    path: "users",
    output: "userId",
    read: "GET /api/users/N",
  },
  {
    named: (name: string) => ({ name, type: "custom", url: `${name}.example.com`.toLowerCase() }),
    byHand: (Name: string) => ({ Name, Type: 3, URL: `${Name}.example.com`.toLowerCase() }),
    looksFirst: false,
    type: "Registry",
    what: "registry",
    path: "registries",
    output: "registryId",
    read: "GET /api/registries/N",
  },
])("a $type", ({ type, what, path, output, named, byHand, looksFirst, read }) => {
  /** The name as a program reads it. */
  const shown = (name: string): Properties => {
    const { password: _never, ...others }: Properties = named(name);
    return others;
  };

  test("is created, read and deleted by no more requests than it needs", async () => {
    const count = async (work: () => Promise<unknown>) => {
      const before = host.server.requests().length;
      await work();
      return host.server
        .requests()
        .slice(before)
        .map(({ method, path }) => `${method} ${path.replace(/\d+$/, "N")}`);
    };
    await host.stack.up(type, "first", named("first"));
    expect(await count(() => host.stack.up(type, "it", named("it")))).toEqual([
      ...(looksFirst ? [`GET /api/${path}`] : []),
      `POST /api/${path}`,
    ]);
    expect(await count(() => host.stack.refresh("it"))).toEqual([read]);
    expect(await count(() => host.stack.destroy("it"))).toEqual([`DELETE /api/${path}/N`]);
  });

  test("takes its name from the resource", async () => {
    const { name: _name, username: _username, ...nameless }: Properties = named("ops");
    await host.stack.up(type, "ops", nameless);
    expect(host.stack.outputs("ops")).toMatchObject({
      ...shown("ops"),
      [output]: Number(host.stack.entry("ops").id),
    });
  });

  test("is not taken unless the program says so, and the error names the ways on", async () => {
    const id = await makeByHand(path, byHand("ops"));
    await expect(host.stack.up(type, "it", named("ops"))).rejects.toThrow(
      new RegExp(`the ${what} "ops" is on this server already \\(id ${id}\\).*aliases.*adopt: "matching"`),
    );
    expect(await host.stack.up(type, "it", { ...named("ops"), adopt: "matching" })).toBe("create");
    expect(host.stack.entry("it").id).toBe(String(id));
    expect(await host.stack.preview(type, "it", named("ops"))).toBe("same");
  });

  test("cannot be two resources of one program", async () => {
    await host.stack.up(type, "one", named("ops"));
    await expect(host.stack.up(type, "two", { ...named("ops"), adopt: "matching" })).rejects.toThrow(
      /is "one" in this stack already/,
    );
  });

  test("is found again when the answer to its creation was lost", async () => {
    host.server.fail({ path: `/api/${path}`, method: "POST", times: 1, with: "reset-after" });
    await host.stack.up(type, "it", named("ops"));
    expect(writes().filter(({ method }) => method === "POST")).toHaveLength(1);
    expect(await host.stack.refresh("it")).toBe(true);
  });

  test("says that it is looked up by a whole number", async () => {
    await expect(host.stack.get(type, "found", "ops")).rejects.toThrow(
      /by its id, a whole number, and "ops" is none/,
    );
    await expect(host.stack.get(type, "found", "99")).rejects.toThrow(`there is no ${type} "99"`);
  });

  test("is read without being managed", async () => {
    const id = await makeByHand(path, byHand("ops"));
    expect(await host.stack.get(type, "found", String(id))).toMatchObject({ ...shown("ops"), [output]: id });
  });
});

test("a Team's name in other letters is the same name", async () => {
  await makeByHand("teams", { Name: "Ops" });
  expect(await host.stack.up("Team", "it", { name: "ops", adopt: "matching" })).toBe("create");
  await host.stack.refresh("it");
  expect(await host.stack.up("Team", "it", { name: "ops" })).toBe("same");
});
