import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { makeCertificates } from "../support/certificates";
import { type FakeEngine, startFakeEngine } from "../support/fake-engine";
import {
  type EngineAnswers,
  entryOf,
  type GoldenResource,
  goldenAnswers,
  goldenState,
  releases,
  type Values,
} from "../support/golden";
import type { Properties } from "../support/grpc";
import { type Host, PASSWORD, startHost } from "../support/host";
import type { Entry } from "../support/mini-stack";
import { reveal } from "../support/secrets";
import { startTinyEngine, type TinyEngine } from "../support/tiny-engine";

const ENGINE_ID = "GOLD:EN";

/** A release's state on a server and an engine that know its objects, as they were when it was made. */
describe.each(releases)("a state of %s", (release) => {
  let host: Host;
  let engine: FakeEngine;
  let secured: TinyEngine;
  let resources: readonly GoldenResource[];

  beforeAll(async () => {
    host = await startHost();
    const certificates = await makeCertificates();
    secured = await startTinyEngine({ certificates, clientAuth: true });
    const values: Values = {
      prefix: "golden-",
      password: PASSWORD,
      server: host.server.url,
      instanceId: await instanceIdOf(host.server.url),
      engineId: ENGINE_ID,
      image: "registry.example.com/app:1",
      caCert: certificates.ca,
      clientCert: certificates.client.cert,
      clientKey: certificates.client.key,
      tlsEngine: secured.url,
      lax: secured.url.replace("127.0.0.1", "localhost"),
    };
    engine = await startEngineWith(await goldenAnswers(release, values));
    const { deployment } = await goldenState(release, {
      ...values,
      engine: engine.url,
      tcpEngine: engine.url.replace("127.0.0.1", "localhost"),
      apiKey: await makeKey(),
    });
    resources = deployment.resources.filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/"));
    await makeEnvironments(resources.filter(({ type }) => type.endsWith(":Endpoint")));
    for (const { type, outputs = {} } of resources) if (type.endsWith(":Container")) await share(outputs);
  });
  afterEach(() => host.stack.forget());
  afterAll(async () => {
    for (const each of [host, engine, secured]) await each[Symbol.asyncDispose]();
  });

  const managed = () => resources.filter(({ external }) => !external);
  const each = async (
    work: (name: string, entry: Entry, args: Properties) => Promise<void>,
    order = managed(),
  ) => {
    expect(order.length).toBeGreaterThan(0);
    for (const resource of order) {
      const entry = entryOf(resource);
      await work(resource.urn.split("::").at(-1) ?? "", entry, programmed(entry));
    }
  };

  test("is no change and no request, previewed and run again", async () => {
    const asked = host.server.requests().length;
    await each(async (name, entry, args) => {
      host.stack.remember(name, entry);
      expect([name, await host.stack.preview(entry.type, name, args)]).toEqual([name, "same"]);
      expect([name, await host.stack.up(entry.type, name, args)]).toEqual([name, "same"]);
    });
    expect(host.server.requests()).toHaveLength(asked);
  });

  test("is no change after a refresh, which writes nothing", async () => {
    const since = host.server.requests().length;
    await each(async (name, entry, args) => {
      host.stack.remember(name, entry);
      expect([name, await host.stack.refresh(name)]).toEqual([name, true]);
      expect([name, await host.stack.preview(entry.type, name, args)]).toEqual([name, "same"]);
    });
    const asked = host.server.requests().slice(since);
    expect(asked.filter(({ method, path }) => method !== "GET" && path !== "/api/auth")).toEqual([]);
  });

  test("is looked up again where it was only looked up", async () => {
    for (const resource of resources.filter(({ external }) => external)) {
      const entry = entryOf(resource);
      const { outputs } = await host.stack.plugin.read(entry.id, reveal(entry.outputs));
      expect(outputs).toMatchObject({ digest: entry.outputs["digest"] });
    }
  });

  test("is destroyed", async () => {
    const since = host.server.requests().length;
    await each(async (name, entry) => {
      host.stack.remember(name, entry);
      await host.stack.destroy(name);
    }, managed().toReversed());
    const deleted = host.server
      .requests()
      .slice(since)
      .filter(({ method }) => method === "DELETE");
    // Portainer keeps its first administrator.
    expect(deleted).toHaveLength(managed().length - 1);
  });

  /**
   * Environments get their ids one after the other, so that those of the state are theirs. Another process makes them: in
   * one process they would belong to the resource that has made them.
   */
  async function makeEnvironments(endpoints: readonly GoldenResource[]): Promise<void> {
    await using _other = await host.switchTo({ username: "admin", password: PASSWORD });
    for (const endpoint of [...endpoints].sort((left, right) => Number(left.id) - Number(right.id))) {
      await host.stack.up("Endpoint", "made", programmed(entryOf(endpoint)));
      expect(host.stack.entry("made").id).toBe(endpoint.id);
      host.stack.forget();
    }
  }

  async function makeKey(): Promise<string> {
    await host.stack.up("ApiKey", "made", { description: "ci" });
    const { rawKey } = host.stack.outputs("made");
    host.stack.forget();
    return String(rawKey);
  }

  /** Says who may use a container, as its state says. */
  async function share({ containerId, access }: Properties): Promise<void> {
    if (access === undefined) return;
    const who = access === "public" ? { Public: true } : { Users: [1] };
    const answer = await fetch(`${host.server.url}/api/resource_controls`, {
      method: "POST",
      headers: { "x-api-key": host.server.apiKey ?? "" },
      body: JSON.stringify({ ResourceID: containerId, Type: 1, ...who }),
    });
    expect(answer.status).toBe(200);
  }
});

/** What the program of a state said: its inputs without what the SDK adds. */
const programmed = ({ inputs }: Entry): Properties =>
  Object.fromEntries(Object.entries(reveal(inputs)).filter(([key]) => !key.startsWith("__")));

async function instanceIdOf(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/system/status`);
  return ((await answer.json()) as { InstanceID: string }).InstanceID;
}

/** An engine that shows what it is told, and takes whatever is done to it. */
function startEngineWith(objects: EngineAnswers): Promise<FakeEngine> {
  const answers: EngineAnswers = {
    "/_ping": "OK",
    "/version": { Version: "20.10.24", ApiVersion: "1.41", MinAPIVersion: "1.12" },
    "/info": { ID: ENGINE_ID, Swarm: {} },
    "/containers/json": [],
    "/images/json": [],
    "/networks": [],
    "/volumes": { Volumes: [] },
    ...objects,
  };
  const removed = new Set<string>();
  const isThere = ([id]: [string, unknown]) => !removed.has(id);
  /** A network shows the containers on it, until they are removed. */
  const withoutRemoved = (key: string, value: unknown) =>
    key === "Containers" ? Object.fromEntries(Object.entries(value ?? {}).filter(isThere)) : value;
  return startFakeEngine(({ method, url = "" }, response) => {
    const path = decodeURIComponent(url.replace(/^\/v1\.\d+|\?.*$/g, ""));
    const found = answers[path];
    if (method === "DELETE") removed.add(path.split("/").at(-1) ?? "");
    const status = method === "GET" ? (found === undefined ? 404 : 200) : 204;
    response.writeHead(status, { "content-type": "application/json", "api-version": "1.41" });
    response.end(
      method === "GET" ? JSON.stringify(found ?? { message: "not found" }, withoutRemoved) : undefined,
    );
  });
}
