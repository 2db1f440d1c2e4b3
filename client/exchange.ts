import type { IncomingHttpHeaders } from "node:http";
import { PassThrough, type Readable } from "node:stream";
import type { Dispatcher } from "undici";
import type { Method } from "../contract/index";
import { abortable } from "./abort";
import { ConnectionError } from "./errors/connection-error";
import { diagnose } from "./hints/connection";
import { redact } from "./secrets";
import type { Base } from "./url";

/** One request, ready to be sent. */
export interface Outgoing {
  readonly method: Method;
  /** Below the server's origin, `/sub/path/api/status`. */
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload?: string | Uint8Array | Readable | undefined;
  /** How long the server may be silent, in seconds; 0 for no limit. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  readonly secrets: readonly string[];
}

/** One answer, whatever its status, with its body still to come. */
export interface Incoming {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Whoever destroys it early closes the connection. */
  readonly body: Readable;
}

/** Sends one request, once. */
export type Exchange = (outgoing: Outgoing) => Promise<Incoming>;

/**
 * The only place that talks HTTP.
 *
 * @throws ConnectionError if there is no answer, also while its body is read; an abort throws the signal's reason
 */
export function createExchange(transport: Dispatcher, base: Base): Exchange {
  return async (outgoing) => {
    const progress = { sent: false };
    const explain = (error: unknown) => failure(error, outgoing, base, progress.sent);
    try {
      const answer = await abortable(request(transport, base, outgoing, progress), outgoing.signal);
      return { status: answer.statusCode, headers: answer.headers, body: withErrors(answer.body, explain) };
    } catch (error) {
      throw explain(error);
    }
  };
}

function request(transport: Dispatcher, base: Base, outgoing: Outgoing, progress: { sent: boolean }) {
  const { method, path, query, headers, payload, timeout, signal } = outgoing;
  return transport.compose(noteStart(progress)).request({
    origin: base.origin,
    path: path + query,
    method,
    headers,
    body: payload ?? null,
    headersTimeout: timeout * 1000,
    bodyTimeout: timeout * 1000,
    signal,
  });
}

/** Notes the moment in which the request is written to a connection: before it, nothing can have happened. */
function noteStart(progress: { sent: boolean }): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    const start = handler.onRequestStart?.bind(handler);
    handler.onRequestStart = (controller, context) => {
      progress.sent = true;
      start?.(controller, context);
    };
    return dispatch(options, handler);
  };
}

/** The same bytes, with errors in the words of this client. One that nobody reads does not end the process. */
function withErrors(body: Readable, explain: (error: unknown) => unknown): Readable {
  const explained = new PassThrough();
  explained.on("error", () => {});
  explained.on("close", () => body.destroy());
  body.on("error", (error) => explained.destroy(explain(error) as Error));
  return body.pipe(explained);
}

function failure(error: unknown, outgoing: Outgoing, base: Base, sent: boolean): unknown {
  if (outgoing.signal.aborted) return outgoing.signal.reason;
  const { code, words } = rootOf(error);
  const { reason, hint } = diagnose(code, words, { ...base, timeout: outgoing.timeout });
  return new ConnectionError({
    method: outgoing.method,
    url: base.origin + outgoing.path,
    code,
    sent,
    reason: redact(reason, outgoing.secrets),
    hint,
    cause: error,
  });
}

interface Failure {
  readonly code?: unknown;
  readonly name?: unknown;
  readonly message?: unknown;
  readonly errors?: readonly unknown[];
}

/** Not by `instanceof`: an error of Node.js itself is of another realm where tests run. */
function rootOf(error: unknown): { readonly code: string; readonly words: string } {
  const failed = Object(error) as Failure;
  // A host with several addresses fails with one error for each; the first speaks for all.
  if (failed.errors?.[0]) return rootOf(failed.errors[0]);
  return { code: String(failed.code ?? failed.name ?? "UNKNOWN"), words: String(failed.message ?? error) };
}
