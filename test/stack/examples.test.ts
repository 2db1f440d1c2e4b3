import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createClient } from "../../client";
import { type RunningServer, startServer } from "../../server";
import { engineApi, inspect, namesLike, sweep } from "../support/engine-api";
import { startTlsForwarder } from "../support/engine-forwarders";
import { freePort } from "../support/free-port";
import { PASSWORD } from "../support/host";
import { type Installed, installPlugin, installPythonSdk } from "../support/languages";
import { composeConfig, engineSocket, engineUrl, testImage } from "../support/needs";
import { example, must, openStack, otherImage, type Stack, stackOrSkip, unique } from "../support/stack";

/** An example with all that it needs to run. */
interface Scene {
  readonly servers: readonly RunningServer[];
  readonly config: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** What it makes on the engine, with the page that it serves. */
  readonly containers: readonly string[];
  readonly page?: string;
  /** The name of the image that the example builds on the one of the configuration. */
  readonly builds?: string;
  /** How many resources follow when its containers get another image, beside them. @default 0 */
  readonly followers?: number;
  /** What must be there after `destroy`, since it was there before. */
  readonly environments: number;
  readonly keys: number;
  /** The plugin, for programs in other languages than TypeScript. */
  readonly plugin?: Installed;
  /** What else must hold once all is made. */
  check?(): Promise<void>;
  close?(): Promise<void>;
}

const withAdmin = () => startServer({ admin: { password: PASSWORD }, engine: { url: engineUrl } });

