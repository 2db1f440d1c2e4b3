import type { Route } from "../contract/index";
import { type BodyOf, type Encoded, encodeBody } from "./body";
import { customHeaders, type Headers } from "./headers";
import type { CallOptions } from "./options";
import { fillPath, type Parameters, type Query, queryString } from "./path";
import { secretsIn } from "./secrets";
import { secondsOf } from "./timeout";
import type { Base } from "./url";

/** What any route may be called with. */
export interface AnyRequest extends BodyOf {
  readonly params?: Parameters;
  readonly query?: Query;
}

/** Where a client's calls go, and what all of them carry. */
export interface Defaults {
  readonly base: Base;
  readonly headers: Headers;
  readonly secrets: readonly string[];
  /** In seconds. */
  readonly requestTimeout: number;
}

/** One call, ready to be sent as often as need be. */
export interface Call {
  readonly route: Route;
  /** `/api/endpoints/3`, for people. */
  readonly path: string;
  /** Below the server's origin, `/sub/path/api/endpoints/3`. */
  readonly fullPath: string;
  readonly query: string;
  readonly headers: Headers;
  readonly body: Encoded;
  /** How long the server may be silent, in seconds; 0 for no limit. */
  readonly timeout: number;
  /** Whether an engine answers behind Portainer. */
  readonly isDocker: boolean;
  /** What must not show in an error. */
  readonly secrets: readonly string[];
}

/** Prepares a call of a route. Those of an engine are below a `gateway`, `/endpoints/1/docker/v1.41`. */
export function prepare(
  defaults: Defaults,
  route: Route,
  request: AnyRequest,
  options: CallOptions,
  gateway: string,
): Call {
  const path = gateway + fillPath(route, request.params);
  const body = encodeBody(route, request);
  const custom = { ...defaults.headers, ...customHeaders(options.headers) };
  return {
    route,
    path: `/api${path}`,
    fullPath: defaults.base.apiPath + path,
    query: queryString(request.query),
    headers: {
      "user-agent": "pulumi-portainer",
      accept: "application/json",
      ...custom,
      ...(body.contentType && { "content-type": body.contentType }),
    },
    body,
    timeout: options.timeout ?? secondsOf(route, defaults.requestTimeout),
    isDocker: gateway !== "",
    secrets: [
      ...defaults.secrets,
      ...Object.values(custom),
      ...(options.secrets ?? []),
      ...secretsIn(request.body),
      ...secretsIn(request.form),
    ],
  };
}
