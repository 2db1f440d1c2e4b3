import { describe, expect, jest, test } from "@jest/globals";
import { startServer } from "../../server";
import { PASSWORD, play, startWorld, useWorld } from "./kit";

// A world hashes a dozen passwords, which takes a busy machine its time.
jest.setTimeout(30_000);

const world = useWorld();

const login = (Username: string, Password = PASSWORD) =>
  world.send({ method: "POST", path: "/auth", body: { Username, Password } });

const claims = (jwt: string) =>
  JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;

describe("login", () => {
  const refused = { message: "Invalid credentials", details: "Unauthorized" };
  play(world, [
    {
      name: "refuses a wrong password",
      method: "POST",
      path: "/auth",
      body: { Username: "admin", Password: "wrong-horse-99" },
      status: 422,
      expected: refused,
    },
    {
      name: "refuses an unknown user in the same words",
      method: "POST",
      path: "/auth",
      body: { Username: "nobody", Password: PASSWORD },
      status: 422,
      expected: refused,
    },
    {
      name: "asks for a name",
      method: "POST",
      path: "/auth",
      body: { Password: PASSWORD },
      status: 400,
      expected: { details: "Invalid username" },
    },
    {
      name: "asks for a password",
      method: "POST",
      path: "/auth",
      body: { Username: "admin", Password: "" },
      status: 400,
      expected: { details: "Invalid password" },
    },
    {
      name: "refuses a password that is a number",
      method: "POST",
      path: "/auth",
      body: { Username: "admin", Password: 1 },
      status: 400,
    },
    {
      name: "takes null for absent",
      method: "POST",
      path: "/auth",
      body: { Username: null, Password: PASSWORD },
      status: 400,
    },
    {
      name: "finds a name in any case",
      method: "POST",
      path: "/auth",
      body: { Username: "ADMIN", Password: PASSWORD },
      status: 200,
    },
  ]);

  test("gives a token of eight hours with Portainer's claims, and a cookie for browsers", async () => {
    const answer = await login("admin");
    const { jwt } = (await answer.json()) as { jwt: string };
    const { exp, iat, jti, ...rest } = claims(jwt);
    expect(rest).toEqual({ id: 1, username: "admin", role: 1, scope: "default", forceChangePassword: false });
    expect(Number(exp) - Number(iat)).toBe(8 * 3600);
    expect(jti).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers.get("set-cookie")).toMatch(
      /^portainer_api_key=[\w.-]+; Path=\/; Expires=.* GMT; HttpOnly; SameSite=Strict$/,
    );
  });
});

describe("a password that has become too short", () => {
  const me = async (headers: Record<string, string>) => {
    const answer = await world.send({ method: "GET", path: "/users/me", headers });
    return (await answer.json()) as Record<string, unknown>;
  };
  const bearer = async () => {
    const { jwt } = (await (await login("admin")).json()) as { jwt: string };
    expect(claims(jwt)["forceChangePassword"]).toBe(
      (await me({ authorization: `Bearer ${jwt}` }))["forceChangePassword"],
    );
    return { authorization: `Bearer ${jwt}` };
  };

  test("is to be changed, as every login since then is told", async () => {
    const before = await bearer();
    expect(await me(before)).toMatchObject({ Username: "admin", UserTheme: "", forceChangePassword: false });
    await world.admin("PUT", "/settings", { InternalAuthSettings: { RequiredPasswordLength: 40 } });
    expect(await me(await bearer())).toMatchObject({ forceChangePassword: true });
    const cookie = (await login("admin")).headers.get("set-cookie")?.split(";")[0] ?? "";
    expect(await me({ cookie })).toMatchObject({ forceChangePassword: true });

    // What was said at a login stays with its token, and a key has no password.
    expect(await me(before)).toMatchObject({ forceChangePassword: false });
    expect(await me(world.headers("key:admin"))).toMatchObject({ forceChangePassword: false });
    await world.admin("PUT", "/settings", { InternalAuthSettings: { RequiredPasswordLength: 12 } });
    expect(await me(await bearer())).toMatchObject({ forceChangePassword: false });
  });
});

