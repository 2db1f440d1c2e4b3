import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createRawServer, type Server, type Socket } from "node:net";

/** Something that answers as a Docker engine might. Use with `await using`. */
export interface FakeEngine extends AsyncDisposable {
  readonly url: string;
  /** What it was asked, bodies read: oldest first. */
  readonly requests: SeenRequest[];
}

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** An engine that answers each request by a function, after it has read and noted it. */
export async function startFakeEngine(answer: RequestListener): Promise<FakeEngine> {
  const requests: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    const { method = "", url = "", headers } = request;
    requests.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    answer(request, response);
  });
  return { requests, ...(await listen(server)) };
}

/** An engine that answers JSON: by `METHOD /path`, a status and a body. Anything else is not found. */
export function startJsonEngine(
  answers: Record<string, [status: number, body: unknown]>,
): Promise<FakeEngine> {
  return startFakeEngine((request, response) => {
    const path = request.url?.split("?")[0];
    const [status, body] = answers[`${request.method} ${path}`] ?? [404, { message: "not found" }];
    const text = typeof body === "string" ? body : JSON.stringify(body);
    response.writeHead(status, { "Content-Type": "application/json", "Api-Version": "1.41" });
    response.end(status === 204 ? undefined : text);
  });
}

/** An engine that takes whatever is sent and keeps it byte for byte. */
export async function startRawBodyEngine() {
  const bodies: { type: string | undefined; body: Buffer }[] = [];
  const server = createServer(async (request, response) => {
    bodies.push({ type: request.headers["content-type"], body: Buffer.concat(await request.toArray()) });
    response.end();
  });
  return { bodies, ...(await listen(server)) };
}

/** An engine of raw connections, for what no HTTP server would do. */
export async function startRawEngine(onConnection: (socket: Socket) => void): Promise<FakeEngine> {
  const server = createRawServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    onConnection(socket);
  });
  return { requests: [], ...(await listen(server)) };
}

async function listen(server: Server) {
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
