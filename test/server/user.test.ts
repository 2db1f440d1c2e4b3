import { describe, expect, jest, test } from "@jest/globals";
import { PASSWORD, play, startWorld, useWorld } from "./kit";

// A world hashes a dozen passwords, which takes a busy machine its time.
jest.setTimeout(30_000);

const world = useWorld();

const NEW = "another-horse-9";
const users = "/users";

describe("users", () => {
  play(world, [
    {
      name: "are listed for an administrator",
      as: "admin",
      method: "GET",
      path: users,
      status: 200,
      expected: [{ Id: 1 }, { Id: 2 }, { Id: 3 }],
      absent: ["Password"],
    },
    {
      name: "are listed for a team leader, but for administrators",
      as: "leader",
      method: "GET",
      path: users,
      status: 200,
      expected: [{ Username: "alice" }, { Username: "leader" }],
    },
    {
      name: "are not listed for a standard user",
      as: "alice",
      method: "GET",
      path: users,
      status: 403,
      expected: { message: "Permission denied to access users list" },
    },
    {
      name: "show themselves",
      as: "alice",
      method: "GET",
      path: "/users/2",
      status: 200,
      expected: { Username: "alice" },
    },
    {
      name: "do not show others",
      as: "alice",
      method: "GET",
      path: "/users/1",
      status: 403,
      expected: { message: "Permission denied inspect user" },
    },
    {
      name: "are not created with a taken name",
      as: "admin",
      method: "POST",
      path: users,
      body: { Username: "ALICE", Password: PASSWORD, Role: 2 },
      status: 409,
    },
    {
      name: "are not created with a role that is none",
      as: "admin",
      method: "POST",
      path: users,
      body: { Username: "bob", Password: PASSWORD, Role: 3 },
      status: 400,
    },
    {
      name: "are not created without a password",
      as: "admin",
      method: "POST",
      path: users,
      body: { Username: "bob", Role: 2 },
      status: 400,
      expected: { message: "Password does not meet the requirements" },
    },
    {
      name: "may not rename themselves",
      as: "alice",
      method: "PUT",
      path: "/users/2",
      body: { Username: "queen" },
      status: 403,
    },
    {
      name: "may not promote themselves",
      as: "alice",
      method: "PUT",
      path: "/users/2",
      body: { Role: 1 },
      status: 403,
    },
    {
      name: "may not change others",
      as: "alice",
      method: "PUT",
      path: "/users/3",
      body: { UseCache: true },
      status: 403,
    },
    {
      name: "may change their theme",
      as: "alice",
      method: "PUT",
      path: "/users/2",
      body: { Theme: { color: "dark" } },
      status: 200,
      expected: { ThemeSettings: { color: "dark" } },
    },
    {
      name: "must know their password to change it",
      as: "alice",
      method: "PUT",
      path: "/users/2",
      body: { Password: NEW, NewPassword: NEW },
      status: 403,
    },
    {
      name: "must know their password to change it by passwd",
      as: "alice",
      method: "PUT",
      path: "/users/2/passwd",
      body: { Password: NEW, NewPassword: NEW },
      status: 403,
      expected: { message: "Current password doesn't match" },
    },
    {
      name: "may not set a short one",
      as: "alice",
      method: "PUT",
      path: "/users/2/passwd",
      body: { Password: PASSWORD, NewPassword: "short" },
      status: 400,
    },
    {
      name: "cannot be deleted by themselves",
      as: "key:admin",
      method: "DELETE",
      path: "/users/1",
      status: 403,
      expected: { message: "Cannot remove the initial admin account" },
    },
    {
      name: "cannot be deleted by a standard user",
      as: "alice",
      method: "DELETE",
      path: "/users/3",
      status: 403,
      expected: { message: "Access denied" },
    },
    {
      name: "that are unknown cannot be deleted",
      as: "admin",
      method: "DELETE",
      path: "/users/99",
      status: 404,
      expected: { details: "Object not found inside the database (bucket=users, key=99)" },
    },
    {
      name: "have a number",
      as: "admin",
      method: "GET",
      path: "/users/abc",
      status: 400,
      expected: { message: "Invalid user identifier route variable" },
    },
    {
      name: "are not found under a number too large",
      as: "admin",
      method: "GET",
      path: "/users/99999999999999999999",
      status: 400,
    },
  ]);

  test("lose their sessions, not their keys, with a new password or role", async () => {
    await using own = await startWorld();
    const alive = async (as: "alice" | "key:alice") =>
      (await own.send({ as, method: "GET", path: "/users/me" })).status;
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // a token of the same second stays valid
    await own.admin("PUT", "/users/2", { NewPassword: NEW });
    expect([await alive("alice"), await alive("key:alice")]).toEqual([401, 200]);
    const login = await own.send({
      method: "POST",
      path: "/auth",
      body: { Username: "alice", Password: NEW },
    });
    expect(login.status).toBe(200);
  });

  test("take memberships and keys with them, and their ids are not used again", async () => {
    await using own = await startWorld();
    await own.admin("DELETE", "/users/3");
    expect((await own.send({ as: "key:leader", method: "GET", path: "/users/me" })).status).toBe(401);
    expect((await own.send({ as: "leader", method: "GET", path: "/users/me" })).status).toBe(401);
    expect(await own.admin("GET", "/teams/1/memberships")).toEqual([]);
    const again = await own.admin("POST", "/users", { Username: "leader", Password: PASSWORD, Role: 2 });
    expect(again).toMatchObject({ Id: 4 });
  });
});

