import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { examine } from "../../../cli/doctor/examine";
import type { Report } from "../../../cli/doctor/report";
import { textOf } from "../../../cli/doctor/text";
import { createClient } from "../../../client";
import type { SettingTexts } from "../../../provider/core/connection-settings";
import { startServer } from "../../../server";
import { makeCertificates } from "../../support/certificates";
import { startTinyEngine } from "../../support/tiny-engine";
import { scenarios } from "../../twin/scenario";

const PASSWORD = "correct-horse-9";
const LIMITS = { endpoints: [] as string[], timeout: 5, warnDays: 30, criticalDays: 7 };

const examined = (settings: SettingTexts, limits: Partial<typeof LIMITS> & { keyAge?: number } = {}) =>
  examine(settings, { ...LIMITS, ...limits });

const problemsOf = ({ problems }: Report) =>
  problems.map(({ severity, subject, message }) => `${severity}: ${subject}: ${message}`);

describe("doctor, against our server", () => {
  it("finds nothing wrong where nothing is, and says who asks and what answers", async () => {
    await using engine = await startTinyEngine();
    await using server = await startServer({ admin: { password: PASSWORD }, engine });
    const report = await examined({ url: server.url, apiKey: server.apiKey ?? "" });

    expect(problemsOf(report)).toEqual([]);
    expect(report).toMatchObject({
      status: "ok",
      server: { version: "2.23.0", edition: "CE" },
      replicas: [{ address: "127.0.0.1", version: "2.23.0", clockDifference: expect.any(Number) }],
      identity: { username: "admin", role: "administrator", by: "API key", mayNot: {} },
      environments: [
        {
          id: 1,
          name: "primary",
          type: "docker",
          reachable: true,
          mayNot: [],
          engine: { version: "20.10.24", apiVersion: "1.41", minApiVersion: "1.12", usedApiVersion: "1.41" },
        },
      ],
      certificates: [],
      keys: [{ inUse: true, ageInDays: 0 }],
    });
    const text = textOf(report);
    expect(text.split("\n")[0]).toBe(`OK: 1 of 1 environments reachable at ${server.url}`);
    expect(text).toContain("1 primary (docker): engine 20.10.24, API 1.12 to 1.41 (used: 1.41)");
    expect(text + JSON.stringify(report)).not.toContain(server.apiKey);
    expect(server.requests().filter(({ method }) => method !== "GET")).toEqual([]);
  });

  it("says what a standard user may not do, by the API and by the environment", async () => {
    await using engine = await startTinyEngine();
    await using server = await startServer({ admin: { password: PASSWORD }, engine });
    await using admin = createClient({ url: server.url, credentials: { apiKey: server.apiKey ?? "" } });
    const { Id } = await admin.users.create({ body: { Username: "alice", Password: PASSWORD, Role: 2 } });
    await admin.endpoints.update({
      params: { id: 1 },
      body: { UserAccessPolicies: { [Id]: { RoleId: 0 } } },
    });
    await admin.endpoints.updateSettings({
      params: { id: 1 },
      body: { allowBindMountsForRegularUsers: false, allowVolumeBrowserForRegularUsers: true },
    });

    const report = await examined({ url: server.url, username: "alice", password: PASSWORD });
    expect(problemsOf(report)).toEqual([]);
    expect(report.identity).toMatchObject({ role: "standard user", by: "password" });
    expect(report.identity?.mayNot["endpoints"]).toEqual(expect.arrayContaining(["create", "update"]));
    expect(report.identity?.mayNot["teamMemberships"]).toContain("create");
    expect(report.environments).toMatchObject([{ mayNot: ["bind mounts", "managing the host"] }]);
    expect(textOf(report)).toContain("may not use: bind mounts, managing the host");
  });

  it("warns of a certificate that expires soon, and is critical of one that has expired, of server and engine alike", async () => {
    const soon = await makeCertificates({ daysLeft: 12.5 });
    const late = await makeCertificates({ daysLeft: -3.5 });
    await using engine = await startTinyEngine({ certificates: late });
    await using server = await startServer({ admin: { password: PASSWORD }, https: soon.server });
    await using admin = createClient({
      url: server.url,
      credentials: { username: "admin", password: PASSWORD },
    });
    await admin.endpoints.create({
      form: {
        Name: "edge",
        EndpointCreationType: "1",
        URL: engine.url,
        TLS: "true",
        TLSSkipVerify: "true",
        TLSSkipClientVerify: "true",
      },
    });
    const url = String(server.httpsUrl);
    const report = await examined({ url, caCert: soon.ca, apiKey: server.apiKey ?? "" }, { warnDays: 20 });

    expect(report.certificates).toMatchObject([
      { of: url, daysLeft: 12, subject: "CN=localhost", issuer: "CN=pulumi-portainer test" },
      { of: "environment edge", daysLeft: -4 },
      { of: "caCert", daysLeft: 0 },
    ]);
    expect(problemsOf(report).map((line) => line.replaceAll(/\d{4}-\d\d-\d\d/g, "DAY"))).toEqual([
      `warning: certificate of ${url}: It expires in 12 days, on DAY: renew it.`,
      "critical: certificate of environment edge: It expired on DAY: renew it.",
      "critical: certificate of caCert: It expires in 0 days, on DAY: renew it.",
    ]);
  });

  it("says so when the server's certificate has expired and so nothing can be asked", async () => {
    const late = await makeCertificates({ daysLeft: -3.5 });
    await using server = await startServer({ admin: { password: PASSWORD }, https: late.server });
    const url = String(server.httpsUrl);
    const report = await examined({ url, caCert: late.ca, apiKey: server.apiKey ?? "" });
    expect(problemsOf(report).slice(0, 2)).toEqual([
      expect.stringContaining("the server's certificate has expired (CERT_HAS_EXPIRED)"),
      expect.stringMatching(/^critical: certificate of https.*: It expired on /),
    ]);
    expect(report).toMatchObject({ status: "critical", server: null, identity: null });
  });

  const lacking: readonly (readonly [
    what: string,
    settings: SettingTexts,
    status: string,
    message: string,
  ])[] = [
    ["a key that is not of this server", { apiKey: "ptr_unknown" }, "critical", "401"],
    ["no credentials", {}, "unknown", "There are no credentials"],
    ["a wrong password", { username: "admin", password: "wrong" }, "critical", "422"],
  ];
  it.each(lacking)(
    "says so where there is %s, and still how the server is",
    async (_, settings, status, message) => {
      await using server = await startServer({ admin: { password: PASSWORD } });
      const report = await examined({ url: server.url, ...settings });
      expect(report).toMatchObject({
        status,
        server: { version: "2.23.0" },
        identity: null,
        environments: [],
      });
      expect(problemsOf(report)).toEqual([expect.stringContaining(message)]);
    },
  );

  it("tells an engine that is down from one that is up", async () => {
    await using engine = await startTinyEngine();
    await using server = await startServer({ admin: { password: PASSWORD }, engine });
    await using admin = createClient({ url: server.url, credentials: { apiKey: server.apiKey ?? "" } });
    {
      await using gone = await startTinyEngine();
      await admin.endpoints.create({ form: { Name: "gone", EndpointCreationType: "1", URL: gone.url } });
    }
    const report = await examined({ url: server.url, apiKey: server.apiKey ?? "" });
    expect(report.environments).toMatchObject([{ reachable: true }, { reachable: false, engine: null }]);
    expect(problemsOf(report)).toEqual([expect.stringMatching(/^critical: environment gone: GET .* 502/)]);

    const one = await examined({ url: server.url, apiKey: server.apiKey ?? "" }, { endpoints: ["primary"] });
    expect(one).toMatchObject({ status: "ok", environments: [{ name: "primary" }] });
    await expect(
      examined({ url: server.url, apiKey: server.apiKey ?? "" }, { endpoints: ["other"] }),
    ).rejects.toThrow("--endpoint other: there is no such environment; there are: 1 (primary), 2 (gone).");
  });

  it("is critical of a server without an administrator", async () => {
    await using server = await startServer();
    expect(problemsOf(await examined({ url: server.url, apiKey: "ptr_unknown" }))[0]).toContain(
      "There is no administrator yet",
    );
  });

  it("warns of an API key that is older than it may be", async () => {
    await using server = await startServer({
      admin: { password: PASSWORD },
      clock: { now: () => Date.now() - 40.5 * 24 * 60 * 60 * 1000 },
    });
    const report = await examined({ url: server.url, apiKey: server.apiKey ?? "" }, { keyAge: 30 });
    expect(problemsOf(report)).toEqual([expect.stringMatching(/^warning: API key ptr_.*is 40 days old/)]);
  });
});

