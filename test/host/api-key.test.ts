import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { startServer } from "../../server";
import { type Host, PASSWORD, startHost } from "../support/host";
import { conceal, isSecret } from "../support/secrets";

let host: Host;
beforeAll(async () => {
  host = await startHost();
});
beforeEach(() => host.reset());
afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

/** The administrator's keys, as the server lists them to somebody who needs none of them. */
async function keys(): Promise<{ id: number; description: string }[]> {
  const answer = await fetch(`${host.server.url}/api/users/1/tokens`, {
    headers: { "x-api-key": host.server.apiKey ?? "" },
  });
  const all = (await answer.json()) as { id: number; description: string }[];
  return all.filter(({ description }) => description !== "startServer");
}

const writes = () => host.server.requests().filter(({ method }) => method !== "GET");

/** A standard user, made by the administrator. */
async function addUser(Username: string): Promise<{ readonly id: number }> {
  const answer = await fetch(`${host.server.url}/api/users`, {
    method: "POST",
    headers: { "x-api-key": host.server.apiKey ?? "" },
    body: JSON.stringify({ Username, Password: PASSWORD, Role: 2 }),
  });
  return { id: ((await answer.json()) as { Id: number }).Id };
}

describe("an API key", () => {
  test("works as soon as it is made, and is revoked when it is destroyed", async () => {
    const { stack, server } = host;
    expect(await stack.up("ApiKey", "ci", {})).toBe("create");
    const { rawKey, keyId, userId, description } = stack.outputs("ci");
    expect({ userId, description, id: stack.entry("ci").id }).toEqual({
      userId: 1,
      description: "ci",
      id: String(keyId),
    });
    const headers = { "x-api-key": String(rawKey) };
    expect((await fetch(`${server.url}/api/users/me`, { headers })).status).toBe(200);

    await stack.destroy("ci");
    expect((await fetch(`${server.url}/api/users/me`, { headers })).status).toBe(401);
    expect(await keys()).toEqual([]);
  });

  test("is secret in the state", async () => {
    const { stack } = host;
    await stack.up("ApiKey", "ci", {});
    const { outputs } = stack.entry("ci");
    expect(isSecret(outputs["rawKey"])).toBe(true);
    expect(JSON.stringify(conceal(outputs))).not.toContain(String(stack.outputs("ci")["rawKey"]));
    expect(JSON.stringify(conceal(outputs))).not.toContain(PASSWORD);
  });

  test("shows no difference, and asks nothing, when nothing has changed", async () => {
    const { stack, server } = host;
    await stack.up("ApiKey", "ci", { description: "ci of shop" });
    const asked = server.requests().length;
    expect(await stack.preview("ApiKey", "ci", { description: "ci of shop" })).toBe("same");
    expect(await stack.up("ApiKey", "ci", { description: "ci of shop" })).toBe("same");
    expect(server.requests()).toHaveLength(asked);
  });

  test("is replaced for another description, the new one first", async () => {
    const { stack } = host;
    await stack.up("ApiKey", "ci", { description: "one" });
    const before = stack.outputs("ci");
    expect(await stack.up("ApiKey", "ci", { description: "two" }, { createFirst: true })).toBe("replace");
    expect(stack.outputs("ci")["rawKey"]).not.toBe(before["rawKey"]);
    expect(await keys()).toMatchObject([{ description: "two" }]);
    expect(writes().at(-1)?.method).toBe("DELETE");
  });

  test("is read and revoked with itself, whatever becomes of the password", async () => {
    const { stack, server } = host;
    await stack.up("ApiKey", "ci", {});
    await using _later = await host.switchTo({ username: "admin", password: "rotated-since" });
    const logins = server.requests({ path: "/api/auth" }).length;
    expect(await stack.refresh("ci")).toBe(true);
    expect(await stack.up("ApiKey", "ci", {})).toBe("same");
    await stack.destroy("ci");
    expect(server.requests({ path: "/api/auth" })).toHaveLength(logins);
    expect(await keys()).toEqual([]);
  });

  test("that was revoked outside is noticed by a refresh, and destroyed without complaint", async () => {
    const { stack, server } = host;
    await stack.up("ApiKey", "ci", {});
    await stack.up("ApiKey", "other", {});
    for (const { id } of await keys()) {
      await fetch(`${server.url}/api/users/1/tokens/${id}`, {
        method: "DELETE",
        headers: { "x-api-key": server.apiKey ?? "" },
      });
    }
    expect(await stack.refresh("ci")).toBe(false);
    await stack.destroy("other");
  });

  test("whose answer was lost is revoked, and another is made", async () => {
    const { stack, server } = host;
    server.fail({ method: "POST", path: "/api/users/1/tokens", with: "reset-after" });
    await stack.up("ApiKey", "ci", {});
    expect(await keys()).toMatchObject([{ id: stack.outputs("ci")["keyId"] }]);
  });

  test("leaves nothing behind when its answer is lost every time", async () => {
    const { stack, server } = host;
    server.fail({ method: "POST", path: "/api/users/1/tokens", with: "reset-after", times: 3 });
    await expect(stack.up("ApiKey", "ci", {})).rejects.toThrow(/POST .*tokens/);
    expect(await keys()).toEqual([]);
  });

  test("leaves keys alone that have the same description", async () => {
    const { stack, server } = host;
    await Promise.all(["one", "two"].map((name) => stack.up("ApiKey", name, { description: "same" })));
    server.fail({ method: "POST", path: "/api/users/1/tokens", with: "reset-after" });
    await stack.up("ApiKey", "three", { description: "same" });
    const made = ["one", "two", "three"].map((name) => stack.outputs(name)["keyId"]);
    expect((await keys()).map(({ id }) => id).sort()).toEqual(made.sort());
  });

  test("is made on a server that does not know /users/me", async () => {
    const { stack, server } = host;
    server.fail({
      path: "/api/users/me",
      with: { status: 400, body: { message: "Invalid user identifier" } },
    });
    await stack.up("ApiKey", "ci", {});
    expect(stack.outputs("ci")["userId"]).toBe(1);
  });

  test("is made for a standard user, who may not list the users", async () => {
    const { stack, server } = host;
    const { id } = await addUser("alice");
    server.fail({
      path: "/api/users/me",
      with: { status: 400, body: { message: "Invalid user identifier route variable" } },
    });
    await using _alice = await host.switchTo({ username: "Alice", password: PASSWORD });
    await stack.up("ApiKey", "ci", {});
    expect(stack.outputs("ci")["userId"]).toBe(id);
    expect(server.requests({ path: "/api/users" })).toHaveLength(1);
  });

  test("cannot be made by another API key, and says what can", async () => {
    const { stack, server } = host;
    await using _key = await host.switchTo({ apiKey: server.apiKey ?? "" });
    await expect(stack.up("ApiKey", "ci", {})).rejects.toThrow(
      /has an API key: pass a Provider with `username` and `password`/,
    );
    expect(writes()).toEqual([]);
  });

  test("cannot be looked up by its id, and says so", async () => {
    await expect(host.stack.get("ApiKey", "ci", "2")).rejects.toThrow(/cannot be looked up by its id/);
  });

  test("is not revoked on another server", async () => {
    const { stack, server } = host;
    await stack.up("ApiKey", "ci", {});
    await using other = await startServer({ admin: { password: PASSWORD } });
    await using _other = await host.switchTo({ url: other.url, username: "admin", password: PASSWORD });
    await expect(stack.refresh("ci")).rejects.toThrow(/is another server/);
    await expect(stack.destroy("ci")).rejects.toThrow(/is another server/);
    expect(server.requests({ method: "DELETE" })).toEqual([]);
  });

  test.each([
    ["", /description: a description is not empty/],
    ["x".repeat(128), /description: a description has at most 127/],
    [7, /description: .*expected string/],
  ])("refuses the description %p", async (description, message) => {
    await expect(host.stack.up("ApiKey", "ci", { description })).rejects.toThrow(message);
  });
});
