import { Agent, type Dispatcher, request } from "undici";
import { run, which } from "../../machine/command.mts";
import { messageOf } from "../../machine/progress.mts";

/** The few calls that setting up needs of an engine. */
export interface EngineClient extends Disposable {
  json<T>(path: string, method?: Dispatcher.HttpMethod, body?: unknown): Promise<T>;
  /** For answers and bodies that are streams; the caller reads the answer to its end. */
  stream(path: string, method?: Dispatcher.HttpMethod, body?: Buffer): Promise<NodeJS.ReadableStream>;
}

/** @param engine `unix:///path` or `tcp://host:port` */
export function engineClient(engine: string, patience = 300_000): EngineClient {
  const { protocol, pathname, host } = new URL(engine);
  const socket = protocol === "unix:" ? { socketPath: pathname } : {};
  const dispatcher = new Agent({ connect: { ...socket, timeout: patience }, headersTimeout: patience });
  const origin = protocol === "unix:" ? "http://engine" : `http://${host}`;

  const send = async (
    path: string,
    method: Dispatcher.HttpMethod,
    body: Buffer | string | null,
    type: string,
  ) => {
    const answer = await request(`${origin}${path}`, {
      dispatcher,
      method,
      body,
      headers: { "content-type": type },
    });
    if (answer.statusCode < 400) return answer.body;
    throw new Error(
      `${method} ${path} on ${engine}: ${answer.statusCode} ${(await answer.body.text()).trim()}`,
    );
  };

  return {
    json: async <T,>(path: string, method: Dispatcher.HttpMethod = "GET", body?: unknown) => {
      const answer = await send(
        path,
        method,
        body === undefined ? null : JSON.stringify(body),
        "application/json",
      );
      const text = await answer.text();
      return (text ? JSON.parse(text) : undefined) as T;
    },
    stream: (path, method = "GET", body) => send(path, method, body ?? null, "application/x-tar"),
    [Symbol.dispose]: () => void dispatcher.destroy(),
  };
}

interface EngineVersion {
  Version: string;
  ApiVersion: string;
  Arch: string;
}

const ANSWERS_WITHIN = 3_000;

async function engineVersion(engine: string): Promise<EngineVersion> {
  using client = engineClient(engine, ANSWERS_WITHIN);
  return await client.json<EngineVersion>("/version");
}

export interface Engine {
  /** `unix:///path` or `tcp://host:port` */
  url: string;
  version: string;
  arch: string;
}

interface Search {
  engine: Engine | undefined;
  /** Why each place that was looked at is not it. */
  reasons: string[];
}

const DEFAULT_SOCKET = "unix:///var/run/docker.sock";

/** Looks where the docker CLI looks, then at `more` URLs. */
export async function findEngine(more: readonly string[] = []): Promise<Search> {
  const reasons: string[] = [];
  for (const { place, url } of await candidates(more)) {
    try {
      return { engine: await engineAt(url), reasons };
    } catch (error) {
      reasons.push(`${place}: ${messageOf(error)}`);
    }
  }
  return { engine: undefined, reasons };
}

export async function engineAt(url: string): Promise<Engine> {
  if (!/^(unix|tcp):\/\//.test(url)) throw new Error(`${url} is neither unix:// nor tcp://`);
  const { Version, ApiVersion, Arch } = await engineVersion(url);
  return { url, version: `${Version}, API ${ApiVersion}`, arch: Arch };
}

async function candidates(more: readonly string[]) {
  const { DOCKER_HOST } = process.env;
  if (DOCKER_HOST) return [{ place: "DOCKER_HOST", url: DOCKER_HOST }];
  const context = await urlOfDockerContext();
  return [
    { place: DEFAULT_SOCKET, url: DEFAULT_SOCKET },
    ...(context && context !== DEFAULT_SOCKET ? [{ place: "the current docker context", url: context }] : []),
    ...more.map((url) => ({ place: url, url })),
  ];
}

async function urlOfDockerContext(): Promise<string | undefined> {
  if (!(await which("docker"))) return undefined;
  try {
    return (await run("docker", ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"])).trim();
  } catch {
    return undefined;
  }
}
