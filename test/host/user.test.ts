import { describe, expect, test } from "@jest/globals";
import type { TeamMembership } from "../../contract";
import { freshHost } from "../support/fresh-host";
import { PASSWORD } from "../support/host";

const OLD = "alice-in-a-hurry";
const NEW = "alice-at-her-ease";

const host = freshHost();
const { api, asked } = host;

async function send(method: string, path: string, body?: unknown): Promise<Response> {
  return await fetch(`${host.server.url}/api${path}`, {
    method,
    headers: { "x-api-key": host.server.apiKey ?? "" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

interface WholeUser {
  readonly Username: string;
  readonly Role: number;
  readonly TokenIssueAt: number;
  readonly ThemeSettings: { readonly color: string };
}
const user = (id: string) => api<WholeUser>("GET", `/users/${id}`);
const login = (Username: string, Password: string) => send("POST", "/auth", { Username, Password });

describe("a User", () => {
  test("is a standard user unless the program says otherwise, with a password that is secret", async () => {
    await host.stack.up("User", "alice", { password: OLD });
    const { id, inputs, outputs } = host.stack.entry("alice");
    expect(await user(id)).toMatchObject({ Username: "alice", Role: 2 });
    expect((await login("alice", OLD)).status).toBe(200);
    for (const state of [inputs, outputs]) expect(state["password"]).toMatchObject({ value: OLD });
    expect(await host.stack.refresh("alice")).toBe(true);
    expect(host.stack.outputs("alice")).toMatchObject({ password: OLD, role: "standard" });
    await expect(host.stack.up("User", "bob", { password: "short" })).rejects.toThrow(
      /Password does not meet the requirements/,
    );
  });

  test("gets another password without the old one, and keeps the theme", async () => {
    await host.stack.up("User", "alice", { password: OLD });
    const { id } = host.stack.entry("alice");
    await api("PUT", `/users/${id}`, { Theme: { color: "dark" } });
    expect(await asked(() => host.stack.up("User", "alice", { password: NEW }))).toEqual([
      `PUT /users/${id}`,
    ]);
    expect((await login("alice", NEW)).status).toBe(200);
    expect((await login("alice", OLD)).status).toBe(422);
    expect((await user(id)).ThemeSettings).toEqual({ color: "dark" });
  });

  test("keeps sessions when only the name changes, and has what somebody else set in the meantime", async () => {
    await host.stack.up("User", "alice", { password: OLD });
    const { id } = host.stack.entry("alice");
    await host.stack.up("User", "alice", { username: "alicia", password: OLD });
    expect(await user(id)).toMatchObject({ Username: "alicia", TokenIssueAt: 0 });
    await api("PUT", `/users/${id}`, { NewPassword: NEW });
    await host.stack.up("User", "alice", { username: "alicia", password: OLD, role: "administrator" });
    expect(await user(id)).toMatchObject({ Username: "alicia", Role: 1 });
    expect((await login("alicia", NEW)).status).toBe(200);
  });

  test("shows drift of name and role, and puts it right", async () => {
    await host.stack.up("User", "alice", { password: OLD });
    const { id } = host.stack.entry("alice");
    await api("PUT", `/users/${id}`, { Username: "mallory", Role: 1 });
    await host.stack.refresh("alice");
    expect(host.stack.outputs("alice")).toMatchObject({ username: "mallory", role: "administrator" });
    expect(await host.stack.up("User", "alice", { password: OLD })).toBe("update");
    expect(await user(id)).toMatchObject({ Username: "alice", Role: 2 });
  });

  test("is adopted as it is, or with its role and password set", async () => {
    await api("POST", "/users", { Username: "alice", Password: OLD, Role: 1 });
    await expect(host.stack.up("User", "alice", { password: NEW, adopt: "matching" })).rejects.toThrow(
      /the user "alice" \(id 2\) is not as desired: it differs in role/,
    );
    expect((await login("alice", OLD)).status).toBe(200);
    await host.stack.up("User", "alice", { password: NEW, adopt: "replace" });
    expect((await login("alice", NEW)).status).toBe(200);
    expect(await user("2")).toMatchObject({ Role: 2 });
  });

  test("is never the initial administrator", async () => {
    await expect(
      host.stack.up("User", "it", { username: "Admin", password: NEW, adopt: "replace" }),
    ).rejects.toThrow(
      'the user "Admin" (id 1) cannot be taken: it is the server\'s initial administrator, an `AdminUser`. Choose another name.',
    );
    expect((await login("admin", PASSWORD)).status).toBe(200);
  });

  test("refuses another user's name when it is renamed", async () => {
    await api("POST", "/users", { Username: "bob", Password: OLD, Role: 2 });
    await host.stack.up("User", "alice", { password: OLD });
    await expect(host.stack.up("User", "alice", { username: "bob", password: OLD })).rejects.toThrow(
      /Another user with the same username already exists/,
    );
  });

  test("cannot be deleted by itself", async () => {
    await host.stack.up("User", "boss", { password: OLD, role: "administrator" });
    await using _boss = await host.switchTo({ username: "boss", password: OLD });
    await expect(host.stack.destroy("boss")).rejects.toThrow(
      /Cannot remove your own user account\. Contact another administrator/,
    );
    expect(host.stack.has("boss")).toBe(true);
  });

  test("says to a standard user that only an administrator may manage users", async () => {
    await host.stack.up("User", "alice", { password: OLD });
    await host.stack.up("User", "bob", { password: OLD });
    await using _alice = await host.switchTo({ username: "alice", password: OLD });
    const refusal = /Access denied\. Only an administrator may do this\./;
    await expect(host.stack.up("User", "carol", { password: OLD })).rejects.toThrow(refusal);
    await expect(host.stack.destroy("bob")).rejects.toThrow(refusal);
    await expect(host.stack.refresh("bob")).rejects.toThrow(
      /Permission denied inspect user .*The user of these credentials may not do this\./,
    );
    await expect(host.stack.up("User", "bob", { password: OLD, role: "administrator" })).rejects.toThrow(
      /Permission denied to update user\. The user of these credentials may not do this\./,
    );
  });
});

describe("a TeamMembership", () => {
  const memberships = () => api<TeamMembership[]>("GET", "/team_memberships");
  const makePair = async () => {
    const { Id: userId } = await api("POST", "/users", { Username: "alice", Password: OLD, Role: 2 });
    const { Id: teamId } = await api("POST", "/teams", { Name: "ops" });
    return { userId, teamId };
  };

  test("is made by one request, read in its team's list alone, and changed and ended by one", async () => {
    const pair = await makePair();
    const { teamId, userId } = pair;
    await host.stack.up("Tag", "first", {});
    expect(await asked(() => host.stack.up("TeamMembership", "it", pair))).toEqual([
      "POST /team_memberships",
    ]);
    expect(host.stack.entry("it").id).toBe(`${teamId}/${userId}`);
    expect(await asked(() => host.stack.refresh("it"))).toEqual([`GET /teams/${teamId}/memberships`]);
    expect(await host.stack.preview("TeamMembership", "it", { userId: "2", teamId: "1" })).toBe("same");
    expect(await asked(() => host.stack.up("TeamMembership", "it", { ...pair, role: "leader" }))).toEqual([
      "PUT /team_memberships/1",
    ]);
    expect(await memberships()).toMatchObject([{ UserID: userId, TeamID: teamId, Role: 1 }]);
    expect(await asked(() => host.stack.destroy("it"))).toEqual(["DELETE /team_memberships/1"]);
  });

  test("that is there already is refused with the ways on, or adopted", async () => {
    const pair = await makePair();
    const body = { UserID: pair.userId, TeamID: pair.teamId, Role: 1 };
    const { Id } = await api("POST", "/team_memberships", body);
    await expect(host.stack.up("TeamMembership", "it", pair)).rejects.toThrow(
      /user 2 is in team 1 already, .*Nothing was changed\..*aliases.*adopt: "matching"/,
    );
    await expect(host.stack.up("TeamMembership", "it", { ...pair, adopt: "matching" })).rejects.toThrow(
      "user 2 is in team 1 already, as a leader: set `role` as it is there",
    );
    await host.stack.up("TeamMembership", "it", { ...pair, adopt: "replace" });
    expect(host.stack.outputs("it")).toMatchObject({ membershipId: Id });
    expect(await memberships()).toMatchObject([{ Id, Role: 2 }]);
    await expect(host.stack.up("TeamMembership", "two", { ...pair, adopt: "matching" })).rejects.toThrow(
      /is "it" in this stack already/,
    );
  });

  test("is found again when the answer to its creation was lost", async () => {
    const pair = await makePair();
    host.server.fail({ path: "/api/team_memberships", method: "POST", times: 1, with: "reset-after" });
    await host.stack.up("TeamMembership", "it", pair);
    expect(await memberships()).toHaveLength(1);
    expect(await host.stack.refresh("it")).toBe(true);
  });

  test("is the same when somebody has ended it and made it anew", async () => {
    const pair = await makePair();
    await host.stack.up("TeamMembership", "it", pair);
    await api("DELETE", "/team_memberships/1");
    await api("POST", "/team_memberships", { UserID: pair.userId, TeamID: pair.teamId, Role: 2 });
    expect(await host.stack.refresh("it")).toBe(true);
    expect(await host.stack.up("TeamMembership", "it", pair)).toBe("same");
    await host.stack.destroy("it");
    expect(await memberships()).toEqual([]);
  });

  test("is gone with its team", async () => {
    const pair = await makePair();
    await host.stack.up("TeamMembership", "it", pair);
    await api("DELETE", `/teams/${pair.teamId}`);
    expect(await host.stack.refresh("it")).toBe(false);
  });

  test("is looked up by the ids of team and user", async () => {
    const pair = await makePair();
    await api("POST", "/team_memberships", { UserID: pair.userId, TeamID: pair.teamId, Role: 1 });
    expect(await host.stack.get("TeamMembership", "found", "1/2")).toMatchObject({
      userId: 2,
      teamId: 1,
      role: "leader",
      membershipId: 1,
    });
    await expect(host.stack.get("TeamMembership", "found", "7")).rejects.toThrow(
      'a TeamMembership is looked up by the ids of team and user, such as "3/5", and "7" is none',
    );
    await expect(host.stack.get("TeamMembership", "found", "1/9")).rejects.toThrow(
      'there is no TeamMembership "1/9"',
    );
  });

  test("is managed by a leader of the team, and refused to others in a sentence", async () => {
    const { userId, teamId } = await makePair();
    const { Id: other } = await api("POST", "/teams", { Name: "others" });
    await api("POST", "/users", { Username: "bob", Password: OLD, Role: 2 });
    await api("POST", "/team_memberships", { UserID: userId, TeamID: teamId, Role: 1 });
    {
      await using _alice = await host.switchTo({ username: "alice", password: OLD });
      await host.stack.up("TeamMembership", "bob-ops", { userId: 3, teamId });
      expect(await host.stack.refresh("bob-ops")).toBe(true);
      await expect(host.stack.up("TeamMembership", "it", { userId: 3, teamId: other })).rejects.toThrow(
        /Permission denied to manage team memberships .*The user of these credentials may not do this\./,
      );
    }
    await using _bob = await host.switchTo({ username: "bob", password: OLD });
    await expect(host.stack.up("TeamMembership", "it", { userId: 3, teamId: other })).rejects.toThrow(
      /Access denied\. The user of these credentials may not do this\./,
    );
    await expect(host.stack.refresh("bob-ops")).rejects.toThrow(/Access denied/);
  });
});
