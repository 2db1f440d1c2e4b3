import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { type FakeDocker, installFakeDocker } from "../support/fake-docker";
import type { Properties } from "../support/grpc";
import { type Host, PASSWORD, startHost } from "../support/host";
import { startTinyEngine } from "../support/tiny-engine";

const ADMIN = { username: "admin", password: PASSWORD };
const ON = { endpointId: 1, name: "it" };
const FILE = JSON.stringify({ services: { web: { image: "busybox" } } });

interface Row {
  readonly type: string;
  readonly id?: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
  readonly change: Properties;
}

/** One of each class whose steps need an engine, and a change that is made in place. */
const rows: readonly Row[] = [
  {
    type: "Container",
    inputs: { ...ON, image: "busybox", desiredState: "running" },
    outputs: { containerId: "3f".repeat(32), createId: "1" },
    change: { memory: "64m" },
  },
  {
    type: "Volume",
    inputs: { ...ON, driver: "local" },
    outputs: { mountpoint: "/data", createdAt: "" },
    change: { access: "public" },
  },
  {
    type: "Network",
    inputs: { ...ON, driver: "bridge", internal: false, attachable: false, enableIPv6: false },
    outputs: { networkId: "n", subnets: [], scope: "local" },
    change: { labels: { tier: "back" } },
  },
  {
    type: "Service",
    inputs: { ...ON, image: "busybox", mode: "replicated", waitForConvergence: true },
    outputs: { serviceId: "s", publishedPorts: [] },
    change: { replicas: 2 },
  },
  {
    type: "Secret",
    inputs: { ...ON, data: "hush" },
    outputs: { secretId: "s", secretName: "it-1" },
    change: { labels: { tier: "back" } },
  },
  {
    type: "Config",
    inputs: { ...ON, data: "text" },
    outputs: { configId: "c", configName: "it-1" },
    change: { labels: { tier: "back" } },
  },
  {
    type: "Node",
    inputs: ON,
    outputs: { nodeId: "n", hostname: "it", address: "" },
    change: { availability: "drain" },
  },
  {
    type: "Swarm",
    id: "1/swarm",
    inputs: { endpointId: 1, listenAddress: "0.0.0.0:2377", force: true },
    outputs: { swarmId: "s", workerToken: "w", managerToken: "m", unlockKey: "" },
    change: { taskHistoryLimit: 3 },
  },
  {
    type: "Image",
    inputs: { endpointId: 1, name: "busybox:1" },
    outputs: { imageId: "sha256:1", reference: "busybox:1", wasThere: false },
    change: { triggers: { build: "2" } },
  },
  {
    type: "Exec",
    inputs: { endpointId: 1, container: "web", command: ["true"] },
    outputs: { containerId: "3f".repeat(32), stdout: "", stderr: "", exitCode: 0, execId: "e" },
    change: { command: ["false"] },
  },
  {
    type: "Stack",
    id: "1",
    inputs: {
      ...ON,
      type: "standalone",
      content: FILE,
      active: true,
      prune: true,
      pull: false,
      removeVolumes: false,
    },
    outputs: { stackId: 1, status: "active" },
    change: { env: { A: "1" } },
  },
];

let host: Host;
let docker: FakeDocker;

beforeAll(async () => {
  const engine = await startTinyEngine();
  docker = await installFakeDocker();
  host = await startHost({ engine: { url: engine.url } });
  const made = await fetch(`${host.server.url}/api/stacks/create/standalone/string?endpointId=1`, {
    method: "POST",
    headers: { "x-api-key": host.server.apiKey ?? "" },
    body: JSON.stringify({ Name: "it", StackFileContent: FILE }),
  });
  expect(made.status).toBe(200);
  await engine[Symbol.asyncDispose]();
});
afterEach(() => host.stack.forget());
afterAll(async () => {
  await host[Symbol.asyncDispose]();
  await docker[Symbol.asyncDispose]();
});

/** Puts it into the state, as if an `up` had made it. */
const remember = ({ type, id = "1/it", inputs, outputs }: Row) => {
  const own = host.stack.handedOver(type, "it", inputs);
  host.stack.remember("it", { type, id, inputs: own, outputs: { ...own, ...outputs } });
};
const writes = () =>
  host.server.requests().filter(({ method, path }) => method !== "GET" && !path.endsWith("/auth")).length;

/** Tests with a provider that has these settings beside the login. A process asks the engine once for all of them. */
const withSettings = (title: string, settings: Readonly<Record<string, string>>, tests: () => void) =>
  describe(title, () => {
    let run: AsyncDisposable;
    beforeAll(async () => {
      run = await host.switchTo({ ...ADMIN, ...settings });
    });
    afterAll(async () => await run[Symbol.asyncDispose]());
    tests();
  });
const changed = ({ inputs, change }: Row) => ({ ...inputs, ...change });

withSettings("on an unreachable engine, with skipUnreachable", { skipUnreachable: "true" }, () => {
  test.each(rows)("a change of a $type is left for later", async (row) => {
    remember(row);
    const before = writes();
    expect(await host.stack.up(row.type, "it", changed(row))).toBe("update");
    await host.heard("it", /cannot be reached: .*The change is left for later/s);
    expect(host.stack.outputs("it")).toMatchObject({ ...row.inputs, ...row.outputs });
    expect(await host.stack.preview(row.type, "it", changed(row))).toBe("update");
    expect(writes()).toBe(before);
  });
});

withSettings("on an unreachable engine, with deleteUnreachable", { deleteUnreachable: "true" }, () => {
  test.each(rows)("a $type is forgotten by destroy, and nothing is deleted", async (row) => {
    remember(row);
    const before = writes();
    await host.stack.destroy("it");
    expect(writes()).toBe(before);
  });

  test.each(rows)("a change of a $type fails", async (row) => {
    remember(row);
    await expect(host.stack.up(row.type, "it", changed(row))).rejects.toThrow(
      /the engine of environment 1 cannot be reached/,
    );
  });
});
