import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { type Clock, milliseconds } from "../clock";
import type { Target } from "./target";

/** A request as shown to tests, without secrets. */
export interface RecordedRequest {
  readonly method: string;
  /** The path without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** 0 until it is answered, or if the connection broke before that. */
  readonly status: number;
  /** Milliseconds since 1970, by the server's clock. */
  readonly at: number;
  readonly user?: string;
}

export interface RequestFilter {
  readonly method?: string;
  readonly path?: string | RegExp;
  /** Milliseconds since 1970. */
  readonly since?: number | Date;
}

type Entry = { -readonly [Key in keyof RecordedRequest]: RecordedRequest[Key] };

/** The number of requests to keep. */
const KEPT = 20_000;
const SECRET = /token|key|password|secret|authorization/i;

export class Recorder {
  readonly #clock: Clock;
  readonly #isOn: boolean;
  readonly #byHeaders = new WeakMap<IncomingHttpHeaders, Entry>();
  #entries: Entry[] = [];

  constructor(clock: Clock, isOn: boolean) {
    this.#clock = clock;
    this.#isOn = isOn;
  }

  record(request: IncomingMessage, target: Target, response?: ServerResponse): void {
    if (!this.#isOn) return;
    const query: Record<string, string> = {};
    for (const [name, value] of target.query) query[name] = SECRET.test(name) ? "[redacted]" : value;
    const at = milliseconds(this.#clock);
    const entry: Entry = { method: request.method ?? "", path: target.path, query, status: 0, at };
    this.#byHeaders.set(request.headers, entry);
    this.#entries.push(entry);
    if (this.#entries.length > KEPT) this.#entries = this.#entries.slice(KEPT / 2);
    response?.once("finish", () => {
      entry.status = response.statusCode;
    });
  }

  /** Adds the name of the user, once it is known. */
  noteUser(headers: IncomingHttpHeaders, username: string): void {
    const entry = this.#byHeaders.get(headers);
    if (entry) entry.user = username;
  }

  list({ method, path, since }: RequestFilter = {}): RecordedRequest[] {
    return this.#entries.filter(
      (entry) =>
        (method === undefined || entry.method === method) &&
        (path === undefined || matchesPath(path, entry.path)) &&
        (since === undefined || entry.at >= Number(since)),
    );
  }

  clear(): void {
    this.#entries = [];
  }
}

export function matchesPath(wanted: string | RegExp, path: string): boolean {
  return typeof wanted === "string" ? wanted === path : wanted.test(path);
}