const scenes: Readonly<Record<string, (name: string, hostPort: string) => Promise<Scene>>> = {
  async bootstrap(name, hostPort) {
    const server = await startServer();
    return {
      servers: [server],
      config: { "portainer:url": server.url, engine: engineUrl, image: testImage, name, hostPort },
      secrets: { password: PASSWORD },
      containers: [name],
      page: "Hello from a container that Pulumi runs through Portainer.",
      environments: 0,
      keys: 0,
    };
  },

  async "stack-config"(name, hostPort) {
    const server = await withAdmin();
    return {
      servers: [server],
      config: {
        "portainer:url": server.url,
        "portainer:endpointId": "1",
        image: testImage,
        name,
        hostPort,
      },
      secrets: { "portainer:apiKey": server.apiKey ?? "" },
      containers: [name],
      page: "Hello from the stack",
      environments: 1,
      keys: 1,
    };
  },

  async "tls-environment"(name, hostPort) {
    const server = await startServer({ admin: { password: PASSWORD } });
    const engine = await startTlsForwarder(engineSocket, { clientAuth: true });
    const { ca, client } = engine.certificates;
    const certificates = await mkdtemp(join(tmpdir(), "certificates-"));
    await writeFile(join(certificates, "ca.pem"), ca);
    await writeFile(join(certificates, "cert.pem"), client.cert);
    await writeFile(join(certificates, "key.pem"), client.key);
    return {
      servers: [server],
      config: {
        "portainer:url": server.url,
        engine: engine.url,
        certificates,
        image: testImage,
        name,
        hostPort,
      },
      secrets: { "portainer:apiKey": server.apiKey ?? "" },
      containers: [name],
      page: "Hello from the other end of a TLS connection.",
      environments: 0,
      keys: 1,
      async close() {
        await engine[Symbol.asyncDispose]();
        await rm(certificates, { recursive: true });
      },
    };
  },

  async compose(name, hostPort) {
    const server = await withAdmin();
    return {
      servers: [server],
      config: {
        "portainer:url": server.url,
        "portainer:endpointId": "1",
        image: testImage,
        name,
        hostPort,
      },
      secrets: { "portainer:apiKey": server.apiKey ?? "", password: "correct-horse-9" },
      containers: [`${name}-store-1`, `${name}-web-1`],
      page: "Hello from a Compose file.",
      environments: 1,
      keys: 1,
    };
  },

  async image(name, hostPort) {
    const server = await withAdmin();
    return {
      servers: [server],
      config: {
        "portainer:url": server.url,
        "portainer:endpointId": "1",
        image: testImage,
        name,
        hostPort,
      },
      secrets: { "portainer:apiKey": server.apiKey ?? "" },
      containers: [name],
      page: "Hello from an image that Pulumi builds through Portainer.",
      builds: `${name}:1`,
      followers: 2,
      environments: 1,
      keys: 1,
    };
  },

  async "new-server"(name, hostPort) {
    const server = await startServer();
    return {
      servers: [server],
      config: { "portainer:url": server.url, engine: engineUrl, image: testImage, name, hostPort },
      secrets: { password: PASSWORD },
      containers: [name],
      page: "Hello from a server that was empty.",
      environments: 0,
      keys: 0,
    };
  },

  async organisation(name) {
    const server = await startServer({ admin: { password: PASSWORD } });
    return {
      servers: [server],
      config: { "portainer:url": server.url, engine: engineUrl, image: testImage, name },
      secrets: {
        "portainer:apiKey": server.apiKey ?? "",
        alicePassword: "alice-in-a-hurry",
        registryPassword: "pull-images",
      },
      containers: [name],
      environments: 0,
      keys: 1,
    };
  },

  async "access-control"(name) {
    const server = await startServer({ admin: { password: PASSWORD } });
    const passwords = { alice: "alice-in-a-hurry", bob: "bob-and-his-books" };
    const seenBy = async (username: keyof typeof passwords): Promise<string[]> => {
      await using client = createClient({
        url: server.url,
        credentials: { username, password: passwords[username] },
      });
      const [endpoint] = await client.endpoints.list({});
      const containers = await client.docker(endpoint?.Id ?? 0).containers.list({ query: { all: "1" } });
      return containers
        .flatMap(({ Names }) => Names)
        .filter((found) => found.startsWith(`/${name}-`))
        .map((found) => found.slice(name.length + 2))
        .sort();
    };
    return {
      servers: [server],
      config: { "portainer:url": server.url, engine: engineUrl, image: testImage, name },
      secrets: {
        "portainer:apiKey": server.apiKey ?? "",
        alicePassword: passwords.alice,
        bobPassword: passwords.bob,
        registryPassword: "pull-images",
      },
      containers: ["library", "review", "till", "vault", "wiki"].map((suffix) => `${name}-${suffix}`),
      environments: 0,
      keys: 1,
      async check() {
        expect(await seenBy("alice")).toEqual(["review", "till", "wiki"]);
        expect(await seenBy("bob")).toEqual(["library", "review", "wiki"]);
      },
    };
  },

  async stack(name, hostPort) {
    if (composeConfig) process.env["DOCKER_CONFIG"] = composeConfig; // Where the server finds Docker Compose.
    const server = await withAdmin();
    return {
      servers: [server],
      config: {
        "portainer:url": server.url,
        "portainer:endpointId": "1",
        image: testImage,
        name,
        hostPort,
      },
      secrets: { "portainer:apiKey": server.apiKey ?? "", greeting: "Hello from a stack." },
      containers: [`${name}-web-1`],
      page: "Hello from a stack.",
      environments: 1,
      keys: 1,
    };
  },

  async yaml(name, hostPort) {
    const server = await startServer();
    return {
      servers: [server],
      config: { url: server.url, engine: engineUrl, image: testImage, name, hostPort },
      secrets: { password: PASSWORD },
      containers: [name],
      page: "Hello from a container that a YAML program runs through Portainer.",
      environments: 0,
      keys: 0,
      plugin: await installPlugin(),
    };
  },

  async "yaml-containers"(name, hostPort) {
    const server = await withAdmin();
    return {
      servers: [server],
      config: {
        "portainer:url": server.url,
        "portainer:endpointId": "1",
        image: testImage,
        name,
        hostPort,
      },
      secrets: { "portainer:apiKey": server.apiKey ?? "", greeting: "Hello from YAML." },
      containers: [`${name}-database`, `${name}-web`, `${name}-worker`],
      page: "Hello from YAML.",
      environments: 1,
      keys: 1,
      plugin: await installPlugin(),
    };
  },

  async python(name, hostPort) {
    const server = await withAdmin();
    return {
      servers: [server],
      config: {
        "portainer:url": server.url,
        "portainer:endpointId": "1",
        image: testImage,
        name,
        hostPort,
      },
      secrets: { "portainer:apiKey": server.apiKey ?? "" },
      containers: [name],
      page: "Hello from a container that a Python program runs through Portainer.",
      environments: 1,
      keys: 1,
      plugin: await installPythonSdk(),
    };
  },

  async "two-servers"(name) {
    const [paris, oslo] = await Promise.all([withAdmin(), withAdmin()]);
    return {
      servers: [paris, oslo],
      config: { parisUrl: paris.url, osloUrl: oslo.url, image: testImage, name },
      secrets: { parisKey: paris.apiKey ?? "", osloKey: oslo.apiKey ?? "" },
      containers: [`${name}-paris`, `${name}-oslo`],
      environments: 1,
      keys: 1,
    };
  },
};

