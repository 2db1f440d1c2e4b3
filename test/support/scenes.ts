import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createClient } from "../../client";
import { type RunningServer, startServer } from "../../server";
import { engineApi, inspect, namesLike, sweep } from "./engine-api";
import { freePort } from "./free-port";
import { PASSWORD } from "./host";
import type { Installed } from "./languages";
import { engineUrl, testImage } from "./needs";
import { example, must, openStack, otherImage, type Stack, stackOrSkip, unique } from "./stack";

/** An example with all that it needs to run. */
export interface Scene {
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

/** What a scene has of its own, beside what all scenes of its kind have. */
export type Parts = Pick<Scene, "containers" | "page"> & Partial<Scene>;

/** Makes a scene with names on the engine that begin with `name`, and a free port of this machine. */
export type Stage<Made = Scene> = (name: string, hostPort: string) => Made | Promise<Made>;

/** A server with an administrator, whose environment 1 is the engine. */
export const withEngine = () => startServer({ admin: { password: PASSWORD }, engine: { url: engineUrl } });

/** The example begins with a server that nobody has used yet, and makes its administrator. */
export const onNewServer =
  (parts: Stage<Parts>): Stage =>
  async (name, hostPort) => {
    const server = await startServer();
    const own = await parts(name, hostPort);
    const url = own.plugin ? { url: server.url } : { "portainer:url": server.url };
    return {
      servers: [server],
      config: { ...url, engine: engineUrl, image: testImage, name, hostPort },
      secrets: { password: PASSWORD },
      environments: 0,
      keys: 0,
      ...own,
    };
  };

/** The example works on an environment that is there, with the key of somebody who may use it. */
export const onEnvironment =
  (parts: Stage<Parts>): Stage =>
  async (name, hostPort) => {
    const server = await withEngine();
    const { secrets, ...own } = await parts(name, hostPort);
    return {
      servers: [server],
      config: {
        "portainer:url": server.url,
        "portainer:endpointId": "1",
        image: testImage,
        name,
        hostPort,
      },
      secrets: { "portainer:apiKey": server.apiKey ?? "", ...secrets },
      environments: 1,
      keys: 1,
      ...own,
    };
  };

const imageId = async (image: string) => (await engineApi("GET", `/images/${image}/json`)).body["Id"];

/** The life of each example: made, run again, refreshed, changed, destroyed. */
export function play(stages: Readonly<Record<string, Stage>>, describe = stackOrSkip()): void {
  describe.each(Object.entries(stages))("the example %s", (exampleName, stage) => {
    const name = unique("web");
    let scene: Scene;
    let stack: Stack;
    let port: number;

    const requests = () => scene.servers.flatMap((server) => server.requests());

    beforeAll(async () => {
      port = await freePort();
      scene = await stage(name, String(port));
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
      const state = await stack.stateFile();
      for (const secret of Object.values(scene.secrets)) expect(state).not.toContain(secret);
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
      const { changes } = must(await stack.up({ args: ["--config", `image=${otherImage}`] }));
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
}
