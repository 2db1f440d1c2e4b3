import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createClient, isApiError, type PortainerClient } from "../../../client";
import type { Route, Routes } from "../../../contract";
import { type RunningServer, startServer } from "../../../server";
import { installFakeDocker } from "../../support/fake-docker";
import { type FakeEngine, startFakeEngine } from "../../support/fake-engine";
import { type GitServer, startGitServer } from "../../support/git-server";

export const PASSWORD = "correct-horse-9";
export const COMPOSE = JSON.stringify({ services: { web: { image: "busybox" } } });
const STRANGER = `ptr_${"x".repeat(44)}`;

/** A server with environment 1 on an engine, and objects of each kind on demand. */
export interface World {
  readonly admin: PortainerClient;
  readonly engine: FakeEngine;
  readonly git: GitServer;
  user(): Promise<number>;
  team(): Promise<number>;
  membership(): Promise<number>;
  tag(): Promise<number>;
  group(): Promise<number>;
  edgeGroup(): Promise<number>;
  endpoint(type?: string): Promise<number>;
  registry(): Promise<number>;
  control(): Promise<number>;
  stack(): Promise<number>;
  gitStack(more?: object): Promise<number>;
  template(): Promise<number>;
  gitTemplate(): Promise<number>;
  webhook(): Promise<{ readonly id: number; readonly token: string }>;
}

type Call = (client: PortainerClient, world: World) => Promise<unknown> | AsyncIterable<unknown>;

/**
 * A call that succeeds: of an administrator's API key; of an administrator who logs in; on a server that has no
 * administrator. Or one that this server always refuses.
 */
export type Row =
  | Call
  | { readonly byPassword: Call }
  | { readonly onNewServer: Call }
  | { readonly refused: Call; readonly status: number };

/** A row for each route; one that is missing does not compile. */
export type Rows<Entities extends Readonly<Record<string, Routes>>> = {
  readonly [Entity in keyof Entities]: { readonly [Name in keyof Entities[Entity]]: Row };
};

let count = 0;
/** A name that nothing else has. */
export const fresh = (): string => `n${++count}`;
export const onEndpoint = { endpointId: "1" };

/** Calls each route with success, and in a way that fails. */
export function callEach(
  entities: Readonly<Record<string, Routes>>,
  rows: Readonly<Record<string, Readonly<Record<string, Row>>>>,
): void {
  let servers: Servers;
  beforeAll(async () => {
    servers = await startServers();
  });
  afterAll(async () => servers[Symbol.asyncDispose]());

  describe.each(Object.keys(entities))("%s", (entity) => {
    for (const [name, route] of Object.entries(entities[entity] ?? {})) {
      const row = rows[entity]?.[name];
      if (!row) throw new Error(`no row for ${entity}.${name}`);
      test(`${name} answers as declared`, async () => succeeds(servers, route, row));
      test(`${name} fails with an error that says what was asked`, async () => fails(servers, route, row));
    }
  });
}

async function succeeds({ server, world }: Servers, route: Route, row: Row): Promise<void> {
  if ("refused" in row) {
    await expect(settled(row.refused(world.admin, world))).rejects.toMatchObject({ status: row.status });
    return;
  }
  if ("onNewServer" in row) {
    await using other = await startServer({ loginLimit: false });
    await using client = createClient({ url: other.url });
    expectAnswer(route, await settled(row.onNewServer(client, world)));
    return;
  }
  if ("byPassword" in row) {
    await using client = createClient({
      url: server.url,
      credentials: { username: "admin", password: PASSWORD },
    });
    expectAnswer(route, await settled(row.byPassword(client, world)));
    return;
  }
  expectAnswer(route, await settled(row(world.admin, world)));
}

/** A public route fails where there is no Portainer, any other for those whom it does not know. */
async function fails({ server, world }: Servers, route: Route, row: Row): Promise<void> {
  const isPublic = route.access === "public";
  const byPassword = "byPassword" in row;
  await using stranger = createClient({
    url: isPublic && !byPassword ? `${server.url}/nowhere` : server.url,
    credentials: byPassword ? { username: "admin", password: "wrong" } : { apiKey: STRANGER },
  });
  const error: unknown = await settled(callOf(row)(stranger, world)).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isApiError(error)) throw error ?? new Error("it did not fail");
  expect(error.status).toBe(byPassword ? 422 : isPublic ? 404 : 401);
  expect(error.message).toMatch(
    byPassword ? /^POST \/api\/auth: 422 / : /^(GET|POST|PUT|DELETE) \/api\/\S+: 40[14] /,
  );
}

function callOf(row: Row): Call {
  if (typeof row === "function") return row;
  if ("refused" in row) return row.refused;
  return "byPassword" in row ? row.byPassword : row.onNewServer;
}

/** The client has compared the answer with its schema; here is only whether there was one. */
function expectAnswer(route: Route, answer: unknown): void {
  const expected = (route.response && !route.response.isOptional()) ?? route.lines ?? route.bytes;
  if (expected) expect(answer).toBeDefined();
  else expect(answer).toBeUndefined();
}

