import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";

/** How long the head of a request may take, in milliseconds, so that slow clients do not hold sockets for ever. */
const HEAD_TIMEOUT = 60_000;
/** How often to look for heads that take too long, in milliseconds; at least twice within `headTimeout`. */
const LOOK_EVERY = 30_000;
const KEEP_ALIVE = 65_000;
/** How often a closing port drops idle connections, in milliseconds. */
const IDLE_SWEEP = 50;

const TLS = { minVersion: "TLSv1.2" } as const;

export interface Listener {
  request(request: IncomingMessage, response: ServerResponse): unknown;
  takesOver(request: IncomingMessage): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): unknown;
}

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** PEM. With it, HTTPS is served. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** @default 60_000 */
  readonly headTimeout?: number | undefined;
}

/** An open port. */
export interface OpenPort {
  readonly url: string;
  /** Uses another certificate for new connections; only on a port for HTTPS. */
  useCertificate(tls: NonNullable<ListenOptions["tls"]>): void;
  /** Accepts no more requests, waits for those under way, and drops what is left after `grace` milliseconds. */
  close(grace: number): Promise<void>;
}

export async function open(listener: Listener, address: ListenOptions): Promise<OpenPort> {
  const { host, port, tls, headTimeout = HEAD_TIMEOUT } = address;
  const options = {
    headersTimeout: headTimeout,
    connectionsCheckingInterval: Math.min(LOOK_EVERY, headTimeout / 2),
    // Followed logs and large uploads may take any time.
    requestTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE,
    optimizeEmptyRequests: true,
    shouldUpgradeCallback: listener.takesOver,
  };
  // Loaded when it is asked for: a server of HTTP alone saves 2 MB.
  const secure =
    tls &&
    process.getBuiltinModule("node:https").createServer({ ...options, ...tls, ...TLS }, listener.request);
  const server = secure ?? createServer(options, listener.request);
  server.on("upgrade", listener.upgrade);
  const sockets = track(server);
  const answers = trackAnswers(server);
  await listen(server, port, host);
  return {
    url: urlOf(server, tls !== undefined),
    useCertificate: (next) => secure?.setSecureContext({ ...next, ...TLS }),
    close: closerOf(server, sockets, answers),
  };
}

/** All connections, upgraded ones included, which Node's server no longer knows. */
function track(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return sockets;
}

/** The answers that are under way. */
function trackAnswers(server: Server): ReadonlySet<ServerResponse> {
  const answers = new Set<ServerResponse>();
  server.prependListener("request", (_request, answer: ServerResponse) => {
    answers.add(answer);
    answer.once("close", () => answers.delete(answer));
  });
  return answers;
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function urlOf(server: Server, secure: boolean): string {
  const { address, family, port } = server.address() as AddressInfo;
  const host = family === "IPv6" ? `[${address}]` : address;
  return `${secure ? "https" : "http"}://${host}:${port}`;
}

/** Returns a function that closes the port. It may be called again with a shorter grace period. */
function closerOf(
  server: Server,
  sockets: ReadonlySet<Socket>,
  answers: ReadonlySet<ServerResponse>,
): OpenPort["close"] {
  let closed: Promise<void> | undefined;
  // A client that knows does not send its next request on a connection that is about to be closed.
  const isLast = (answer: ServerResponse) => {
    answer.shouldKeepAlive = false;
  };
  return async (grace) => {
    closed ??= new Promise<void>((resolve) => {
      for (const answer of answers) isLast(answer);
      server.prependListener("request", (_request, answer: ServerResponse) => isLast(answer));
      server.close(() => resolve());
    });
    // Clients keep connections that become idle only now.
    const sweeping = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP);
    const timer = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, grace);
    await closed;
    clearInterval(sweeping);
    clearTimeout(timer);
  };
}
