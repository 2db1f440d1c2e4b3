import type { Route } from "../contract/index";
import { anySignal } from "./abort";
import { readAnswer } from "./answer";
import { isReplayable } from "./body";
import { type AnyRequest, type Call, type Defaults, prepare } from "./call";
import { isApiError } from "./errors/api-error";
import { LoginError } from "./errors/login-error";
import type { Exchange } from "./exchange";
import type { Limiter } from "./limiter";
import type { CallOptions } from "./options";
import { refusalOf } from "./refusal";
import { withRetries } from "./retry";
import type { Proof, Session } from "./session";

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

async function callWithProof(shared: Shared, call: Call, signal: AbortSignal): Promise<unknown> {
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

async function send(shared: Shared, call: Call, signal: AbortSignal, proof?: Proof): Promise<unknown> {
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