/** The whole answer, streams read to their end. */
async function settled(answer: Promise<unknown> | AsyncIterable<unknown>): Promise<unknown> {
  const value = await answer;
  if (value instanceof Readable) return buffer(value);
  if (typeof value !== "object" || value === null || !(Symbol.asyncIterator in value)) return value;
  const lines: unknown[] = [];
  for await (const line of value as AsyncIterable<unknown>) lines.push(line);
  return lines;
}

interface Servers extends AsyncDisposable {
  readonly server: RunningServer;
  readonly world: World;
}

async function startServers(): Promise<Servers> {
  const parts = new AsyncDisposableStack();
  parts.use(await installFakeDocker());
  const engine = parts.use(await startFakeEngine(answerAsEngine));
  const git = parts.use(await startGitServer());
  await git.commit({ "docker-compose.yml": COMPOSE });
  const server = parts.adopt(
    await startServer({ admin: { password: PASSWORD }, loginLimit: false, engine: { url: engine.url } }),
    (it) => it.stop(),
  );
  const admin = parts.use(createClient({ url: server.url, credentials: { apiKey: server.apiKey ?? "" } }));
  return { server, world: worldOf(admin, engine, git), [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

function worldOf(admin: PortainerClient, engine: FakeEngine, git: GitServer): World {
  const standalone = { params: { type: "standalone" }, query: onEndpoint };
  const template = { Title: "t", Description: "d", Platform: 1, Type: 2 };
  const world: World = {
    admin,
    engine,
    git,
    user: async () =>
      (await admin.users.create({ body: { Username: fresh(), Password: PASSWORD, Role: 2 } })).Id,
    team: async () => (await admin.teams.create({ body: { Name: fresh() } })).Id,
    async membership() {
      const body = { UserID: await world.user(), TeamID: await world.team(), Role: 2 as const };
      return (await admin.teamMemberships.create({ body })).Id;
    },
    tag: async () => (await admin.tags.create({ body: { Name: fresh() } })).ID,
    async edgeGroup() {
      await admin.settings.update({ body: { EnableEdgeComputeFeatures: true } });
      return (await admin.edgeGroups.create({ body: { Name: fresh() } })).Id;
    },
    group: async () => (await admin.endpointGroups.create({ body: { Name: fresh() } })).Id,
    async endpoint(EndpointCreationType = "1") {
      const URL = EndpointCreationType === "4" ? "https://portainer.example.com" : engine.url;
      return (await admin.endpoints.create({ form: { Name: fresh(), EndpointCreationType, URL } })).Id;
    },
    async registry() {
      const URL = `${fresh()}.example.com`;
      return (await admin.registries.create({ body: { Name: fresh(), Type: 3, URL } })).Id;
    },
    async control() {
      const body = { ResourceID: fresh(), Type: 1, AdministratorsOnly: true };
      return (await admin.resourceControls.create({ body })).Id;
    },
    stack: async () =>
      (
        await admin.stacks.createFromString({
          ...standalone,
          body: { Name: fresh(), StackFileContent: COMPOSE },
        })
      ).Id,
    gitStack: async (more = {}) =>
      (
        await admin.stacks.createFromRepository({
          ...standalone,
          body: { Name: fresh(), RepositoryURL: git.url, ...more },
        })
      ).Id,
    template: async () =>
      (
        await admin.customTemplates.createFromString({
          body: { ...template, Title: fresh(), FileContent: COMPOSE },
        })
      ).Id,
    gitTemplate: async () =>
      (
        await admin.customTemplates.createFromRepository({
          body: {
            ...template,
            Title: fresh(),
            RepositoryURL: git.url,
            ComposeFilePathInRepository: "docker-compose.yml",
          },
        })
      ).Id,
    async webhook() {
      const body = { ResourceID: `svc${fresh()}`, EndpointID: 1, WebhookType: 1 as const };
      const { Id, Token } = await admin.webhooks.create({ body });
      return { id: Id, token: Token };
    },
  };
  return world;
}

const ID = "f".repeat(64);
const NETWORK = { Id: "e".repeat(64), Name: "net", Scope: "local", Driver: "bridge", Containers: {} };
const VOLUME = {
  Name: "vol",
  Driver: "local",
  Mountpoint: "/v",
  Scope: "local",
  Labels: null,
  Options: null,
};
const CONTAINER = {
  Id: ID,
  Name: "/web",
  Created: "2026-01-01T00:00:00Z",
  Image: "sha256:aa",
  State: { Status: "running", Running: true, Paused: false, Restarting: false, ExitCode: 0 },
  Config: { Image: "busybox", Labels: {} },
  HostConfig: {},
  NetworkSettings: { Networks: {}, Ports: {} },
};
const SWARM_FILE = { ID: "web", Version: { Index: 7 }, Spec: { Name: "web", Labels: {} } };
const NODE = { ID: "node", Version: { Index: 7 }, Spec: { Role: "manager" } };
const SERVICE = {
  ID: "svc",
  Version: { Index: 7 },
  Spec: { Name: "web", TaskTemplate: { ContainerSpec: { Image: "web:1" } } },
};

/** What an engine answers, by method and path. The first that fits counts. */
const ANSWERS: readonly (readonly [asked: RegExp, status: number, body: unknown])[] = [
  [/ \/_ping$/, 200, "OK"],
  [/ \/version$/, 200, { Version: "20.10.24", ApiVersion: "1.41", MinAPIVersion: "1.12" }],
  [/ \/info$/, 200, { ID: "engine", Name: "fake", NCPU: 1, MemTotal: 1, Swarm: {} }],
  [/^POST .*\/create$/, 201, undefined],
  [
    /^GET \/containers\/json$/,
    200,
    [{ Id: ID, Names: ["/web"], Image: "busybox", ImageID: "sha256:aa", State: "running" }],
  ],
  [/^GET \/containers\/\w+\/json$/, 200, CONTAINER],
  [/^GET \/containers\/\w+\/(logs|archive)$/, 200, "bytes"],
  [/^PUT \/containers\/\w+\/archive$/, 200, ""],
  [/^POST \/containers\/\w+\/update$/, 200, { Warnings: null }],
  [/^GET \/images\/json$/, 200, [{ Id: "sha256:aa", Created: 1, Size: 1, RepoTags: ["busybox:latest"] }]],
  [/^GET \/images\/.+\/json$/, 200, { Id: "sha256:aa", RepoDigests: null, RepoTags: ["busybox:latest"] }],
  [/^POST \/build$/, 200, { stream: "Successfully built aa", aux: { ID: "sha256:aa" } }],
  [/^POST \/images\/.+\/push$/, 200, { aux: { Tag: "1", Digest: "sha256:bb" } }],
  [/^DELETE \/images\//, 200, [{ Untagged: "busybox:latest" }]],
  [/^GET \/distribution\/.+\/json$/, 200, { Descriptor: { digest: "sha256:bb" }, Platforms: null }],
  [/^GET \/networks$/, 200, [NETWORK]],
  [/^GET \/networks\/\w+$/, 200, NETWORK],
  [/^POST \/networks\/\w+\/(dis)?connect$/, 200, ""],
  [/^POST \/containers\/\w+\/exec$/, 201, { Id: "e1" }],
  [/^POST \/exec\/\w+\/start$/, 200, "bytes"],
  [/^GET \/exec\/\w+\/json$/, 200, { ID: "e1", Running: false, ExitCode: 0, ContainerID: ID }],
  [/^GET \/events$/, 200, { Action: "die", Actor: { ID, Attributes: { exitCode: "0" } } }],
  [/^GET \/volumes$/, 200, { Volumes: [VOLUME] }],
  [/^GET \/volumes\/\w+$/, 200, VOLUME],
  [/^GET \/(secrets|configs)$/, 200, [SWARM_FILE]],
  [/^GET \/(secrets|configs)\/\w+$/, 200, SWARM_FILE],
  [/^POST \/(secrets|configs)\/\w+\/update$/, 200, ""],
  [/^GET \/services$/, 200, [SERVICE]],
  [/^GET \/swarm$/, 200, { ID: "swarm", Version: { Index: 7 }, Spec: { Name: "default" } }],
  [/^GET \/swarm\/unlockkey$/, 200, { UnlockKey: "" }],
  [/^POST \/swarm\/init$/, 200, '"node"'],
  [/^POST \/(swarm\/(update|leave)|nodes\/\w+\/update)$/, 200, ""],
  [/^GET \/nodes$/, 200, [NODE]],
  [/^GET \/nodes\/\w+$/, 200, NODE],
  [/^GET \/tasks$/, 200, [{ ID: "task", ServiceID: "svc", Status: { State: "running" } }]],
  [/^GET \/services\/\w+$/, 200, SERVICE],
  [/^POST \/services\/\w+\/update$/, 200, { Warnings: null }],
  [/^(POST|DELETE) /, 204, undefined],
];
const CREATED: Readonly<Record<string, readonly [status: number, body: unknown]>> = {
  "/containers/create": [201, { Id: ID, Warnings: null }],
  "/networks/create": [201, { Id: NETWORK.Id, Warning: "" }],
  "/volumes/create": [201, VOLUME],
  "/services/create": [201, { ID: "fresh" }],
  "/secrets/create": [201, { ID: "fresh" }],
  "/configs/create": [201, { ID: "fresh" }],
  "/images/create": [
    200,
    '{"status":"Pulling from library/busybox"}\n{"status":"Status: Image is up to date"}\n',
  ],
};

const answerAsEngine: Parameters<typeof startFakeEngine>[0] = (request, response) => {
  const path = (request.url ?? "").replace(/^\/v[\d.]+/, "").split("?")[0] ?? "";
  const found = ANSWERS.find(([asked]) => asked.test(`${request.method} ${path}`));
  // No container is of the stack or name that is asked for.
  if (request.url?.includes("filters=")) return response.end("[]");
  const [status, body] = CREATED[path] ?? found?.slice(1) ?? [404, { message: "page not found" }];
  response.writeHead(Number(status), { "content-type": "application/json", "api-version": "1.41" });
  return response.end(body === undefined || typeof body === "string" ? body : JSON.stringify(body));
};