const imageId = async (image: string) => (await engineApi("GET", `/images/${image}/json`)).body["Id"];

/** What some scenes need besides; in CI its absence is a failure. */
const needs: Readonly<Record<string, string>> = {
  stack: "TEST_COMPOSE",
  yaml: "TEST_YAML",
  "yaml-containers": "TEST_YAML",
  python: "TEST_PYTHON",
};
const isThere = (variable: string | undefined) =>
  variable === undefined || process.env[variable] !== undefined;
const playable = Object.keys(scenes).filter(
  (scene) => isThere(needs[scene]) || process.env["CI"] !== undefined,
);

stackOrSkip().each(playable)("the example %s", (exampleName) => {
  const name = unique("web");
  let scene: Scene;
  let stack: Stack;
  let port: number;

  const requests = () => scene.servers.flatMap((server) => server.requests());

  beforeAll(async () => {
    port = await freePort();
    scene = await (scenes[exampleName] as NonNullable<(typeof scenes)[string]>)(name, String(port));
    stack = await openStack(example(exampleName), {
      ...scene.plugin?.options,
      config: scene.config,
      secrets: scene.secrets,
    });
  });

  afterAll(async () => {
    await sweep(name);
    await Promise.all(scene.servers.map((server) => server.stop()));
    await scene.close?.();
    await scene.plugin?.[Symbol.asyncDispose]();
    await stack[Symbol.asyncDispose]();
  });

  it("makes all that it declares", async () => {
    const { changes } = must(await stack.up());
    expect(Object.keys(changes)).toEqual(["create"]);
    for (const container of scene.containers) expect((await inspect(container))?.State.Running).toBe(true);
    await scene.check?.();
    if (scene.page === undefined) return;
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect(await answer.text()).toContain(scene.page);
  });

  it("changes nothing and asks nothing when it is run again", async () => {
    const before = requests().length;
    const { changes } = must(await stack.up());
    expect(Object.keys(changes)).toEqual(["same"]);
    expect(requests().slice(before)).toEqual([]);
  });

  it("shows no change at refresh", async () => {
    const { changes } = must(await stack.refresh());
    expect(Object.keys(changes)).toEqual(["same"]);
  });

  it("changes its containers, and nothing else, when the image changes", async () => {
    await stack.setConfig({ image: otherImage });
    const { changes } = must(await stack.up());
    const { builds, followers = 0 } = scene;
    expect(changes).toEqual({ same: expect.any(Number), update: scene.containers.length + followers });
    const image = builds === undefined ? otherImage : await imageId(builds);
    for (const container of scene.containers) {
      expect(await inspect(container)).toMatchObject({
        Config: { Image: image },
        State: { Running: true },
      });
    }
    expect(await namesLike(name)).toEqual([...scene.containers].sort());
  });

  it("leaves nothing behind but the administrator", async () => {
    must(await stack.destroy());
    expect((await stack.state()).resources).toEqual([]);
    expect(await namesLike(name)).toEqual([]);
    if (scene.builds !== undefined) expect(await imageId(scene.builds)).toBeUndefined();
    for (const { url } of scene.servers) {
      const client = createClient({ url, credentials: { username: "admin", password: PASSWORD } });
      expect(await client.endpoints.list({})).toHaveLength(scene.environments);
      expect(await client.users.list({})).toMatchObject([{ Username: "admin" }]);
      expect(await client.apiKeys.list({ params: { id: 1 } })).toHaveLength(scene.keys);
      await client.close();
    }
  });
});
