import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { UNKNOWN } from "../../provider/core/properties";
import { type FakeEngine, startFakeEngine } from "../support/fake-engine";
import { type Host, startHost } from "../support/host";

/** Engines whose streams end as no registry at hand makes them end: with a status of success all the same. */
let engine: FakeEngine;
let host: Host;
let context: string;
/** The lines that the engine answers a pull, build or push with. */
let lines: readonly object[];
/** Whether the engine has an image of the name. */
let isThere: boolean;

beforeEach(async () => {
  isThere = false;
  context = await mkdtemp(join(tmpdir(), "context-"));
  await writeFile(join(context, "Dockerfile"), "FROM scratch\n");
  engine = await startFakeEngine((request, response) => {
    const call = `${request.method} ${(request.url ?? "").split("?")[0]}`;
    const isStream = /^POST .*\/(build|images\/create|push)$/.test(call);
    const [status, body] = isStream ? [200, lines] : answer(call);
    response.writeHead(status, { "content-type": "application/json", "api-version": "1.41" });
    response.end(
      Array.isArray(body) ? body.map((line) => `${JSON.stringify(line)}\n`).join("") : JSON.stringify(body),
    );
  });
  host = await startHost({ engine: { url: engine.url } });
});
afterEach(async () => {
  await host[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  await rm(context, { recursive: true });
});

function answer(call: string): [status: number, body?: unknown] {
  if (call.endsWith("/version")) return [200, { Version: "4.9", ApiVersion: "1.41", MinAPIVersion: "1.24" }];
  if (call.endsWith("/info")) return [200, { ID: "engine", Name: "host" }];
  if (/GET .*\/images\/.*json$/.test(call) && isThere) return [200, { Id: "sha256:1", RepoDigests: [] }];
  return [404, { message: "No such image" }];
}

const FAILED = { errorDetail: { code: 1, message: "it broke half-way" }, error: "it broke" };
const STEP = { stream: "Step 1/1 : FROM scratch\n" };

test.each<[string, object, readonly object[], RegExp]>([
  [
    "a pull that fails in the stream",
    {},
    [{ id: "0123456789ab", status: "Downloading" }, FAILED],
    /^pulling app:1: it broke half-way/,
  ],
  ["a pull with an error of old engines", {}, [{ error: "no space left" }], /^pulling app:1: no space left/],
  [
    "a pull that leaves nothing",
    {},
    [{ status: "Pulling" }],
    /"app:1" is not on the engine.*although it was pulled/,
  ],
  [
    "a build that fails in the stream",
    { build: {} },
    [STEP, FAILED],
    /^building app:1: it broke half-way. The last lines:\nStep 1\/1/,
  ],
  [
    "a build whose answer is cut off",
    { build: {} },
    [STEP],
    /^building app:1: the engine's answer ended before the build did/,
  ],
])("%s is an error, and in no state", async (_what, more, stream, message) => {
  lines = stream;
  const build = "build" in more ? { build: { context } } : {};
  const failing = host.stack.up("Image", "app", { endpointId: 1, name: "app:1", ...build });
  await expect(failing).rejects.toThrow(message);
  expect(host.stack.has("app")).toBe(false);
});

test("the preview sees a changed file, also while other settings are not known yet, and asks nothing", async () => {
  isThere = true;
  lines = [{ aux: { ID: "sha256:1" } }];
  const inputs = (build: object) => ({ endpointId: 1, name: "app:1", build: { context, ...build } });
  await host.stack.up("Image", "app", inputs({}));
  const before = host.stack.entry("app").inputs["contextHash"];
  const asked = host.server.requests().length;
  const checked = async (build: object) => {
    const news = host.stack.handedOver("Image", "app", inputs(build));
    return (await host.stack.plugin.check({}, news)).inputs["contextHash"];
  };
  expect(await checked({ args: UNKNOWN })).toBe(before);
  expect(await checked({ context: UNKNOWN })).toBeUndefined();
  await writeFile(join(context, "further"), "");
  expect(await checked({ args: UNKNOWN })).not.toBe(before);
  expect(await host.stack.preview("Image", "app", inputs({}))).toBe("update");
  expect(host.server.requests()).toHaveLength(asked);
});

test.each<[string, readonly object[], RegExp]>([
  ["fails in the stream", [{ aux: { ID: "sha256:1" } }, FAILED], /it broke half-way/],
  ["is cut off", [{ aux: { ID: "sha256:1" } }], /ended before the push did/],
])(
  "a push that %s leaves the image in the state, with what is left to do",
  async (_what, stream, message) => {
    isThere = true;
    const build = { context };
    const inputs = { endpointId: 1, name: "app:1", build, push: true };
    lines = stream.slice(0, 1);
    await host.stack.up("Image", "app", { ...inputs, push: false });
    lines = stream;
    await expect(host.stack.up("Image", "app", inputs)).rejects.toThrow(message);
    expect(host.stack.outputs("app")).not.toHaveProperty("push");
    expect(await host.stack.preview("Image", "app", inputs)).toBe("update");
    lines = [{ aux: { Digest: `sha256:${"a".repeat(64)}` } }];
    await host.stack.up("Image", "app", inputs);
    expect(host.stack.outputs("app")["reference"]).toBe(`app:1@sha256:${"a".repeat(64)}`);
  },
);

test.each<[setting: string, inputs: object, call: RegExp, query: Record<string, string>]>([
  ["platform of a pull", { platform: "linux/arm64" }, /images\/create/, { platform: "linux/arm64" }],
  ["platform of a build", { build: {}, platform: "linux/arm64" }, /build/, { platform: "linux/arm64" }],
  ["cacheFrom", { build: { cacheFrom: ["app:0"] } }, /build/, { cachefrom: '["app:0"]' }],
  ["noCache", { build: { noCache: true } }, /build/, { nocache: "1" }],
  ["pullBase", { build: { pullBase: true } }, /build/, { pull: "1" }],
])("the engine gets the %s, and gets it again when it changes", async (_what, more, call, query) => {
  isThere = true;
  lines = [{ aux: { ID: "sha256:1" } }];
  const of = ({ build, ...others }: { build?: object }) => ({
    endpointId: 1,
    name: "app:1",
    ...(build && { build: { context, ...build } }),
    ...others,
  });
  /** What the engine was told when it last made the image. */
  const told = () => {
    const url = engine.requests.findLast(({ method, url }) => method === "POST" && call.test(url))?.url;
    return Object.fromEntries(new URL(url ?? "", "http://engine").searchParams);
  };
  const without = "build" in more ? { build: {} } : {};
  await host.stack.up("Image", "app", of(without));
  for (const key of Object.keys(query)) expect(told()[key] ?? "[]").toBe("[]");
  expect(await host.stack.up("Image", "app", of(more))).toBe("update");
  expect(told()).toMatchObject(query);
  expect(await host.stack.up("Image", "app", of(more))).toBe("same");
  expect(await host.stack.up("Image", "app", of(without))).toBe("update");
});
