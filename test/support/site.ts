import { type RunningServer, type ServerOptions, startServer } from "../../server";
import { sweep } from "./engine-api";
import { type Door, PASSWORD } from "./host";
import { engineUrl, testImage } from "./needs";
import { pluginLauncher } from "./resource-plugin";
import { openStack, otherImage, program, type Stack, unique } from "./stack";

/** A server whose environment 1 is the real engine, and a stack with a program that works on it. */
export interface Site extends AsyncDisposable {
  readonly server: RunningServer;
  readonly stack: Stack;
  /** What all names on the engine begin with. */
  readonly prefix: string;
  /** Puts another program in its place. */
  write(source: string): Promise<void>;
  /** What was asked of the server while this was done, as `GET /api/system/status`. */
  requestsOf(work: () => Promise<unknown>): Promise<string[]>;
}

/** Variables that make a program find the server, and images and names of its own. */
export const programEnvironment = (prefix: string, server?: RunningServer): Record<string, string> => ({
  TEST_PREFIX: prefix,
  TEST_IMAGE: testImage,
  TEST_OTHER_IMAGE: otherImage,
  PORTAINER_ENDPOINT_ID: "1",
  ...server?.env,
});

export async function openSite(
  source: string,
  options: ServerOptions = {},
  door: Door = "dynamic provider",
): Promise<Site> {
  const server = await startServer({
    admin: { password: PASSWORD },
    engine: { url: engineUrl },
    ...options,
  });
  const prefix = `${unique("stack")}-`;
  const launcher = door === "plugin" ? await pluginLauncher() : undefined;
  const stack = await openStack(await program(source, door), {
    env: programEnvironment(prefix, server),
    ...(launcher && { path: [launcher.folder] }),
  });
  return {
    server,
    stack,
    prefix,
    write: (text) => stack.program.write(text),
    async requestsOf(work) {
      const before = server.requests().length;
      await work();
      return server
        .requests()
        .slice(before)
        .map(({ method, path }) => `${method} ${path}`);
    },
    async [Symbol.asyncDispose]() {
      await stack[Symbol.asyncDispose]();
      await server.stop();
      await launcher?.[Symbol.asyncDispose]();
      await sweep(prefix);
    },
  };
}
