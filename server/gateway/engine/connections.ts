import { Agent, type ClientRequest } from "node:http";
import { connect as connectPlain, isIP, type NetConnectOpts, type Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import type { GatewayEnvironment } from "../host";

/** How to connect to an engine. */
export interface Address {
  readonly transport: "socket" | "network";
  readonly options: NetConnectOpts;
  /** Present when the connection is a TLS one. */
  readonly tls?: ConnectionOptions;
  /** The `Host` header. */
  readonly host: string;
}

/** Docker's registered ports, plain and TLS. */
const PORT = 2375;
const TLS_PORT = 2376;

/** A connection stays readable when the other side has said all, as it must for `docker attach`. */
const HALF_OPEN = { allowHalfOpen: true } as const;

/** Throws when the environment's URL names no engine. */
export function addressOf({ url, tls }: Pick<GatewayEnvironment, "url" | "tls">): Address {
  if (url.startsWith("unix://")) {
    return {
      transport: "socket",
      options: { path: url.slice("unix://".length), ...HALF_OPEN },
      host: "docker",
    };
  }
  const { protocol, hostname, port } = parse(url);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const secure = tls !== undefined || protocol === "https:";
  const address = {
    transport: "network",
    options: { host, port: Number(port) || defaultPort(protocol, secure), ...HALF_OPEN },
    host: port === "" ? hostname : `${hostname}:${port}`,
  } as const;
  if (!secure) return address;
  const { ca, cert, key, skipVerify = false } = tls ?? {};
  return {
    ...address,
    tls: {
      rejectUnauthorized: !skipVerify,
      ...(isIP(host) === 0 && { servername: host }),
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
    },
  };
}

function parse(url: string): URL {
  const parsed = URL.parse(url.includes("://") ? url : `tcp://${url}`);
  if (parsed?.hostname && ["tcp:", "http:", "https:"].includes(parsed.protocol)) return parsed;
  throw new Error(`Not the address of an engine: ${url}`);
}

function defaultPort(protocol: string, secure: boolean): number {
  if (protocol === "tcp:") return secure ? TLS_PORT : PORT;
  return secure ? 443 : 80;
}

/** A peer that has vanished without a word is noticed after about this long, in milliseconds. */
const KEEP_ALIVE_PROBE = 30_000;
/** Idle connections that are kept for an engine. */
const MOST_IDLE = 64;
/** A peer that announces how long it keeps an idle connection may be this much early, in milliseconds. */
const EARLY = 1_000;

/** Opens a connection to an engine; it connects, or emits `error`, later. */
export function connect({ options, tls }: Address): Socket {
  // Loaded for the first engine that wants it: a server without any saves 2 MB.
  const socket = tls
    ? process.getBuiltinModule("node:tls").connect({ ...options, ...tls })
    : connectPlain(options);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_PROBE);
  return socket;
}

interface Connection {
  readonly socket: Socket;
  isIdle: boolean;
  /** Milliseconds for which the engine keeps it when idle; 0 if it has not said. */
  keptFor: number;
}

/**
 * The connections to one engine, kept between requests. Node's own `Agent` sorts connections by host, counts them and queues
 * requests for them, which is a fifth of what a small request costs here, and one engine needs none of it.
 */
export class Connections extends Agent {
  readonly #address: Address;
  readonly #all = new Set<Connection>();
  /** Used again from the end: those at the beginning are left over from a busy moment. */
  readonly #idle: Connection[] = [];

  constructor(address: Address) {
    super({ keepAlive: true });
    this.#address = address;
  }

  /** `http.request` calls it for each request that it makes with this agent. */
  addRequest(request: ClientRequest): void {
    const kept = this.#idle.pop();
    if (kept) reuse(kept);
    const connection = kept ?? this.#open();
    request.reusedSocket = kept !== undefined;
    request.once("response", ({ headers }) => {
      connection.keptFor = announced(headers["keep-alive"]);
    });
    request.onSocket(connection.socket);
  }

  override destroy(): void {
    for (const { socket } of this.#all) socket.destroy();
  }

  #open(): Connection {
    const socket = connect(this.#address);
    const connection = { socket, isIdle: false, keptFor: 0 };
    this.#all.add(connection);
    socket.on("free", () => this.#keep(connection));
    const forget = () => this.#forget(connection);
    socket.on("close", forget).on("agentRemove", forget);
    /** An engine has nothing to say on an idle connection: it must not be taken for the answer to the next request. */
    const endIfIdle = () => {
      if (connection.isIdle) socket.destroy();
    };
    socket.on("data", endIfIdle).on("end", endIfIdle).on("timeout", endIfIdle);
    // Node tells the request that uses it; an idle one just closes.
    socket.on("error", () => {});
    return connection;
  }

  #keep(connection: Connection): void {
    const { socket, keptFor } = connection;
    if (!socket.writable || this.#idle.length >= MOST_IDLE) {
      socket.destroy();
      return;
    }
    if (keptFor > 0) socket.setTimeout(keptFor);
    connection.isIdle = true;
    this.#idle.push(connection);
  }

  #forget(connection: Connection): void {
    this.#all.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
  }
}

function reuse(connection: Connection): void {
  connection.isIdle = false;
  if (connection.keptFor > 0) connection.socket.setTimeout(0);
}

/** Some announce how long they keep an idle connection: `Keep-Alive: timeout=5`. */
function announced(keepAlive: string | string[] | undefined): number {
  const seconds = /^timeout=(\d+)/.exec(String(keepAlive ?? ""))?.[1];
  return seconds === undefined ? 0 : Math.max(Number(seconds) * 1000 - EARLY, 1);
}
