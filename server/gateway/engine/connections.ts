import { Agent, type ClientRequest } from "node:http";
import { connect as connectPlain, type Socket } from "node:net";
import type { Address } from "./address";

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
