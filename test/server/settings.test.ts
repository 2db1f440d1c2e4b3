import { describe, expect, test } from "@jest/globals";
import { PASSWORD, play, useWorld } from "./kit";

const world = useWorld();

const change = (body: object) => world.admin<Record<string, unknown>>("PUT", "/settings", body);
const login = async (Username: string) => {
  const answer = await world.send({ method: "POST", path: "/auth", body: { Username, Password: PASSWORD } });
  return [answer.status, ((await answer.json()) as { message?: string }).message] as const;
};

describe("settings", () => {
  const put = { as: "admin", method: "PUT", path: "/settings", status: 400 } as const;
  play(world, [
    { ...put, name: "know three ways to log in", body: { AuthenticationMethod: 0 } },
    ...["nonsense", "javascript:alert(1)", "file:///etc", "has space.com"].map((LogoURL) => ({
      ...put,
      name: `take no logo from ${LogoURL}`,
      body: { LogoURL },
    })),
    ...["example.com/logo.png", "http://intranet/logo.png", "https://[::1]:8443/x?y=z", ""].map(
      (LogoURL) => ({
        ...put,
        name: `take a logo from ${JSON.stringify(LogoURL)}`,
        body: { LogoURL },
        status: 200,
        expected: { LogoURL },
      }),
    ),
    { ...put, name: "want agents to find the server", body: { EdgePortainerURL: "http://localhost" } },
    { ...put, name: "know OAuth's styles", body: { OAuthSettings: { AuthStyle: 3 } } },
  ]);

  test("keep an interval that is set from becoming none", async () => {
    await change({ SnapshotInterval: "10m" });
    const answer = await world.send({ ...put, body: { SnapshotInterval: "" } });
    expect([answer.status, await answer.json()]).toMatchObject([
      500,
      { message: "Unable to update snapshot interval" },
    ]);
  });

  test("of a directory are replaced as a whole, but for who reads it", async () => {
    await change({
      LDAPSettings: { ReaderDN: "cn=reader", Password: "ldap-secret", URL: "ldap.example.com:389" },
    });
    const { LDAPSettings } = await change({ ldapsettings: { url: "other.example.com:389" } });
    expect(LDAPSettings).toMatchObject({
      URL: "other.example.com:389",
      ReaderDN: "cn=reader",
      AnonymousMode: false,
      AutoCreateUsers: false,
      SearchSettings: null,
    });
    expect(JSON.stringify(LDAPSettings)).not.toContain("ldap-secret");
  });

  test("of OAuth are replaced as a whole, but for the secret, which nobody sees", async () => {
    await change({ OAuthSettings: { ClientID: "a", ClientSecret: "oauth-secret", SSO: true } });
    const { OAuthSettings } = await change({ OAuthSettings: { ClientID: "b" } });
    expect(OAuthSettings).toMatchObject({ ClientID: "b", SSO: false, DefaultTeamID: 0 });
    expect(JSON.stringify(OAuthSettings)).not.toContain("oauth-secret");
  });

  test("forget a team for newcomers that is deleted", async () => {
    const { Id } = await world.admin<{ Id: number }>("POST", "/teams", { Name: "newcomers" });
    await change({ OAuthSettings: { DefaultTeamID: Id } });
    await world.admin("DELETE", `/teams/${Id}`);
    expect(await world.admin("GET", "/settings")).toMatchObject({ OAuthSettings: { DefaultTeamID: 0 } });
  });
});

describe("where another service knows the passwords", () => {
  const user = (more: object) =>
    world.send({ as: "key:admin", method: "POST", path: "/users", body: { Role: 2, ...more } });

  test("OAuth lets only the initial administrator log in with one, and says where to go", async () => {
    await change({
      AuthenticationMethod: 3,
      OAuthSettings: {
        AuthorizationURI: "https://id.example.com/auth",
        ClientID: "me",
        RedirectURI: "https://here",
        Scopes: "id",
        LogoutURI: "https://id.example.com/out",
      },
    });
    expect(await login("alice")).toEqual([422, "Only initial admin is allowed to login without oauth"]);
    expect(await login("nobody")).toEqual([422, "Only initial admin is allowed to login without oauth"]);
    expect(await login("admin")).toEqual([200, undefined]);
    expect(await world.admin("GET", "/settings/public")).toMatchObject({
      OAuthLoginURI:
        "https://id.example.com/auth?response_type=code&client_id=me&redirect_uri=https://here&scope=id&prompt=login",
      OAuthLogoutURI: "https://id.example.com/out",
    });
  });

  test("users are created without one, and cannot log in with one", async () => {
    expect((await user({ Username: "bob", Password: PASSWORD })).status).toBe(400);
    expect((await user({ Username: "bob" })).status).toBe(200);
    await change({ AuthenticationMethod: 1 });
    expect(await login("bob")).toEqual([422, "Invalid credentials"]);
  });

  test("a directory that cannot be asked is an error, and not a wrong password", async () => {
    await change({
      AuthenticationMethod: 2,
      LDAPSettings: { GroupSearchSettings: [{ GroupBaseDN: "dc=x", GroupFilter: "", GroupAttribute: "" }] },
    });
    expect(await login("alice")).toEqual([500, "Unable to authenticate user against LDAP"]);
    expect(await login("admin")).toEqual([200, undefined]);
    expect(await world.admin("GET", "/settings/public")).toMatchObject({ TeamSync: true });
    await change({ AuthenticationMethod: 1 });
  });

  play(world, [
    {
      name: "codes of another service are refused while it is not asked",
      method: "POST",
      path: "/auth/oauth/validate",
      body: { Code: "x" },
      status: 403,
      expected: { message: "OAuth authentication is not enabled" },
    },
    { name: "a code is needed", method: "POST", path: "/auth/oauth/validate", body: {}, status: 400 },
  ]);
});
