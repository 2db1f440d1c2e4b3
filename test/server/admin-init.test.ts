import { describe, expect, jest, test } from "@jest/globals";
import { type RunningServer, startServer } from "../../server";
import { PASSWORD, play, useWorld, type World } from "./kit";

// A world hashes a dozen passwords, which takes a busy machine its time.
jest.setTimeout(30_000);

const init = (server: RunningServer, body: object | string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/api/users/admin/init`, {
    method: "POST",
    headers,
    body: typeof body === "string" ? body : JSON.stringify(body),
    redirect: "manual",
  });

const bare = async (options: Parameters<typeof startServer>[0] = {}): Promise<World> => {
  const server = await startServer(options);
  return {
    server,
    headers: () => ({}),
    send: ({ method, path, body, headers = {} }) =>
      fetch(`${server.url}/api${path}`, {
        method,
        headers,
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    admin: () => Promise.reject(new Error("there is no administrator yet")),
    [Symbol.asyncDispose]: () => server.stop(),
  };
};

describe("the first administrator", () => {
  const world = useWorld(() => bare());

  const path = "/users/admin/init";
  play(world, [
    { name: "is missing at first", method: "GET", path: "/users/admin/check", status: 404 },
    {
      name: "needs a body",
      method: "POST",
      path,
      body: "",
      status: 400,
      expected: { message: "Invalid request payload", details: "EOF" },
    },
    { name: "needs a body that is an object", method: "POST", path, body: "[1]", status: 400 },
    { name: "needs a name", method: "POST", path, body: { Password: PASSWORD }, status: 400 },
    {
      name: "may have no space in the name",
      method: "POST",
      path,
      body: { Username: "a b", Password: PASSWORD },
      status: 400,
    },
    {
      name: "needs a password",
      method: "POST",
      path,
      body: { Username: "root" },
      status: 400,
      expected: { details: "Invalid password" },
    },
    {
      name: "needs twelve bytes of password",
      method: "POST",
      path,
      body: { Username: "root", Password: "abcdefghijk" },
      status: 400,
      expected: { message: "Password does not meet the requirements" },
    },
    {
      name: "is refused a password longer than bcrypt reads",
      method: "POST",
      path,
      body: { Username: "root", Password: "x".repeat(73) },
      status: 500,
      expected: { message: "Unable to hash user password" },
    },
    {
      name: "is created, keys in any case, the last one counts, garbage behind is not read",
      method: "POST",
      path,
      body: `{"username":"wrong","USERNAME":"Root","password":"éééééé"} trailing`,
      status: 200,
      expected: { Id: 1, Username: "root", Role: 1 },
      absent: ["Password"],
    },
    { name: "is there now", method: "GET", path: "/users/admin/check", status: 204, expected: "" },
    {
      name: "is not created twice, whatever the password",
      method: "POST",
      path,
      body: { Username: "root", Password: "short" },
      status: 409,
      expected: {
        message: "Unable to create administrator user",
        details: "An administrator user already exists",
      },
    },
  ]);
});

test("asks for the setup token, when one is set", async () => {
  await using server = await startServer({ setupToken: "let-me-in" });
  const body = { Username: "admin", Password: PASSWORD };
  expect((await init(server, body)).status).toBe(403);
  expect((await init(server, body, { "x-setup-token": "let-me-on" })).status).toBe(403);
  expect((await init(server, body, { "x-setup-token": "let-me-in" })).status).toBe(200);
});

test("creates one administrator when two ask at once", async () => {
  await using server = await startServer();
  const answers = await Promise.all(
    ["one", "two"].map((Username) => init(server, { Username, Password: PASSWORD })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
});

test("closes after five minutes without administrator, but for its status", async () => {
  let now = Date.now();
  await using server = await startServer({ clock: { now: () => now } });
  const get = (path: string) => fetch(server.url + path, { redirect: "manual" });
  now += 5 * 60_000 - 1;
  expect((await get("/api/users/admin/check")).status).toBe(404);
  now += 1;
  const refused = await init(server, { Username: "admin", Password: PASSWORD });
  expect(refused.status).toBe(303);
  expect(refused.headers.get("redirect-reason")).toBe("AdminInitTimeout");
  expect(refused.headers.has("location")).toBe(false);
  expect(await refused.json()).toMatchObject({ message: "Administrator initialization timeout" });
  expect((await get("/api/status")).status).toBe(200);
  expect((await get("/api/settings/public")).status).toBe(200);
  expect((await get("/api/status?x=1")).status).toBe(303);
  expect((await get("/api/system/status")).status).toBe(303);
});

test("stays open with an administrator", async () => {
  let now = Date.now();
  await using server = await startServer({ clock: { now: () => now }, admin: { password: PASSWORD } });
  now += 60 * 60_000;
  expect((await fetch(`${server.url}/api/system/status`)).status).toBe(200);
});
