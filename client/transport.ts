import { createPrivateKey, X509Certificate } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { PassThrough, type Readable } from "node:stream";
import { type Dispatcher, EnvHttpProxyAgent, Pool } from "undici";
import type { Method } from "../contract";
import { abortable } from "./abort";
import { ConnectionError } from "./errors";
import { diagnose } from "./hints";
import type { ClientOptions } from "./options";
import { redact } from "./secrets";
import type { Base } from "./url";

const CONCURRENCY = 8;

/** In seconds. Tells a host that does not answer from a server that is slow. */
const CONNECT_TIMEOUT = 10;

const PROXY_VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];

/**
 * The connections to a server: kept alive, limited in number, through a proxy if the environment variables name one.
 * `signal` closes them, also those that are being opened.
 */
export function createTransport(origin: string, options: ClientOptions, signal: AbortSignal): Dispatcher {
  const connect = { ...tlsOptions(options), signal };
  const settings = {
    connections: options.concurrency ?? CONCURRENCY,
    pipelining: 1,
    // One request per connection, so that `connections` is the limit. Portainer itself speaks HTTP/1.1 only.
    allowH2: false,
    connectTimeout: Math.min(CONNECT_TIMEOUT, options.requestTimeout || CONNECT_TIMEOUT) * 1000,
    connect,
  };
  if (!PROXY_VARIABLES.some((name) => process.env[name])) return new Pool(origin, settings);
  return new EnvHttpProxyAgent({
    ...settings,
    requestTls: connect,
    // Limits requests that the proxy forwards to a plain HTTP server, too.
    factory: (server, inherited) => new Pool(server, { ...inherited, connections: settings.connections }),
  });
}

/** By the names of `node:tls`. */
interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized: boolean;
}

/**
 * Converts the client's options for `node:tls`.
 *
 * @throws TypeError that names the option at fault, never its value
 */
function tlsOptions({ caCert, clientCert, clientKey, skipVerify }: ClientOptions): TlsOptions {
  if (!clientCert !== !clientKey) {
    throw new TypeError("clientCert and clientKey belong together: give both or neither.");
  }
  if (caCert) readCertificate(caCert, "caCert");
  if (clientCert && clientKey) checkPair(clientCert, clientKey);
  return {
    ...(caCert && { ca: caCert }),
    ...(clientCert && { cert: clientCert }),
    ...(clientKey && { key: clientKey }),
    rejectUnauthorized: !skipVerify,
  };
}

function checkPair(clientCert: string, clientKey: string): void {
  const certificate = readCertificate(clientCert, "clientCert");
  if (!certificate.checkPrivateKey(readKey(clientKey))) {
    throw new TypeError("clientKey is not the key of clientCert.");
  }
}

function readCertificate(pem: string, option: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new TypeError(`${option} is not a certificate in PEM ("-----BEGIN CERTIFICATE-----").`);
  }
}

function readKey(pem: string) {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new TypeError(
      'clientKey is not an unencrypted private key in PEM ("-----BEGIN PRIVATE KEY-----").',
    );
  }
}

/** A request to send. */
interface Outgoing {
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

/** An answer of any status; its body is yet to be read. */
export interface Incoming {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Destroying it before its end closes the connection. */
  readonly body: Readable;
}

/** Sends a request, once. */
export type Exchange = (outgoing: Outgoing) => Promise<Incoming>;

/**
 * The only place that sends HTTP requests.
 *
 * @throws ConnectionError if there is no answer, or it breaks off, also while its body is read; an abort throws the
 * signal's reason
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

/** Notes that the request was written to a connection. Before that, the server cannot have done anything. */
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

/** The same bytes, with the client's own errors. An error of a body that nobody reads does not end the process. */
function withErrors(body: Readable, explain: (error: unknown) => unknown): Readable {
  const explained = new PassThrough();
  explained.on("error", () => {});
  explained.on("close", () => body.destroy());
  body.on("error", (error) => explained.destroy(explain(error) as Error));
  return body.pipe(explained);
}

function failure(error: unknown, outgoing: Outgoing, base: Base, sent: boolean): unknown {
  if (outgoing.signal.aborted) return outgoing.signal.reason;
  const { code, message } = rootOf(error);
  const { reason, hint } = diagnose(code, message, { ...base, timeout: outgoing.timeout });
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

interface Thrown {
  readonly code?: unknown;
  readonly name?: unknown;
  readonly message?: unknown;
  readonly errors?: readonly unknown[];
}

/** Does not use `instanceof`, because Jest runs tests in another realm than Node.js makes its errors in. */
function rootOf(error: unknown): { readonly code: string; readonly message: string } {
  const failed = Object(error) as Thrown;
  // A host with several addresses fails with one error for each; the first stands for all.
  if (failed.errors?.[0]) return rootOf(failed.errors[0]);
  return { code: String(failed.code ?? failed.name ?? "UNKNOWN"), message: String(failed.message ?? error) };
}
