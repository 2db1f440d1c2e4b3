import { createServer, request as forward, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type FakeEngine, startFakeEngine } from "../support/fake-engine";
import { type Host, startHost } from "../support/host";

const ID = "3f".repeat(32);
const CONTAINER = {
  Id: ID,
  Name: "/web",
  Created: "2026-01-01T00:00:00Z",
  Image: "sha256:1",
  State: { Status: "running", Running: true, Paused: false, Restarting: false, ExitCode: 0 },
  Config: { Image: "nginx", Labels: {} },
  HostConfig: {},
  NetworkSettings: { Networks: {}, Ports: {} },
};

/** The engine of two nodes, as an agent would show it: one answer for both. */
const ANSWERS: readonly [RegExp, number, unknown][] = [
  [/\/version$/, 200, { Version: "28.0.0", ApiVersion: "1.48", MinAPIVersion: "1.24" }],
  [/\/info$/, 200, { ID: "engine", Name: "node" }],
  [/\/containers\/json$/, 200, []],
  [/\/containers\/create$/, 201, { Id: ID, Warnings: [] }],
  [/\/containers\/\w+\/json$/, 200, CONTAINER],
  [/\/containers\/\w+(?:\/(?:start|stop))?$/, 204, undefined],
  [/\/images\/.*\/json$/, 200, { Id: "sha256:1", RepoDigests: [] }],
];

let engine: FakeEngine;
let proxy: { url: string; close(): void };
let host: Host;
/** What was asked of the engine, with the node that was meant. */
const asked: { path: string; node: string | undefined }[] = [];

beforeAll(async () => {
  engine = await startFakeEngine((incoming, response) => {
    const path = (incoming.url ?? "").split("?")[0] ?? "";
    const [, status, body] = ANSWERS.find(([pattern]) => pattern.test(path)) ?? [/./, 404, { message: path }];
    response.writeHead(status, { "content-type": "application/json", "api-version": "1.48" });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  });
  host = await startHost({ engine: { url: engine.url } });
  proxy = await startRecorder(host.server.url);
});
afterAll(async () => {
  proxy.close();
  await host[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

/** Hands on what it is asked, and takes note of what goes to the engine. */
async function startRecorder(to: string): Promise<{ url: string; close(): void }> {
  const server = createServer((incoming: IncomingMessage, response) => {
    const path = incoming.url ?? "";
    const node = incoming.headers["x-portaineragent-target"] as string | undefined;
    if (path.includes("/docker/")) asked.push({ path: path.replace(/.*\/docker/, ""), node });
    const { method, headers } = incoming;
    const onward = forward(new URL(path, to), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

test("every call for a container with a node is aimed at that node, and none of another container's", async () => {
  const login = { username: "admin", password: "correct-horse-9" };
  await using _ = await host.switchTo({ url: proxy.url, ...login });
  const web = { endpointId: 1, image: "nginx", nodeName: "node-2" };

  await host.stack.up("Container", "web", web);
  await host.stack.refresh("web");
  await host.stack.destroy("web");
  expect(asked.length).toBeGreaterThan(6);
  expect(asked.filter(({ node }) => node !== "node-2")).toEqual([]);

  asked.length = 0;
  await host.stack.up("Container", "plain", { endpointId: 1, image: "nginx", name: "web" });
  expect(asked.length).toBeGreaterThan(2);
  expect(asked.filter(({ node }) => node !== undefined)).toEqual([]);
});

test("another node is another place: the resource is replaced", async () => {
  const web = { endpointId: 1, image: "nginx", name: "web" };
  await host.stack.up("Container", "web", { ...web, nodeName: "node-1" });
  expect(await host.stack.preview("Container", "web", { ...web, nodeName: "node-2" })).toBe("replace");
});

test("is looked up on the node that the id names", async () => {
  const login = { username: "admin", password: "correct-horse-9" };
  await using _ = await host.switchTo({ url: proxy.url, ...login });
  asked.length = 0;
  const found = await host.stack.get("Container", "found", `1/node-2/${ID.slice(0, 12)}`);
  expect(found).toMatchObject({ nodeName: "node-2", name: "web", containerId: ID });
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter(({ node }) => node !== "node-2")).toEqual([]);
});