describe("credentials", () => {
  const me = { method: "GET", path: "/users/me" };
  const missing = { message: "A valid authorization token is missing", details: "Unauthorized" };
  const invalid = { message: "Invalid JWT token", details: "Unauthorized" };
  play(world, [
    { ...me, name: "are missing", status: 401, expected: missing },
    { ...me, name: "are an empty token", as: "raw:Bearer ", status: 401 },
    { ...me, name: "are no token", as: "raw:Bearer x.y.z", status: 401, expected: invalid },
    { ...me, name: "are basic", as: "raw:Basic YTpi", status: 401, expected: invalid },
    {
      ...me,
      name: "are an unsigned token",
      as: `raw:Bearer ${unsigned()}`,
      status: 401,
      expected: invalid,
    },
    {
      ...me,
      name: "are an unknown key",
      headers: { "x-api-key": "ptr_AAAA" },
      status: 401,
      expected: invalid,
    },
    {
      ...me,
      name: "are a key and a token at once",
      as: "admin",
      headers: { "x-api-key": "ptr_AAAA" },
      status: 403,
    },
    { ...me, name: "are an empty cookie", headers: { cookie: "portainer_api_key=" }, status: 401 },
    { ...me, name: "are a token", as: "alice", status: 200, expected: { Id: 2, Username: "alice" } },
    { ...me, name: "are a key", as: "key:alice", status: 200, expected: { Id: 2, Username: "alice" } },
  ]);

  test("may be a token without the word Bearer", async () => {
    const { jwt } = (await (await login("alice")).json()) as { jwt: string };
    expect((await world.send({ ...me, as: `raw:${jwt}` })).status).toBe(200);
    expect((await world.send({ ...me, as: `raw:bearer ${jwt}` })).status).toBe(401);
  });

  test("may be a key in the query, spelt in any case, which the record does not show", async () => {
    const key = world.server.apiKey ?? "";
    const answer = await world.send({
      method: "GET",
      path: `/users/me?X-api-KEY=${encodeURIComponent(key)}`,
    });
    expect(answer.status).toBe(200);
    expect(JSON.stringify(world.server.requests())).not.toContain(key);
  });

  test("die with a logout", async () => {
    const { jwt } = (await (await login("alice")).json()) as { jwt: string };
    const as = `raw:Bearer ${jwt}` as const;
    expect((await world.send({ as, method: "POST", path: "/auth/logout" })).status).toBe(204);
    expect((await world.send({ ...me, as })).status).toBe(401);
    expect((await world.send({ method: "POST", path: "/auth/logout" })).status).toBe(204);
  });
});

describe("a cookie", () => {
  const session = async () => {
    const answer = await login("admin");
    return answer.headers.get("set-cookie")?.split(";")[0] ?? "";
  };

  test("changes nothing without the token that was handed out", async () => {
    const cookie = await session();
    const write = { method: "POST", path: "/tags", body: { Name: "by-cookie" } };
    const refused = await world.send({ ...write, headers: { cookie } });
    expect(refused.status).toBe(403);
    expect(await refused.text()).toMatch(/^Forbidden - CSRF token/);
    const look = await world.send({ method: "GET", path: "/users/me", headers: { cookie } });
    const token = look.headers.get("x-csrf-token") ?? "";
    const seed = look.headers.get("set-cookie")?.split(";")[0] ?? "";
    const both = { cookie: `${cookie}; ${seed}` };
    expect((await world.send({ ...write, headers: { ...both, "x-csrf-token": "AAAA" } })).status).toBe(403);
    expect((await world.send({ ...write, headers: { ...both, "x-csrf-token": token } })).status).toBe(200);
  });

  test("is enough when the browser says that the request comes from our own page", async () => {
    const headers = { cookie: await session(), "sec-fetch-site": "same-origin" };
    expect(
      (await world.send({ method: "POST", path: "/tags", body: { Name: "own-page" }, headers })).status,
    ).toBe(200);
    const cross = { ...headers, "sec-fetch-site": "cross-site" };
    expect(
      (await world.send({ method: "POST", path: "/tags", body: { Name: "x" }, headers: cross })).status,
    ).toBe(403);
  });
});

test("a token lives as long as the settings say, by the server's clock", async () => {
  let now = Date.now();
  await using own = await startWorld({ clock: { now: () => now } });
  await own.admin("PUT", "/settings", { UserSessionTimeout: "1h30m" });
  const answer = await own.send({
    method: "POST",
    path: "/auth",
    body: { Username: "alice", Password: PASSWORD },
  });
  const { jwt } = (await answer.json()) as { jwt: string };
  const me = () => own.send({ as: `raw:Bearer ${jwt}`, method: "GET", path: "/users/me" });
  now += 89 * 60_000;
  expect((await me()).status).toBe(200);
  now += 2 * 60_000;
  expect((await me()).status).toBe(401);
});

test("ten logins at once, then one a second, else an hour's ban for that address", async () => {
  let now = Date.now();
  await using server = await startServer({ clock: { now: () => now }, adminInitTimeout: 10 ** 9 });
  const attempt = async () =>
    (await fetch(`${server.url}/api/auth`, { method: "POST", body: '{"Username":"a","Password":""}' }))
      .status;
  for (let count = 0; count < 10; count++) expect(await attempt()).toBe(400);
  now += 1_000;
  expect(await attempt()).toBe(400);
  expect(await attempt()).toBe(403);
  now += 3_599_000;
  expect(await attempt()).toBe(403);
  now += 1_000;
  expect(await attempt()).toBe(400);
});

function unsigned(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none", typ: "JWT" })}.${part({ id: 1, exp: 4e9, iat: 4e9 })}.`;
}