/** What a real Portainer was recorded to answer. */
function recorded(scenario: string, step: string): [status: number, body: unknown] {
  const found = scenarios.find(({ name }) => name === scenario)?.steps.find(({ id }) => id === step);
  if (!found?.expect) throw new Error(`there is no recording ${scenario} ${step}`);
  return [found.expect.status, found.expect.body];
}

const REAL: Readonly<Record<string, [status: number, body: unknown]>> = {
  "/api/system/status": recorded("system-basics", "02-get-system-status"),
  "/api/status": recorded("system-basics", "01-get-status"),
  "/api/system/version": recorded("system-basics", "06-get-system-version"),
  "/api/users/admin/check": [204, null],
  "/api/users/me": recorded("apikeys-basics", "06-use-key"),
  "/api/users/1": recorded("apikeys-basics", "06-use-key"),
  "/api/users/1/memberships": [200, []],
  "/api/users/1/tokens": recorded("apikeys-basics", "05-list"),
  "/api/endpoints": recorded("env-access-user", "13-one"),
  "/api/endpoints/1/docker/version": recorded("docker-system", "04-get-endpoints-eid-docker-version"),
  "/api/endpoints/1/docker/v1.41/info": recorded("docker-system", "05-get-endpoints-eid-docker-info"),
};

