import { createHash, randomBytes } from "node:crypto";
import { type FakeEngine, startFakeEngine } from "./fake-engine";

/**
 * As much of a Docker engine as images, commands in containers, and the objects of a swarm need, kept in memory, with the
 * answers of a real one. Use with `await using`.
 */
export interface SwarmModel extends AsyncDisposable {
  readonly url: string;
  /** Makes it as it was at first: one container that runs, no image, no swarm. */
  reset(): void;
  /** Asks it as somebody else would, past Portainer. */
  ask<Answer = unknown>(method: string, path: string, body?: object): Promise<Answer>;
  /** Does something right before the next request of this kind is answered. */
  before(call: RegExp, work: () => Promise<unknown>): void;
  /** Removes the container that runs, and runs another one of its name. */
  recreateContainer(): void;
  /** What the next looks at the tasks of a service show, one after the other; then its tasks run again. */
  showTasks(...looks: readonly (readonly object[])[]): void;
  /** Makes all nodes anew, as when they leave the swarm and join again: same names, other ids. */
  rejoin(): void;
}

interface Versioned {
  readonly ID: string;
  readonly CreatedAt: string;
  Version: { Index: number };
  Spec: Spec;
}

type Spec = Readonly<Record<string, unknown>> & { readonly Name?: string };

interface Image {
  readonly Id: string;
  RepoTags: string[];
  RepoDigests: string[];
}

