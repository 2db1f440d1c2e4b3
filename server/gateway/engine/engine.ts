import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { HttpError } from "../../http-error";
import { reasonOf } from "../failure";
import type { GatewayEnvironment } from "../host";
import { type Address, addressOf, Connections, connect } from "./connections";

/** A request as it goes out. */
export interface EngineRequest {
  readonly method: string | undefined;
  readonly path: string;
  /** Names and values in turn, framing included. */
  readonly headers: readonly string[];
}

interface AskOptions {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An engine's answer to a request of the server's own. */
export interface EngineAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** The engine, or cluster, answered that it did not do what it was asked. */
export class EngineRefusal extends Error {
  readonly status: number;
  /** All that it said. */
  readonly text: string;
  /** The reason in what it said, if it is JSON, as engines and clusters answer. */
  get reason(): string {
    return /"(?:message|error)":"((?:[^"\\]|\\.)*)"/.exec(this.text)?.[1] ?? this.text.slice(0, 500);
  }

  constructor(method: string, path: string, { status, body }: EngineAnswer) {
    const text = body.toString().trim();
    super(`${method} ${path} answered ${status}: ${text.slice(0, 500)}`);
    this.status = status;
    this.text = text;
  }
}

/** The engine of one environment, or the API of a cluster, with its connections. */
export class Engine {
  readonly address: Address;
  readonly #environment: GatewayEnvironment;
  readonly #connections: Connections;
  #identity: { readonly id: Promise<string>; readonly until: number } | undefined;

  /** Throws the reason if the environment's URL names no engine. */
  constructor(environment: GatewayEnvironment) {
    this.#environment = structuredClone(environment);
    this.address = addressOf(environment);
    this.#connections = new Connections(this.address);
  }

  /** Whether it can still be used for the environment as it is stored now. */
  isFor({ url, tls, headers }: GatewayEnvironment): boolean {
    const own = this.#environment;
    return (
      own.url === url &&
      own.tls?.ca === tls?.ca &&
      own.tls?.cert === tls?.cert &&
      own.tls?.key === tls?.key &&
      own.tls?.skipVerify === tls?.skipVerify &&
      own.headers?.join() === headers?.join()
    );
  }

  /**
   * Asks for something on the server's own behalf, with an object as JSON for a body, and reads the answer, whatever its status.
   * Throws the reason if there is none.
   */
  async ask(method: string, path: string, body?: object, options: AskOptions = {}): Promise<EngineAnswer> {
    const { headers, signal } = options;
    const content = body === undefined ? "" : JSON.stringify(body);
    const lines = Object.entries(headers ?? {}).flat();
    if (body !== undefined) lines.push("Content-Type", "application/json");
    if (method !== "GET") lines.push("Content-Length", String(Buffer.byteLength(content)));
    const start = () => {
      const started = this.request({ method, path, headers: lines });
      const abort = () => started.destroy(signal?.reason);
      signal?.addEventListener("abort", abort, { once: true });
      started.once("close", () => signal?.removeEventListener("abort", abort));
      return started.end(content);
    };
    const answer = await (method === "GET" ? answerToQuestion(start) : answerOf(start()));
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: await collect(answer) };
  }

  /**
   * The same for what must succeed: the answer, decoded; `undefined` if it is empty. Throws an `EngineRefusal`, or the reason
   * why there is no answer.
   */
  async json<T>(method: string, path: string, body?: object, options?: AskOptions): Promise<T> {
    const answer = await this.ask(method, path, body, options);
    // 304: it is so already.
    if (answer.status >= 300 && answer.status !== 304) throw new EngineRefusal(method, path, answer);
    return (answer.body.length === 0 ? undefined : JSON.parse(answer.body.toString())) as T;
  }

  /** Starts a request on a kept connection. */
  request(what: EngineRequest): ClientRequest {
    return request({ ...this.#options(what), agent: this.#connections });
  }

  /** Starts a request on a connection of its own, for one that will be taken over. */
  requestOnce(what: EngineRequest): ClientRequest {
    return request({ ...this.#options(what), createConnection: () => connect(this.address) });
  }

  /**
   * The id that is part of its volumes' ids: the swarm's, or the engine's own. An engine keeps its own, but may join or leave a
   * swarm behind the gateway's back, so it is asked again after a while.
   */
  id(): Promise<string> {
    if (this.#identity && Date.now() <= this.#identity.until) return this.#identity.id;
    const identity = { id: this.#askId(), until: Date.now() + IDENTITY_VALID_FOR };
    this.#identity = identity;
    identity.id.catch(() => {
      if (this.#identity === identity) this.#identity = undefined;
    });
    return identity.id;
  }

  close(): void {
    this.#connections.destroy();
  }

  async #askId(): Promise<string> {
    const { ID, Swarm } = await this.json<Info>("GET", "/info");
    return Swarm?.Cluster?.ID || ID;
  }

  #options({ method, path, headers }: EngineRequest) {
    const own = ["Host", this.address.host, ...(this.#environment.headers ?? [])];
    return { method, path, headers: [...own, ...headers], setDefaultHeaders: false };
  }
}

interface Info {
  readonly ID: string;
  readonly Swarm?: { readonly Cluster?: { readonly ID?: string } | null };
}

/** In milliseconds. */
const IDENTITY_VALID_FOR = 10_000;

/** The engines in use, one per environment: their connections are kept between requests. */
export class Engines {
  readonly #byId = new Map<number, Engine>();

  /** The engine of an environment; a new one if its URL or certificates have changed. Throws an `HttpError`. */
  of(environment: GatewayEnvironment): Engine {
    const known = this.#byId.get(environment.id);
    if (known?.isFor(environment)) return known;
    known?.close();
    const engine = open(environment);
    this.#byId.set(environment.id, engine);
    return engine;
  }

  /** Lends the engine of an environment that may not be stored yet; no connection to it stays open. */
  async once<T>(environment: GatewayEnvironment, use: (engine: Engine) => Promise<T>): Promise<T> {
    const engine = new Engine(environment);
    try {
      return await use(engine);
    } finally {
      engine.close();
    }
  }

  forget(id: number): void {
    this.#byId.get(id)?.close();
    this.#byId.delete(id);
  }

  close(): void {
    for (const id of [...this.#byId.keys()]) this.forget(id);
  }
}

function open(environment: GatewayEnvironment): Engine {
  try {
    return new Engine(environment);
  } catch (cause) {
    throw new HttpError(500, "Unable to create proxy", reasonOf(cause), { cause });
  }
}

/** Waits for the head of the answer to a request. */
export function answerOf(started: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // After the answer has begun, an error can only mean that the engine reads no more of the body.
    started.on("response", resolve).on("error", reject);
  });
}

/**
 * The same for a question, which has no body. An engine may close a kept connection just when it is used again, and says
 * nothing then: it is asked once more, as https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2 allows.
 */
export async function answerToQuestion(start: () => ClientRequest): Promise<IncomingMessage> {
  const first = start();
  try {
    return await answerOf(first);
  } catch (cause) {
    const isStale = first.reusedSocket && (cause as NodeJS.ErrnoException).code === "ECONNRESET";
    if (!isStale) throw cause;
    return await answerOf(start());
  }
}

/** The whole body of an engine's answer. */
export function collect(answer: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    answer.on("data", (chunk: Buffer) => chunks.push(chunk));
    answer.on("end", () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    answer.on("error", reject);
  });
}
