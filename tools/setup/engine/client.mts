import { Agent, type Dispatcher, request } from "undici";

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

export interface EngineVersion {
  Version: string;
  ApiVersion: string;
  Arch: string;
}

const ANSWERS_WITHIN = 3_000;

export async function engineVersion(engine: string): Promise<EngineVersion> {
  using client = engineClient(engine, ANSWERS_WITHIN);
  return await client.json<EngineVersion>("/version");
}