interface Call {
  /** The parts of the path that the route's pattern names. */
  readonly id: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

/** A body, sent with the status 200 unless it says another. */
type Reply = { readonly status: number; readonly body: unknown };
type Route = readonly [call: RegExp, answer: (call: Call) => Reply];

const ok = (body: unknown): Reply => ({ status: 200, body });
const created = (body: unknown): Reply => ({ status: 201, body });
const refused = (status: number, message: string): Reply => ({ status, body: { message } });

const digestOf = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;
const newId = (bytes = 12): string => randomBytes(bytes).toString("hex");
const NO_MANAGER =
  'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.';

/** Tells what a test asks from what Portainer asks. */
const BY_HAND = "x-by-hand";

const KINDS = ["secrets", "configs", "services", "nodes"] as const;
type Kind = (typeof KINDS)[number];

function emptyState() {
  return {
    containerId: newId(32),
    execs: new Set<string>(),
    taskLooks: [] as (readonly object[])[],
    images: [] as Image[],
    swarm: undefined as
      | (Versioned & { JoinTokens: { Worker: string; Manager: string }; unlockKey: string })
      | undefined,
    objects: { secrets: [], configs: [], services: [], nodes: [] } as Record<Kind, Versioned[]>,
  };
}

const runningContainer = (Id: string) => ({
  Id,
  Name: "/web",
  Created: new Date(0).toISOString(),
  Image: digestOf("shop:1"),
  State: { Status: "running", Running: true, Paused: false, Restarting: false, ExitCode: 0 },
  Config: { Image: "shop:1", Labels: {} },
  HostConfig: {},
  NetworkSettings: {},
});

export async function startSwarmModel(): Promise<SwarmModel> {
  const engineId = newId();
  let state = emptyState();
  const hooks: { call: RegExp; work: () => Promise<unknown> }[] = [];

  const fresh = (Spec: Spec): Versioned => ({
    ID: newId(),
    CreatedAt: new Date(0).toISOString(),
    Version: { Index: 1 },
    Spec,
  });
  const node = (): Versioned => ({
    ...fresh({ Role: "manager", Availability: "active", Labels: {} }),
    ...{ Description: { Hostname: "node-1" }, Status: { State: "ready", Addr: "10.0.0.1" } },
  });
  const find = (kind: Kind, id: string): Versioned | undefined =>
    state.objects[kind].find(({ ID, Spec }) => ID === id || Spec.Name === id);
  const imageOf = (name: string): Image | undefined =>
    state.images.find(({ Id, RepoTags, RepoDigests }) => [Id, ...RepoTags, ...RepoDigests].includes(name));
  /** Gives the name to this image, and takes it from any other. */
  const nameImage = (name: string, Id: string): Image => {
    for (const other of state.images) other.RepoTags = other.RepoTags.filter((one) => one !== name);
    const image = state.images.find((one) => one.Id === Id) ?? { Id, RepoTags: [], RepoDigests: [] };
    image.RepoTags.push(name);
    state.images = [...state.images.filter((one) => one !== image), image];
    return image;
  };
  const tasksOf = ({ ID, Spec }: Versioned) => {
    const { Replicated } = (Spec["Mode"] ?? {}) as { Replicated?: { Replicas?: number } };
    return Array.from({ length: Replicated?.Replicas ?? 1 }, (_, index) => ({
      ID: `${ID}-${index + 1}`,
      ServiceID: ID,
      Slot: index + 1,
      NodeID: state.objects.nodes[0]?.ID,
      DesiredState: "running",
      Spec: Spec["TaskTemplate"],
      Status: { State: "running" },
    }));
  };
  /** A change of what has another version by now is refused. */
  const change = (object: Versioned | undefined, { id, query, body }: Call): Reply => {
    if (!object) return refused(404, `${id} not found`);
    if (Number(query.get("version")) !== object.Version.Index)
      return refused(500, "rpc error: code = Unknown desc = update out of sequence");
    object.Version = { Index: object.Version.Index + 1 };
    // An engine shows no secret's data, and keeps the one it has.
    object.Spec = { Data: object.Spec["Data"], ...JSON.parse(body) };
    return ok({ Warnings: null });
  };
  const shown = (kind: Kind, object: Versioned): Versioned => {
    if (kind !== "secrets") return object;
    const { Data: _hidden, ...Spec } = object.Spec;
    return { ...object, Spec };
  };
  const list = (kind: Kind, query: URLSearchParams) => {
    const filters = JSON.parse(query.get("filters") ?? "{}") as { name?: string[]; id?: string[] };
    const fits = ({ ID, Spec }: Versioned) =>
      (filters.name ?? [""]).some((name) => (Spec.Name ?? "").startsWith(name)) &&
      (filters.id ?? [""]).some((id) => ID.startsWith(id));
    return state.objects[kind].filter(fits).map((object) => shown(kind, object));
  };

  const ofKind = (kind: Kind): Route[] => {
    const what = kind.slice(0, -1);
    return [
      [new RegExp(`^GET /${kind}$`), ({ query }) => ok(list(kind, query))],
      [
        new RegExp(`^POST /${kind}/create$`),
        ({ body }) => {
          const object = fresh(JSON.parse(body) as Spec);
          const { Name = "" } = object.Spec;
          if (find(kind, Name)) {
            const text = `rpc error: code = AlreadyExists desc = ${what} ${Name} already exists`;
            return refused(409, text);
          }
          state.objects[kind].push(object);
          return created({ ID: object.ID });
        },
      ],
      [
        new RegExp(`^GET /${kind}/([^/]+)$`),
        ({ id }) => {
          const object = find(kind, id);
          return object ? ok(shown(kind, object)) : refused(404, `${what} ${id} not found`);
        },
      ],
      [new RegExp(`^POST /${kind}/([^/]+)/update$`), (call) => change(find(kind, call.id), call)],
      [
        new RegExp(`^DELETE /${kind}/([^/]+)$`),
        ({ id }) => {
          const object = find(kind, id);
          if (!object) return refused(404, `${what} ${id} not found`);
          state.objects[kind] = state.objects[kind].filter((one) => one !== object);
          return ok({});
        },
      ],
    ];
  };

  const ROUTES: readonly Route[] = [
    [/^GET \/_ping$/, () => ok("OK")],
    [/^GET \/version$/, () => ok({ Version: "20.10.24", ApiVersion: "1.41", MinAPIVersion: "1.12" })],
    [
      /^GET \/info$/,
      () => {
        const { swarm } = state;
        const Swarm = swarm ? { ControlAvailable: true, Cluster: { ID: swarm.ID } } : {};
        return ok({ ID: engineId, Name: "node-1", ServerVersion: "20.10.24", NCPU: 1, MemTotal: 1, Swarm });
      },
    ],
    [/^GET \/(?:images\/json|networks)$/, () => ok([])],
    [/^GET \/volumes$/, () => ok({ Volumes: [] })],

    [
      /^GET \/containers\/json$/,
      ({ query }) => {
        const isFiltered = (query.get("filters") ?? "").includes('"label"');
        const web = { Id: state.containerId, Names: ["/web"], Image: "shop:1", Labels: {} };
        return ok(isFiltered ? [] : [web]);
      },
    ],
    [
      /^GET \/containers\/([^/]+)\/json$/,
      ({ id }) =>
        id === "web" || id === state.containerId
          ? ok(runningContainer(state.containerId))
          : refused(404, `No such container: ${id}`),
    ],
    [
      /^POST \/containers\/([^/]+)\/exec$/,
      ({ id }) => {
        if (id !== state.containerId) return refused(404, `No such container: ${id}`);
        const Id = newId(32);
        state.execs.add(Id);
        return created({ Id });
      },
    ],
    [/^POST \/exec\/([^/]+)\/start$/, () => ok("")],
    [
      /^GET \/exec\/([^/]+)\/json$/,
      ({ id }) =>
        state.execs.has(id)
          ? ok({ ID: id, Running: false, ExitCode: 0 })
          : refused(404, `No such exec instance: ${id}`),
    ],

    [
      /^POST \/images\/create$/,
      ({ query }) => {
        const [repository, tag] = [query.get("fromImage") ?? "", query.get("tag") ?? "latest"];
        const image = nameImage(`${repository}:${tag}`, digestOf(`${repository}:${tag}`));
        image.RepoDigests = [`${repository}@${digestOf(`manifest of ${repository}:${tag}`)}`];
        return ok({ status: "Status: Downloaded newer image" });
      },
    ],
    [
      /^POST \/build$/,
      ({ query, body }) => {
        const Id = digestOf(`${query}${body}`);
        nameImage(query.get("t") ?? "", Id);
        return ok({ aux: { ID: Id } });
      },
    ],
    [
      /^GET \/images\/(.+)\/json$/,
      ({ id }) => {
        const image = imageOf(id);
        return image ? ok(image) : refused(404, `No such image: ${id}`);
      },
    ],
    [
      /^POST \/images\/(.+)\/tag$/,
      ({ id, query }) => {
        const image = imageOf(id);
        if (!image) return refused(404, `No such image: ${id}`);
        nameImage(`${query.get("repo")}:${query.get("tag")}`, image.Id);
        return created("");
      },
    ],
    [
      /^DELETE \/images\/(.+)$/,
      ({ id }) => {
        const image = imageOf(id);
        if (!image) return refused(404, `No such image: ${id}`);
        image.RepoTags = image.RepoTags.filter((name) => name !== id);
        const isLast = image.Id === id || image.RepoTags.length === 0;
        if (isLast) state.images = state.images.filter((one) => one !== image);
        return ok([{ Untagged: id }]);
      },
    ],

    [
      /^POST \/swarm\/init$/,
      ({ body }) => {
        if (state.swarm) return refused(503, "This node is already part of a swarm.");
        const { Spec } = JSON.parse(body) as { Spec: Spec };
        const JoinTokens = { Worker: `SWMTKN-1-${newId()}`, Manager: `SWMTKN-1-${newId()}` };
        state.swarm = {
          ...fresh({ Name: "default", ...Spec }),
          JoinTokens,
          unlockKey: `SWMKEY-1-${newId()}`,
        };
        state.objects.nodes = [node()];
        return ok(state.objects.nodes[0]?.ID);
      },
    ],
    [
      /^POST \/swarm\/leave$/,
      () => {
        state = { ...state, swarm: undefined, objects: emptyState().objects };
        return ok("");
      },
    ],
    [
      /^GET \/swarm$/,
      () => {
        if (!state.swarm) return refused(503, NO_MANAGER);
        const { unlockKey: _hidden, ...swarm } = state.swarm;
        return ok(swarm);
      },
    ],
    [/^GET \/swarm\/unlockkey$/, () => ok({ UnlockKey: state.swarm?.unlockKey ?? "" })],
    [
      /^POST \/swarm\/update$/,
      (call) => {
        const { swarm } = state;
        const answer = change(swarm, call);
        if (swarm && answer.status === 200) {
          if (call.query.has("rotateWorkerToken")) swarm.JoinTokens.Worker = `SWMTKN-1-${newId()}`;
          if (call.query.has("rotateManagerToken")) swarm.JoinTokens.Manager = `SWMTKN-1-${newId()}`;
          if (call.query.has("rotateManagerUnlockKey")) swarm.unlockKey = `SWMKEY-1-${newId()}`;
        }
        return answer;
      },
    ],
    [/^GET \/tasks$/, () => ok(state.taskLooks.shift() ?? state.objects.services.flatMap(tasksOf))],
    ...KINDS.flatMap(ofKind),
  ];

  const answer = async (engine: FakeEngine, index: number): Promise<Reply> => {
    const { method = "", url = "", headers = {}, body = "" } = engine.requests[index] ?? {};
    const { pathname, searchParams: query } = new URL(url.replace(/^\/v1\.\d+/, ""), "http://engine");
    const call = `${method} ${decodeURIComponent(pathname)}`;
    const hook = headers[BY_HAND] ? -1 : hooks.findIndex((one) => one.call.test(call));
    if (hook >= 0) await hooks.splice(hook, 1)[0]?.work();
    const route = ROUTES.find(([pattern]) => pattern.test(call));
    if (!route) return refused(404, "page not found");
    const [pattern, reply] = route;
    const isOfSwarm = /^\w+ \/(?:secrets|configs|services|nodes|tasks)\b/.test(call);
    if (isOfSwarm && !state.swarm) return refused(503, NO_MANAGER);
    return reply({ id: pattern.exec(call)?.[1] ?? "", query, body });
  };

  const engine: FakeEngine = await startFakeEngine((_request, response) => {
    void answer(engine, engine.requests.length - 1).then(({ status, body }) => {
      response.writeHead(status, { "content-type": "application/json", "api-version": "1.41" });
      response.end(body === "" ? undefined : JSON.stringify(body));
    });
  });

  return {
    url: engine.url,
    reset() {
      state = emptyState();
      hooks.length = 0;
    },
    async ask<Answer>(method: string, path: string, body?: object) {
      const url = `${engine.url.replace("tcp:", "http:")}${path}`;
      const reply = await fetch(url, {
        method,
        headers: { [BY_HAND]: "yes" },
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await reply.text();
      if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
      return (text === "" ? undefined : JSON.parse(text)) as Answer;
    },
    before: (call, work) => void hooks.push({ call, work }),
    recreateContainer() {
      state.containerId = newId(32);
    },
    showTasks(...looks) {
      state.taskLooks = [...looks];
    },
    rejoin() {
      state.objects.nodes = state.objects.nodes.map(node);
    },
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}