describe("API keys", () => {
  const description = "ci";
  play(world, [
    {
      name: "need a description",
      as: "alice",
      method: "POST",
      path: "/users/2/tokens",
      body: { description: "  ", password: PASSWORD },
      status: 400,
      expected: { details: "Invalid description: cannot be empty" },
    },
    {
      name: "need a password",
      as: "alice",
      method: "POST",
      path: "/users/2/tokens",
      body: { description },
      status: 400,
      expected: { details: "Invalid password: cannot be empty" },
    },
    {
      name: "need the right one",
      as: "alice",
      method: "POST",
      path: "/users/2/tokens",
      body: { description, password: NEW },
      status: 403,
    },
    {
      name: "cannot be made by an API key",
      as: "key:alice",
      method: "POST",
      path: "/users/2/tokens",
      body: { description, password: PASSWORD },
      status: 401,
      expected: { message: "Auth not supported" },
    },
    {
      name: "cannot be made for others",
      as: "admin",
      method: "POST",
      path: "/users/2/tokens",
      body: { description, password: PASSWORD },
      status: 403,
    },
    {
      name: "are made",
      as: "alice",
      method: "POST",
      path: "/users/2/tokens",
      body: { description, password: PASSWORD },
      status: 201,
      expected: { apiKey: { userId: 2, description } },
    },
    {
      name: "are listed without digest",
      as: "alice",
      method: "GET",
      path: "/users/2/tokens",
      status: 200,
      absent: ["digest", "rawAPIKey"],
    },
    { name: "of others are not shown", as: "alice", method: "GET", path: "/users/3/tokens", status: 403 },
    {
      name: "of a standard user are shown to an administrator",
      as: "admin",
      method: "GET",
      path: "/users/2/tokens",
      status: 200,
    },
    {
      name: "of others cannot be revoked",
      as: "alice",
      method: "DELETE",
      path: "/users/3/tokens/1",
      status: 403,
      expected: { message: "Permission denied to get user access tokens" },
    },
    {
      name: "of nobody are not shown",
      as: "alice",
      method: "GET",
      path: "/users/99/tokens",
      status: 404,
    },
    {
      name: "of nobody cannot be revoked",
      as: "admin",
      method: "DELETE",
      path: "/users/99/tokens/1",
      status: 404,
    },
    {
      name: "that are unknown: 500, as Portainer has it",
      as: "alice",
      method: "DELETE",
      path: "/users/2/tokens/99",
      status: 500,
      expected: { message: "API Key not found" },
    },
  ]);
});

describe("a change of a user", () => {
  const put = { method: "PUT", path: "/users/2" } as const;
  play(world, [
    { ...put, name: "gives no name with spaces", as: "admin", body: { Username: "a b" }, status: 400 },
    {
      ...put,
      name: "of nothing changes nothing",
      as: "alice",
      body: "null",
      status: 200,
      expected: { Id: 2 },
    },
    {
      ...put,
      name: "of the theme is one's own",
      as: "alice",
      body: { Theme: { color: "dark" }, UseCache: true },
      status: 200,
      expected: { ThemeSettings: { color: "dark" }, UseCache: true },
    },
    {
      ...put,
      name: "of the theme leaves the rest",
      as: "alice",
      body: { theme: {} },
      status: 200,
      expected: { Username: "alice", ThemeSettings: { color: "dark" } },
    },
    {
      ...put,
      name: "to one's own name is none",
      as: "alice",
      body: { Username: "alice" },
      status: 200,
    },
    {
      ...put,
      name: "of one's own role is refused, even to what it is",
      as: "alice",
      body: { Role: 2 },
      status: 403,
      expected: { message: "Permission denied to update user to administrator role" },
    },
    {
      name: "of somebody else is refused before it is read",
      as: "alice",
      method: "PUT",
      path: "/users/3",
      body: "{",
      status: 403,
      expected: { message: "Permission denied to update user" },
    },
    {
      name: "of nobody must be readable first",
      as: "admin",
      method: "PUT",
      path: "/users/99",
      body: "{",
      status: 400,
    },
    {
      ...put,
      name: "of the password wants the old one",
      as: "alice",
      body: { NewPassword: "another-password-1" },
      status: 403,
      expected: { message: "Current password doesn't match. Password left unchanged" },
    },
  ]);
});
