import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { checkEnvironment } from "../../../cli/outdated/compare";
import { readLogins, registryOf } from "../../../cli/outdated/logins";
import { createClient } from "../../../client";
import { connect, disconnect } from "../../../provider/connection";
import { startServer } from "../../../server";
import { startFakeEngine } from "../../support/fake-engine";

const OLD = `sha256:${"a".repeat(64)}`;
const NEW = `sha256:${"b".repeat(64)}`;
const OTHER = `sha256:${"c".repeat(64)}`;
const ID = `sha256:${"1".repeat(64)}`;

interface Case {
  /** As the container names it. */
  readonly image: string;
  /** The digests of the image that it runs. */
  readonly digests: readonly string[];
  /** What the registry has under a tag, or nothing. */
  readonly latest?: string;
  readonly expected: object;
}

const cases: Readonly<Record<string, Case>> = {
  current: {
    image: "nginx:1.27",
    digests: [OLD],
    latest: OLD,
    expected: { verdict: "current", latest: OLD },
  },
  another: { image: "nginx:1.27", digests: [OLD], latest: OLD, expected: { verdict: "current" } },
  moved: {
    image: "app.test:5000/team/app:1",
    digests: [OLD],
    latest: NEW,
    expected: { verdict: "moved", current: OLD, latest: NEW },
  },
  latest: {
    image: "redis",
    digests: [OLD],
    latest: NEW,
    expected: { verdict: "moved", image: "redis:latest" },
  },
  tagged: {
    image: `nginx:1.26@${OLD}`,
    digests: [OLD],
    latest: NEW,
    expected: { verdict: "moved", image: "nginx:1.26", current: OLD, latest: NEW },
  },
  mirrored: {
    image: "nginx:1.25",
    digests: [OTHER, OLD],
    latest: OLD,
    expected: { verdict: "current", current: OLD },
  },
  pinned: { image: `nginx@${OLD}`, digests: [OLD], expected: { verdict: "pinned", latest: null } },
  untagged: { image: ID, digests: [OLD], expected: { verdict: "pinned" } },
  built: { image: "shop:1", digests: [], expected: { verdict: "local", current: "built" } },
  private: {
    image: "private.test/app:1",
    digests: [OLD],
    expected: { verdict: "unknown", reason: expect.stringContaining("unauthorized") },
  },
};

async function check(logins = {}) {
  await using engine = await startFakeEngine(({ url = "" }, response) => {
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const path = decodeURIComponent(url.replace(/^\/v1\.\d+/, "").split("?")[0] ?? "");
    const [, kind, name = ""] = /^\/(containers|images|distribution)\/(.*)\/json$/.exec(path) ?? [];
    if (path === "/containers/json")
      return json(
        200,
        Object.keys(cases).map((key) => ({ Id: key, Names: [`/${key}`], Image: "?", Labels: {} })),
      );
    if (kind === "containers") return json(200, containerNamed(name));
    if (kind === "images")
      return json(200, { Id: ID, RepoDigests: cases[name]?.digests.map((d) => `x@${d}`) });
    if (kind === "distribution") {
      const latest = Object.values(cases).find(({ image }) => name === plain(image))?.latest;
      return latest
        ? json(200, { Descriptor: { digest: latest } })
        : json(401, { message: "unauthorized: authentication required" });
    }
    return json(200, path === "/version" ? { Version: "28.0.0", ApiVersion: "1.41" } : {});
  });
  await using server = await startServer({ admin: { password: "correct-horse-9" }, engine });
  await using client = createClient({ url: server.url, credentials: { apiKey: server.apiKey ?? "" } });
  const [endpoint] = await client.endpoints.list({});
  if (!endpoint) throw new Error("there is no environment");
  const connection = connect({ url: server.url, apiKey: server.apiKey ?? "" });
  return { checked: await checkEnvironment(connection, endpoint, logins), requests: engine.requests };
}

/** As the registry is asked for it. */
const plain = (image: string): string => {
  const [name = ""] = image.split("@");
  return name.includes(":") ? name : `${name}:latest`;
};

/** The name of the case stands for the image's id. */
const containerNamed = (name: string) => ({
  Id: name,
  Name: `/${name}`,
  Created: "",
  Image: name,
  State: { Status: "running", Running: true, Paused: false, Restarting: false, ExitCode: 0 },
  Config: { Image: cases[name]?.image ?? "", Labels: {} },
  HostConfig: {},
  NetworkSettings: {},
});

let result: Awaited<ReturnType<typeof check>>;
beforeAll(async () => {
  result = await check({ "private.test": { username: "robot", password: "s3cret" } });
});
afterAll(disconnect);

it.each(Object.keys(cases))("judges a container that is %s", (name) => {
  const found = result.checked.find(({ container }) => container === name);
  expect(found).toMatchObject({ environment: "primary", endpointId: 1, ...cases[name]?.expected });
});

it("gives a registry's login to that registry alone, and asks for an image once", () => {
  const asked = result.requests.filter(({ url }) => url.includes("/distribution/"));
  expect(asked).toHaveLength(6);
  for (const { url, headers } of asked)
    expect(headers["x-registry-auth"] !== undefined).toBe(url.includes("private.test"));
});

it("reads the logins of Docker's own configuration", () => {
  const folder = mkdtempSync(join(tmpdir(), "docker-config-"));
  const file = join(folder, "config.json");
  const auth = (text: string) => ({ auth: Buffer.from(text).toString("base64") });
  const auths = {
    "https://index.docker.io/v1/": auth("hub:a:b"),
    "registry.test:5000": auth("robot:s3cret"),
    "ghcr.io": {},
  };
  writeFileSync(file, JSON.stringify({ auths, credsStore: "desktop" }));
  expect(readLogins(file)).toEqual({
    "docker.io": { username: "hub", password: "a:b" },
    "registry.test:5000": { username: "robot", password: "s3cret" },
  });
  writeFileSync(file, "s3cret");
  expect(() => readLogins(file)).toThrow(/^--docker-config .*config\.json: there is no such file/);
  rmSync(folder, { recursive: true });
});

it("knows an image's registry by its name", () => {
  const names = ["nginx", "team/app:1", "registry.test/app", "localhost/app", "registry:5000/team/app:1"];
  expect(names.map(registryOf)).toEqual([
    "docker.io",
    "docker.io",
    "registry.test",
    "localhost",
    "registry:5000",
  ]);
});
