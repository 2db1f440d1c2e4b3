import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { type FakeEngine, startFakeEngine } from "../support/fake-engine";
import { type Host, startHost } from "../support/host";

const ID = "3f".repeat(32);
const STATE = { Status: "running", Running: true, Paused: false, Restarting: false, ExitCode: 0 };

/** Engines that answer as they like: what is sent at creation, and what they then say of it. */
let engine: FakeEngine;
let host: Host;
let shown: object;
/** The call that is never answered, although the engine does what it asks. */
let unanswered: string;
/** What a removal is answered with, one after the other; then the container is gone. */
let removals: number[];
/** The messages that updates fail with, one after the other; then they succeed, and the process runs. */
let updateFailures: string[];

beforeEach(async () => {
  removals = [];
  updateFailures = [];
  unanswered = "none";
  engine = await startFakeEngine((request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    if (path.endsWith(unanswered)) return;
    const [status, body] = answer(`${request.method} ${path}`);
    response.writeHead(status, { "content-type": "application/json", "api-version": "1.41" });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  });
  host = await startHost({ engine: { url: engine.url } });
});
afterEach(async () => {
  await host[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

function answer(call: string): [status: number, body?: unknown] {
  if (call.endsWith("/version")) return [200, { Version: "4.9", ApiVersion: "1.41", MinAPIVersion: "1.24" }];
  if (call.endsWith("/info")) return [200, { ID: "engine", Name: "host" }];
  if (call.endsWith("/containers/json"))
    return [
      200,
      isCreated()
        ? [
            {
              Id: ID,
              Names: ["/web"],
              Image: "nginx:1.27",
              ImageID: "sha256:1",
              State: "running",
              Status: "Up",
            },
          ]
        : [],
    ];
  if (call.endsWith("/containers/create")) return [201, { Id: ID, Warnings: [] }];
  if (call.endsWith("/update")) {
    const message = updateFailures.shift();
    if (message !== undefined) return [500, { message }];
    shown = { ...shown, State: STATE };
    return [200, { Warnings: [] }];
  }
  if (call.startsWith("DELETE")) {
    const status = removals.shift() ?? 204;
    return status === 204
      ? [204]
      : [status, { message: `removal of container ${ID} is already in progress` }];
  }
  if (call.includes("/images/")) return [200, { Id: "sha256:1", RepoDigests: [] }];
  if (!call.endsWith("/json")) return [204];
  return isGone() ? [404, { message: `No such container: ${ID}` }] : [200, withLabels(shown)];
}

const creation = () => engine.requests.find(({ url }) => url.includes("/containers/create"));
const isCreated = (): boolean => creation() !== undefined;

/** The labels of a container are those that its creation has sent. */
function withLabels(container: object): object {
  const { Labels = {} } = JSON.parse(creation()?.body ?? "{}");
  return { ...container, Config: { ...(container as { Config: object }).Config, Labels } };
}

/** It goes on to be removed for two more looks. */
let looks = 0;
const isGone = (): boolean => {
  const isBeingRemoved = engine.requests.some(({ method }) => method === "DELETE");
  if (isBeingRemoved) looks += 1;
  return isBeingRemoved && looks > 2;
};

const updates = () => engine.requests.filter(({ url }) => url.endsWith("/update"));

const show = (config: object, hostConfig: object) => ({
  Id: ID,
  Name: "/web",
  Created: "2026-01-01T00:00:00Z",
  Image: "sha256:1",
  State: STATE,
  Config: { Image: "docker.io/library/nginx:1.27", Labels: {}, ...config },
  HostConfig: hostConfig,
  NetworkSettings: { Networks: {}, Ports: {} },
});

test("§9.35 what Podman makes of a value is no difference", async () => {
  shown = show(
    {
      Env: ["A=1", "container=podman", "TERM=xterm"],
      StopSignal: "15",
      WorkingDir: "/app",
      Entrypoint: null,
    },
    {
      CapAdd: ["CAP_NET_ADMIN"],
      CapDrop: ["CAP_CHOWN"],
      Binds: ["data:/data:rw,rprivate,nosuid,nodev,rbind", "/etc/app:/etc/app:ro,rprivate,rbind"],
      NetworkMode: "bridge",
      RestartPolicy: { Name: "", MaximumRetryCount: 0 },
      SecurityOpt: ["label=disable"],
      Ulimits: [{ Name: "RLIMIT_NPROC", Soft: 4096, Hard: 4096 }],
      LogConfig: { Type: "journald", Config: null, Path: "", Tag: "", Size: "0B" },
      Devices: [],
      ShmSize: 65536000,
      OomScoreAdj: 0,
    },
  );
  const web = {
    endpointId: 1,
    image: "nginx:1.27",
    env: { A: "1" },
    stopSignal: "SIGTERM",
    workingDir: "/app/",
    capAdd: ["NET_ADMIN"],
    capDrop: ["chown"],
    volumes: ["data:/data", "/etc/app:/etc/app:ro"],
    networkMode: "default",
    restart: "no",
    securityOpt: [],
    devices: [],
  };
  await host.stack.up("Container", "web", web);
  expect(await host.stack.refresh("web")).toBe(true);
  expect(await host.stack.preview("Container", "web", web)).toBe("same");
});

test("§9.15 a removal that is in progress already is waited for", async () => {
  shown = show({}, {});
  looks = 0;
  await host.stack.up("Container", "web", { endpointId: 1, image: "nginx:1.27" });
  removals = [409];
  await host.stack.destroy("web");
  expect(host.stack.has("web")).toBe(false);
  expect(looks).toBeGreaterThan(2);
});

test.each(["/containers/create", `/containers/${ID}/start`])(
  "a container is in the state when the time for its creation ends during %s",
  async (call) => {
    shown = show({}, {});
    unanswered = call;
    const args = { endpointId: 1, image: "nginx:1.27" };
    const up = host.stack.up("Container", "web", args, { customTimeouts: { create: "1s" } });
    await expect(up).rejects.toThrow(/gave up after 1s/);
    const { createId, status } = host.stack.outputs("web");
    expect({ status, createId }).toEqual({ status: "running", createId: expect.stringMatching(/./) });
    unanswered = "none";
    expect(await host.stack.up("Container", "web", args)).toBe("update");
    expect(engine.requests.filter(({ url }) => url.includes("/containers/create"))).toHaveLength(1);
  },
);

test("a change of limits whose answer was lost is made again", async () => {
  shown = show({}, { Memory: 64 * 2 ** 20 });
  const args = { endpointId: 1, image: "nginx:1.27", memory: "64m" };
  await host.stack.up("Container", "web", args);
  host.server.fail({ method: "POST", path: /\/update$/, times: 1, with: "reset-after" });
  expect(await host.stack.up("Container", "web", { ...args, memory: "128m" })).toBe("update");
  expect(updates().map(({ body }) => JSON.parse(body))).toEqual(
    [1, 2].map(() => ({ Memory: 128 * 2 ** 20, MemorySwap: 256 * 2 ** 20 })),
  );
});

const crashLoops = [
  { RestartCount: 3 },
  { State: { ...STATE, Status: "restarting", Restarting: true } },
  { State: { ...STATE, Status: "exited", Running: false } },
];

test.each(crashLoops)(
  "an update that fails as the container's process ends is made again: %j",
  async (end) => {
    shown = show({}, { Memory: 64 * 2 ** 20 });
    const args = { endpointId: 1, image: "nginx:1.27", memory: "64m" };
    await host.stack.up("Container", "web", args);
    shown = { ...shown, ...end };
    updateFailures = [
      "Cannot update container web: ttrpc: closed: unknown",
      "cannot update a deleted process: unknown",
    ];
    expect(await host.stack.up("Container", "web", { ...args, memory: "128m" })).toBe("update");
    expect(updates()).toHaveLength(3);
  },
);

test("an update that the engine fails for a container that runs is not made again", async () => {
  shown = show({}, { Memory: 64 * 2 ** 20 });
  const args = { endpointId: 1, image: "nginx:1.27", memory: "64m" };
  await host.stack.up("Container", "web", args);
  updateFailures = ["runc did not terminate successfully"];
  const up = host.stack.up("Container", "web", { ...args, memory: "128m" });
  await expect(up).rejects.toThrow("runc did not terminate successfully");
  expect(updates()).toHaveLength(1);
});
