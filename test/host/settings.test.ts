import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { startServer } from "../../server";
import { type Host, PASSWORD, startHost } from "../support/host";

let host: Host;
let run: AsyncDisposable;

beforeAll(async () => {
  host = await startHost();
}, 60_000);
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

const up = (inputs: object, name = "it") => host.stack.up("Settings", name, { ...inputs });

/** The settings, read or changed by somebody else. */
async function api(change?: object, path = "settings", method = "PUT"): Promise<Record<string, unknown>> {
  const answer = await fetch(`${host.server.url}/api/${path}`, {
    headers: { "x-api-key": host.server.apiKey ?? "" },
    ...(change && { method, body: JSON.stringify(change) }),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Record<string, unknown>;
}

/** The requests for the settings that the work makes. */
async function requests(work: () => Promise<unknown>): Promise<string[]> {
  const before = host.server.requests().length;
  await work();
  return host.server
    .requests()
    .slice(before)
    .filter(({ path }) => path === "/api/settings")
    .map(({ method }) => method);
}

const LDAP = {
  url: "ldap.example.com:389",
  anonymous: false,
  readerDn: "cn=reader",
  password: "ldap-secret-1",
  searches: [{ baseDn: "dc=example", userNameAttribute: "uid" }],
};
const OAUTH = {
  clientId: "portainer",
  clientSecret: "oauth-secret-1",
  authorizationUrl: "https://id.example.com/authorize",
  accessTokenUrl: "https://id.example.com/token",
  resourceUrl: "https://id.example.com/me",
  userIdentifier: "email",
};

/** Two values of each property, and what the server then has. */
const EACH: [property: string, on: unknown, off: unknown, has: object][] = [
  ["logoUrl", "https://example.com/logo.png", "", { LogoURL: "" }],
  ["templatesUrl", "https://example.com/t.json", "", { TemplatesURL: "" }],
  ["helmRepositoryUrl", "https://Charts.example.com/", "", { HelmRepositoryURL: "" }],
  ["kubectlShellImage", "shell:1", "shell:2", { KubectlShellImage: "shell:2" }],
  ["hiddenLabels", [{ name: "hide", value: "me" }, { name: "also" }], [], { BlackListedLabels: [] }],
  ["requiredPasswordLength", 16, 8, { InternalAuthSettings: { RequiredPasswordLength: 8 } }],
  ["sessionTimeout", 3600, "90m", { UserSessionTimeout: "90m" }],
  ["kubeconfigExpiry", "24h", 0, { KubeconfigExpiry: "0s" }],
  ["snapshotInterval", "10m", 120, { SnapshotInterval: "120s" }],
  ["hideStacks", true, false, { GlobalDeploymentOptions: { hideStacksFunctionality: false } }],
  ["edgeCompute", true, false, { EnableEdgeComputeFeatures: false }],
  ["edgeUrl", "https://edge.example.com:9443", "", { EdgePortainerUrl: "" }],
  ["edgeCheckinInterval", "1m", 30, { EdgeAgentCheckinInterval: 30 }],
  ["enforceEdgeId", true, false, { EnforceEdgeID: false }],
  ["trustOnFirstConnect", true, false, { TrustOnFirstConnect: false }],
  ["telemetry", true, false, { EnableTelemetry: false }],
  [
    "ldap",
    { url: "a:389", startTls: true, tls: true, tlsSkipVerify: true, autoCreateUsers: true },
    { url: "", startTls: false, tls: false, tlsSkipVerify: false, autoCreateUsers: false, searches: [] },
    {
      LDAPSettings: {
        URL: "",
        StartTLS: false,
        TLSConfig: { TLS: false, TLSSkipVerify: false },
        AutoCreateUsers: false,
        SearchSettings: [],
      },
    },
  ],
  [
    "oauth",
    {
      ...OAUTH,
      sso: true,
      autoCreateUsers: true,
      defaultTeamId: "4",
      logoutUrl: "https://x.y",
      authStyle: "header",
    },
    { clientId: "", sso: false, autoCreateUsers: false, defaultTeamId: 0, logoutUrl: "", authStyle: "auto" },
    {
      OAuthSettings: {
        ClientID: "",
        SSO: false,
        OAuthAutoCreateUsers: false,
        DefaultTeamID: 0,
        LogoutURI: "",
        AuthStyle: 0,
        // It was unset before, too, and gets its former value back.
        AuthorizationURI: "",
      },
    },
  ],
];

describe("Settings", () => {
  test.each(EACH)("%s can be switched on and off again, and both stay", async (key, on, off, has) => {
    await up({ [key]: on });
    expect(await host.stack.refresh("it")).toBe(true);
    expect(await host.stack.preview("Settings", "it", { [key]: on })).toBe("same");
    expect(await up({ [key]: off })).toBe("update");
    expect(await api()).toMatchObject(has);
    expect(await host.stack.refresh("it")).toBe(true);
    expect(await host.stack.preview("Settings", "it", { [key]: off })).toBe("same");
  });

  test("are changed by one write, compared by none, and refreshed by one request", async () => {
    expect(await requests(() => up({ sessionTimeout: "4h" }))).toEqual(["GET", "PUT"]);
    expect(await requests(() => up({ sessionTimeout: 14_400 }))).toEqual([]);
    expect(await requests(() => up({ sessionTimeout: "5h", telemetry: true }))).toEqual(["GET", "PUT"]);
    expect(await requests(() => host.stack.refresh("it"))).toEqual(["GET"]);
    expect(await requests(() => host.stack.destroy("it"))).toEqual(["GET", "PUT"]);
    expect(await requests(() => up({ sessionTimeout: "8h" }))).toEqual(["GET"]);
  });

  test("that the program does not set stay, at any depth", async () => {
    await api({
      LogoURL: "https://example.com/logo.png",
      LDAPSettings: { URL: "old:389", StartTLS: true, ReaderDN: "cn=old", Password: "old-secret-1" },
    });
    await up({ ldap: { url: "new:389" }, telemetry: true });
    expect(await api()).toMatchObject({
      LogoURL: "https://example.com/logo.png",
      LDAPSettings: { URL: "new:389", StartTLS: true, ReaderDN: "cn=old" },
    });
    await api({ LogoURL: "" });
    expect(await host.stack.refresh("it")).toBe(true);
    expect(await up({ ldap: { url: "new:389" }, telemetry: true })).toBe("same");
  });

  test("that somebody else changed are found and put right", async () => {
    const desired = { ldap: { url: "ldap:389" }, hiddenLabels: [{ name: "hide", value: "me" }] };
    await up(desired);
    await api({ BlackListedLabels: [], LDAPSettings: { URL: "drifted:389" } });
    await host.stack.refresh("it");
    expect(host.stack.entry("it").inputs).toMatchObject({ ldap: { url: "drifted:389" }, hiddenLabels: [] });
    expect(await up(desired)).toBe("update");
    expect(await api()).toMatchObject({
      LDAPSettings: { URL: "ldap:389" },
      BlackListedLabels: [{ name: "hide", value: "me" }],
    });
  });

  test("get their former values back when the program no longer sets them, and at destroy", async () => {
    const before = await api({
      LogoURL: "https://example.com/old.png",
      UserSessionTimeout: "2h",
      SnapshotInterval: "7m",
    });
    await up({ logoUrl: "", sessionTimeout: "4h", ldap: { url: "ldap:389", startTls: true } });
    await up({ sessionTimeout: "5h", snapshotInterval: "3m", ldap: { startTls: true } });
    expect(await api()).toMatchObject({
      LogoURL: "https://example.com/old.png",
      UserSessionTimeout: "5h",
      LDAPSettings: { URL: "", StartTLS: true },
    });
    await host.stack.destroy("it");
    expect(await api()).toEqual(before);
  });

  test("of a new server can be put back whole", async () => {
    const before = await api();
    await up({ snapshotInterval: "10m", sessionTimeout: "1h" });
    await host.stack.destroy("it");
    // Portainer does not take the empty text back, which means five minutes.
    expect(await api()).toEqual({ ...before, SnapshotInterval: "5m" });
  });

  test("are declared once in a program", async () => {
    await up({ telemetry: true }, "one");
    await expect(up({ telemetry: false }, "two")).rejects.toThrow(
      /the settings of this server, is "one" in this stack already/,
    );
    expect(await api()).toMatchObject({ EnableTelemetry: true });
  });

  test("are read whole by `get`, and only by their own id", async () => {
    const found = await host.stack.get("Settings", "found", "settings");
    expect(found).toMatchObject({
      authenticationMethod: "internal",
      sessionTimeout: "8h",
      oauth: { sso: true },
    });
    expect(found["former"]).toBeUndefined();
    await expect(host.stack.get("Settings", "found", "1")).rejects.toThrow(/always "settings", not "1"/);
  });

  test("are not touched on another server", async () => {
    await up({ telemetry: true });
    await using other = {
      server: await startServer({ admin: { password: PASSWORD } }),
      async [Symbol.asyncDispose]() {
        await this.server.stop();
      },
    };
    await using _run = await host.switchTo({ url: other.server.url, username: "admin", password: PASSWORD });
    await expect(host.stack.refresh("it")).rejects.toThrow(/is another server/);
    await expect(up({ telemetry: false })).rejects.toThrow(/is another server/);
    await expect(host.stack.destroy("it")).rejects.toThrow(/is another server/);
  });

  test("are written although an answer was lost", async () => {
    host.server.fail({ path: "/api/settings", method: "PUT", times: 1, with: "reset-after" });
    await up({ telemetry: true });
    await host.stack.destroy("it");
    expect(await api()).toMatchObject({ EnableTelemetry: false });
  });

  test("are refused to a standard user in one sentence, before anything is written", async () => {
    await api({ Username: "alice", Password: PASSWORD, Role: 2 }, "users", "POST");
    await using _run = await host.switchTo({ username: "alice", password: PASSWORD });
    expect(await requests(() => expect(up({ telemetry: true })).rejects.toThrow(/administrator/))).toEqual([
      "GET",
    ]);
  });
});

describe("the login", () => {
  test.each([
    ["ldap", { ldap: LDAP }, { ldap: { ...LDAP, url: "" } }, /ldap\.url would be empty/],
    [
      "oauth",
      { oauth: OAUTH },
      { oauth: { ...OAUTH, userIdentifier: "" } },
      /oauth\.userIdentifier would be empty/,
    ],
  ])(
    "changes to %s and back, with a warning, and not without what it needs",
    async (method, service, broken, refusal) => {
      await expect(up({ authenticationMethod: method, ...broken })).rejects.toThrow(refusal);
      expect(await api()).toMatchObject({ AuthenticationMethod: 1 });
      await up({ authenticationMethod: method, ...service });
      await host.heard("it", /only the first administrator's still works/);
      await expect(up({ authenticationMethod: method, ...broken })).rejects.toThrow(refusal);
      expect(await host.stack.refresh("it")).toBe(true);
      expect(await up({ authenticationMethod: method, ...service })).toBe("same");
      await host.stack.destroy("it");
      expect(await api()).toMatchObject({ AuthenticationMethod: 1 });
      await host.heard("it", /stay(s)? on the server as last set/);
    },
  );

  test("sends a changed secret, shows none, and keeps one that is not set", async () => {
    await up({ ldap: LDAP });
    expect(await requests(() => up({ ldap: { ...LDAP, password: "ldap-secret-2" } }))).toEqual([
      "GET",
      "PUT",
    ]);
    expect(JSON.stringify(host.pulumi.messages)).not.toContain("ldap-secret");
    expect(JSON.stringify(host.stack.outputs("it")["former"])).not.toContain("secret");
  });
});
