import { expect, test } from "@jest/globals";
import type { PortainerClient } from "../../../client";
import { type Answer, always, connect, failure, json, serve, text } from "./kit";

type Call = (client: PortainerClient) => Promise<unknown>;

/** What Portainer 2.19 answers without fields that came later. */
const VERSION_2_19 = {
  UpdateAvailable: false,
  LatestVersion: "2.23.0",
  ServerVersion: "2.19.5",
  DatabaseVersion: "2.19.5",
  Build: { BuildNumber: "", ImageTag: "", NodejsVersion: "", GoVersion: "" },
};
const ENDPOINT_2_19 = {
  Id: 1,
  Name: "local",
  Type: 1,
  URL: "unix:///var/run/docker.sock",
  GroupId: 1,
  PublicURL: "",
  TLSConfig: { TLS: false, TLSSkipVerify: false },
  TagIds: null,
  Status: 1,
  UserAccessPolicies: null,
  TeamAccessPolicies: null,
  SecuritySettings: { allowBindMountsForRegularUsers: true },
  EnableGPUManagement: false,
  Tags: null,
  IsEdgeDevice: false,
};
const SETTINGS_2_19 = {
  LogoURL: "",
  BlackListedLabels: null,
  AuthenticationMethod: 1,
  InternalAuthSettings: { RequiredPasswordLength: 12 },
  LDAPSettings: {
    AnonymousMode: true,
    ReaderDN: "",
    URL: "",
    TLSConfig: { TLS: false, TLSSkipVerify: false },
    StartTLS: false,
    SearchSettings: [{ BaseDN: "", Filter: "", UserNameAttribute: "" }],
    GroupSearchSettings: [{ GroupBaseDN: "", GroupFilter: "", GroupAttribute: "" }],
    AutoCreateUsers: true,
  },
  OAuthSettings: {
    ClientID: "",
    AccessTokenURI: "",
    AuthorizationURI: "",
    ResourceURI: "",
    RedirectURI: "",
    UserIdentifier: "",
    Scopes: "",
    OAuthAutoCreateUsers: false,
    DefaultTeamID: 0,
    SSO: true,
    LogoutURI: "",
    KubeSecretKey: null,
  },
  SnapshotInterval: "5m",
  UserSessionTimeout: "8h",
  ShowKomposeBuildOption: false,
};

test.each<[string, Call, object]>([
  ["version", (client) => client.status.version(), VERSION_2_19],
  ["version, by its old path", (client) => client.status.versionOld(), VERSION_2_19],
  ["environment", (client) => client.endpoints.get({ params: { id: 1 } }), ENDPOINT_2_19],
  ["settings", (client) => client.settings.get(), SETTINGS_2_19],
])("reads the %s of Portainer 2.19", async (_name, call, answer) => {
  await using server = await serve(always(200, answer));
  await using client = connect(server.url);

  expect(await call(client)).toMatchObject(
    JSON.parse(JSON.stringify(answer, (_, value) => value ?? undefined)),
  );
});

const MANY = { body: { endpoints: [{ id: 1 }, { id: 2 }] } };
const deletions: [string, Call][] = [
  ["DELETE", (client) => client.endpoints.deleteMany(MANY)],
  ["POST", (client) => client.endpoints.deleteManyByPost(MANY)],
];

test.each(deletions)("returns nothing where all environments were deleted by %s", async (_method, call) => {
  await using server = await serve((response) => response.writeHead(204).end());
  await using client = connect(server.url);

  expect(await call(client)).toBeUndefined();
});

test.each(deletions)("returns what could not be deleted by %s", async (_method, call) => {
  await using server = await serve(always(206, { deleted: [1], errors: [2] }));
  await using client = connect(server.url);

  expect(await call(client)).toEqual({ deleted: [1], errors: [2] });
});

const notFound: Answer = (response) => text(response, 404, "404 page not found\n");
const noMethod: Answer = (response) => response.writeHead(405).end();
const badId: Answer = (response) =>
  json(response, 400, {
    message: "Invalid user identifier route variable",
    details: 'Strconv.Atoi: parsing "me": invalid syntax',
  });

test.each<[string, Call, Answer, string]>([
  ["an unknown path", (client) => client.engines.dashboard({ params: { id: 1 } }), notFound, "since 2.22"],
  ["an unknown method", (client) => client.endpoints.deleteMany(MANY), noMethod, "since 2.21"],
  ["the path of an object", (client) => client.users.me(), badId, "since 2.20"],
  ["a path that is gone", (client) => client.dockerHub.get(), notFound, "up to 2.6"],
])("says which releases have a route that is %s here", async (_name, call, answer, said) => {
  await using server = await serve(answer);
  await using client = connect(server.url);

  const { message } = await failure(call(client));
  expect(message).toContain(
    `Portainer ${said.startsWith("since") ? "has" : "had"} this operation ${said}: is this server`,
  );
});

test("asks about the url where every release has the route", async () => {
  await using server = await serve(notFound);
  await using client = connect(server.url);

  expect((await failure(client.tags.list())).message).toContain("is the url right, sub-path included");
});
