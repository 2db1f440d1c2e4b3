import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import { type ClientOptions, createClient, type PortainerClient } from "../../../client";

/** A request as the server got it. */
export interface Seen {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

export type Answer = (response: ServerResponse, request: Seen) => void;

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly requests: Seen[];
  /** How many connections were opened so far. */
  connections(): number;
}

/** A real server on a free port, that gives every request to `answer` and remembers it. */
export async function serve(answer: Answer, tls?: ServerOptions): Promise<TestServer> {
  const requests: Seen[] = [];
  const listener: RequestListener = async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const { method = "", url = "", headers } = incoming;
    const seen = { method, url, headers, body: Buffer.concat(chunks) };
    requests.push(seen);
    answer(response, seen);
  };
  return listen(
    tls ? createTlsServer(tls, listener) : createServer(listener),
    tls ? "https" : "http",
    requests,
  );
}

/** Starts a server on a free port; whoever disposes of it ends its connections too. */
export async function listen(server: Server, scheme = "http", requests: Seen[] = []): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let opened = 0;
  server.on("connection", (socket: Socket) => {
    opened += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    port,
    requests,
    connections: () => opened,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers every request alike. */
export function always(status: number, body?: unknown): Answer {
  return (response) => json(response, status, body);
}

export function json(response: ServerResponse, status: number, body?: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

export function text(response: ServerResponse, status: number, body: string, type = "text/plain"): void {
  response.writeHead(status, { "content-type": type });
  response.end(body);
}

export const API_KEY = "ptr_0123456789abcdefghijklmnopqrstuvwxyz";
export const STATUS = { Version: "2.23.0", InstanceID: "f0e1" };
export const USER = { Id: 3, Username: "ada", Role: 2 };

export function connect(url: string, options: Partial<ClientOptions> = {}): PortainerClient {
  return createClient({ url, credentials: { apiKey: API_KEY }, ...options });
}

/** Answers as the engine of an environment; `answer` gets what is not a question for its version. */
export function engine(
  answer: Answer,
  version: object = { Version: "20.10.24", ApiVersion: "1.41" },
): Answer {
  return (response, request) =>
    request.url.endsWith("/version") ? json(response, 200, version) : answer(response, request);
}

/** What a promise was rejected with. */
export async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it did not fail");
}