/** Answers as a real Portainer was recorded to, at some paths otherwise. Use with `await using`. */
async function startRecorded(otherwise: typeof REAL = {}) {
  const all = { ...REAL, ...otherwise };
  const server = createServer(({ url = "" }, response) => {
    const [status, body] = all[url.split("?")[0] ?? ""] ?? [500, { message: `not recorded: ${url}` }];
    const isJson = body !== null;
    response.writeHead(status, isJson ? { "content-type": "application/json" } : {});
    response.end(isJson ? JSON.stringify(body) : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

describe("doctor, against a real Portainer's recorded answers", () => {
  const settings = { apiKey: "ptr_gGX0000000000" };

  it("finds nothing wrong where nothing is", async () => {
    await using real = await startRecorded();
    const report = await examined({ url: real.url, ...settings });
    expect(problemsOf(report)).toEqual([]);
    expect(report).toMatchObject({
      status: "ok",
      server: { version: "2.23.0", edition: "CE" },
      identity: { username: "admin", role: "administrator" },
      environments: [{ name: "twin-local", engine: { version: "20.10.24+dfsg1", name: "vm" } }],
      keys: [{ description: "ci", inUse: true, lastUsed: null }],
    });
  });

  const cases: readonly (readonly [
    what: string,
    answers: typeof REAL,
    expected: object,
    problem: RegExp | undefined,
  ])[] = [
    [
      "an engine on TCP that is down",
      { "/api/endpoints/1/docker/version": recorded("env-create-tcp", "13-dead") },
      { status: "critical", environments: [{ reachable: false }] },
      /^critical: environment twin-local: .*502.*is it running\?$/,
    ],
    [
      "an engine whose socket is gone",
      { "/api/endpoints/1/docker/version": recorded("env-update", "19-dead-socket") },
      { status: "critical", environments: [{ reachable: false }] },
      /^critical: environment twin-local: .*500.*no such file or directory/,
    ],
    [
      "a key that was revoked",
      { "/api/users/me": recorded("apikeys-basics", "11-dead-key") },
      { status: "critical", identity: null, environments: [] },
      /^critical: identity: .*401.*was the API key not revoked\?$/,
    ],
    [
      "a standard user's key",
      {
        "/api/users/me": recorded("users-standard", "06-get-users-me"),
        "/api/users/2": recorded("users-standard", "07-self"),
        "/api/users/2/memberships": recorded("users-standard", "12-own-memberships"),
        "/api/users/2/tokens": recorded("apikeys-basics", "12-empty"),
      },
      {
        status: "ok",
        identity: { username: "alice", role: "standard user" },
        environments: [{ mayNot: ["browsing volumes", "managing the host"] }],
      },
      undefined,
    ],
  ];
  it.each(cases)("says what %s means", async (_, answers, expected, problem) => {
    await using real = await startRecorded(answers);
    const report = await examined({ url: real.url, ...settings });
    expect(problemsOf(report)).toEqual(problem ? [expect.stringMatching(problem)] : []);
    expect(report).toMatchObject(expected);
  });

  it("compares clocks and the tasks of a swarm's services", async () => {
    const [, info] = recorded("docker-system", "05-get-endpoints-eid-docker-info");
    const service = (Name: string, RunningTasks: number) => ({
      ID: Name,
      Version: { Index: 1 },
      Spec: { Name },
      ServiceStatus: { RunningTasks, DesiredTasks: 2 },
    });
    await using real = await startRecorded({
      "/api/endpoints/1/docker/v1.41/info": [
        200,
        {
          ...(info as object),
          Swarm: { Cluster: { ID: "c1" } },
          SystemTime: new Date(Date.now() + 90_000).toISOString(),
        },
      ],
      "/api/endpoints/1/docker/v1.41/services": [
        200,
        [service("web", 2), service("api", 1), service("db", 0)],
      ],
    });
    const report = await examined({ url: real.url, ...settings });
    expect(problemsOf(report)).toEqual([
      expect.stringMatching(
        /^warning: environment twin-local: Its clock is (89|90|91) s ahead of this machine's/,
      ),
      "warning: environment twin-local: Of service api 1 of 2 tasks run.",
      "critical: environment twin-local: Of service db 0 of 2 tasks run.",
    ]);
  });

  it("is critical of two installations behind one url", async () => {
    let count = 0;
    const server = createServer((_request, response) => {
      count += 1;
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ Version: count % 2 ? "2.23.0" : "2.24.0", InstanceID: `i${count % 2}` }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const report = await examined({ url });
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    expect(problemsOf(report)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^critical: replicas: Different installations answer at one url: i\d, i\d/),
        expect.stringMatching(/^warning: replicas: Replicas have different versions: /),
      ]),
    );
  });
});
