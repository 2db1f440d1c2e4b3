import type { Method, Route } from "../contract";
import { anySignal, sleep } from "./abort";
import { readAnswer } from "./answer";
import { type ConnectionError, isApiError, isConnectionError, LoginError } from "./errors";
import type { Limiter } from "./limiter";
import type { CallOptions } from "./options";
import { refusalOf } from "./refusal";
import { type AnyRequest, type Defaults, isReplayable, type PreparedCall, prepare } from "./request";
import type { Authentication, Session } from "./session";
import type { Exchange } from "./transport";

const READS: readonly Method[] = ["GET", "HEAD"];
/** What a proxy answers while the server behind it restarts or is overloaded. */
const TRANSIENT_STATUSES = [502, 503, 504];
/** Failures that pass. A wrong certificate or an unknown host stays, a time-out has taken its time already. */
const TRANSIENT_CODES = [
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "UND_ERR_SOCKET",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
];

const FIRST_DELAY = 250;
const GROWTH = 4;

/**
 * Tries again where that is safe: a read three times in all, a write twice and only when nothing of it was sent.
 * A write whose answer was lost is for the caller to look after.
 */
async function withRetries<T>(method: Method, signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tried >= triesAllowed(method, error)) throw error;
    }
    await sleep(withJitter(FIRST_DELAY * GROWTH ** (tried - 1)), signal);
  }
}

function triesAllowed(method: Method, error: unknown): number {
  const reads = READS.includes(method);
  if (isApiError(error)) return reads && TRANSIENT_STATUSES.includes(error.status) ? 3 : 1;
  if (!isConnectionError(error) || !TRANSIENT_CODES.includes(error.code)) return 1;
  return reads ? 3 : triesOfWrite(error);
}

function triesOfWrite(error: ConnectionError): number {
  return error.sent ? 1 : 2;
}

/** Between three quarters and five quarters, so that parallel calls do not come back together. */
function withJitter(milliseconds: number): number {
  return milliseconds * (0.75 + Math.random() / 2);
}

/** What a client's calls share. */
export interface Shared extends Defaults {
  readonly exchange: Exchange;
  readonly session: Session;
  readonly limiter: Limiter;
  /** Ends every call. */
  readonly signal: AbortSignal;
}

/** Calls a route. Those of an engine are below a `gateway`, `/endpoints/1/docker/v1.41`. */
export type Caller = (
  route: Route,
  request?: AnyRequest,
  options?: CallOptions,
  gateway?: string,
) => Promise<unknown>;

/** The way of every call: prove who asks, send, try again where that is safe, read the answer. */
export function createCaller(shared: Shared): Caller {
  return async (route, request = {}, options = {}, gateway = "") => {
    const signal = anySignal(shared.signal, options.signal);
    signal.throwIfAborted();
    const call = prepare(shared, route, request, options, gateway);
    const needsProof = options.authenticate ?? route.access !== "public";
    return needsProof ? callWithProof(shared, call, signal) : send(shared, call, signal);
  };
}

async function callWithProof(shared: Shared, call: PreparedCall, signal: AbortSignal): Promise<unknown> {
  const proof = await shared.session.open(signal);
  if (!proof) throw new LoginError(call.route.method, call.path);
  try {
    return await send(shared, call, signal, proof);
  } catch (error) {
    const canRepeat = isExpired(error) && isReplayable(call.body);
    const renewed = canRepeat ? await shared.session.renew(proof, signal) : undefined;
    if (!renewed) throw error;
    return send(shared, call, signal, renewed);
  }
}

/** A token ends with its time, with the server's restart or with a change of its user. Nothing was done then. */
function isExpired(error: unknown): boolean {
  return isApiError(error) && error.status === 401 && error.isJson && error.source === "portainer";
}

async function send(
  shared: Shared,
  call: PreparedCall,
  signal: AbortSignal,
  proof?: Authentication,
): Promise<unknown> {
  const { route, fullPath, query, headers, body, timeout, secrets } = call;
  const attempt = async () => {
    if (route.limited) await shared.limiter.take(signal);
    const answer = await shared.exchange({
      method: route.method,
      path: fullPath,
      query,
      headers: { ...headers, ...proof?.headers },
      payload: body.payload,
      timeout,
      signal,
      secrets,
    });
    if (!isSuccess(route, answer.status)) throw await refusalOf(call, shared.base, answer);
    return readAnswer(call, answer);
  };
  return isReplayable(body) ? withRetries(route.method, signal, attempt) : attempt();
}

/** Proxies and engines vary the status of success. An engine's 304 says that what was asked for is so already. */
function isSuccess(route: Route, status: number): boolean {
  return (status >= 200 && status < 300) || (status === 304 && route.method !== "GET");
}
