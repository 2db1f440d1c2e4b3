import type { Method, Route } from "../contract";
import { anySignal, sleep } from "./abort";
import { readAnswer } from "./answer";
import { type ApiError, type ConnectionError, isApiError, isConnectionError, LoginError } from "./errors";
import type { Limiter } from "./limiter";
import type { CallOptions } from "./options";
import { refusalOf } from "./refusal";
import { type AnyRequest, type Defaults, isReplayable, type PreparedCall, prepare } from "./request";
import type { Authentication, Session } from "./session";
import type { Exchange } from "./transport";

/** What a client's calls share. */
export interface Shared extends Defaults {
  readonly exchange: Exchange;
  readonly session: Session;
  readonly limiter: Limiter;
  /** Ends every call. */
  readonly signal: AbortSignal;
}

/** Calls a route. `gateway` is the path before an engine's route, `/endpoints/1/docker/v1.41`. */
export type Caller = (
  route: Route,
  request?: AnyRequest,
  options?: CallOptions,
  gateway?: string,
) => Promise<unknown>;

/** What every call goes through: authenticate, send, retry where that is safe, read the answer. */
export function createCaller(shared: Shared): Caller {
  return async (route, request = {}, options = {}, gateway = "") => {
    const signal = anySignal(shared.signal, options.signal);
    signal.throwIfAborted();
    const call = prepare(shared, route, request, options, gateway);
    const needsLogin = options.authenticate ?? route.access !== "public";
    return needsLogin ? callAuthenticated(shared, call, signal) : send(shared, call, signal);
  };
}

async function callAuthenticated(shared: Shared, call: PreparedCall, signal: AbortSignal): Promise<unknown> {
  const authentication = await shared.session.open(signal);
  if (!authentication) throw new LoginError(call.route.method, call.path);
  try {
    return await send(shared, call, signal, authentication);
  } catch (error) {
    const canRepeat = isExpired(error) && isReplayable(call.body);
    const renewed = canRepeat ? await shared.session.renew(authentication, signal) : undefined;
    if (!renewed) throw error;
    return send(shared, call, signal, renewed);
  }
}

/** A token ends with its lifetime, a restart of the server or a change of its user. The refused call had no effect. */
function isExpired(error: unknown): boolean {
  return isApiError(error) && error.status === 401 && error.isJson && error.source === "portainer";
}

async function send(
  shared: Shared,
  call: PreparedCall,
  signal: AbortSignal,
  authentication?: Authentication,
): Promise<unknown> {
  const { route, fullPath, query, headers, body, timeout, secrets } = call;
  const attempt = async () => {
    if (route.limited) await shared.limiter.take(signal);
    const answer = await shared.exchange({
      method: route.method,
      path: fullPath,
      query,
      headers: { ...headers, ...authentication?.headers },
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

/** Proxies and engines vary the status of success. 304 of an engine: the object is in that state already. */
function isSuccess(route: Route, status: number): boolean {
  return (status >= 200 && status < 300) || (status === 304 && route.method !== "GET");
}

const READS: readonly Method[] = ["GET", "HEAD"];

/**
 * A proxy answers these while the server behind it restarts or is overloaded. An engine answers 503 as well, for what
 * does not pass: that it is no manager of a swarm.
 */
const TRANSIENT_STATUSES = [502, 503, 504];

/** Failures that can pass. A wrong certificate or unknown host is permanent, and a time-out has waited long enough. */
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
 * Retries where that is safe: three attempts for a read, two for a write of which nothing was sent. A write whose
 * answer was lost is not repeated: whoever called looks up what became of it.
 */
async function withRetries<T>(method: Method, signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (attempts >= attemptsFor(method, error)) throw error;
    }
    await sleep(withJitter(FIRST_DELAY * GROWTH ** (attempts - 1)), signal);
  }
}

function attemptsFor(method: Method, error: unknown): number {
  const isRead = READS.includes(method);
  if (isApiError(error)) return isRead && isTransient(error) ? 3 : 1;
  if (!isConnectionError(error) || !TRANSIENT_CODES.includes(error.code)) return 1;
  return isRead ? 3 : attemptsForWrite(error);
}

const isTransient = ({ source, status }: ApiError): boolean =>
  source === "portainer" && TRANSIENT_STATUSES.includes(status);

function attemptsForWrite(error: ConnectionError): number {
  return error.sent ? 1 : 2;
}

/** 75 to 125 %, so that parallel calls do not retry at the same moment. */
function withJitter(milliseconds: number): number {
  return milliseconds * (0.75 + Math.random() / 2);
}
