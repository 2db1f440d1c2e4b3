import { validateHeaderName, validateHeaderValue } from "node:http";
import { Readable } from "node:stream";
import FormData from "form-data";
import { API_KEY_HEADER, type FormFile, type Route } from "../contract";
import type { CallOptions } from "./options";
import { secretsIn } from "./secrets";
import type { Base } from "./url";

/** The request of any route. */
export interface AnyRequest extends BodyOf {
  readonly params?: PathValues;
  readonly query?: QueryValues;
}

/** The server of a client, and what all its calls have in common. */
export interface Defaults {
  readonly base: Base;
  readonly headers: Headers;
  readonly secrets: readonly string[];
  /** In seconds. */
  readonly requestTimeout: number;
}

/** A call that is ready to be sent, also more than once. */
export interface PreparedCall {
  readonly route: Route;
  /** `/api/endpoints/3`, for messages. */
  readonly path: string;
  /** Below the server's origin, `/sub/path/api/endpoints/3`. */
  readonly fullPath: string;
  readonly query: string;
  readonly headers: Headers;
  readonly body: Encoded;
  /** How long the server may be silent, in seconds; 0 for no limit. */
  readonly timeout: number;
  /** Whether it goes to an engine, through Portainer's gateway. */
  readonly isDocker: boolean;
  /** Texts that errors must not show. */
  readonly secrets: readonly string[];
}

/** Prepares a call of a route. `gateway` is the path before an engine's route, `/endpoints/1/docker/v1.41`. */
export function prepare(
  defaults: Defaults,
  route: Route,
  request: AnyRequest,
  options: CallOptions,
  gateway: string,
): PreparedCall {
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

type PathValues = Readonly<Record<string, string | number>>;

type QueryValues = Readonly<Record<string, unknown>>;

/** Fills the parameters into a route's path, encoded so that no value can lead to another route. */
function fillPath(route: Route, parameters: PathValues = {}): string {
  return route.path.replace(/:(\w+)/g, (_, name: string) => {
    const value = parameters[name];
    if (value === undefined)
      throw new TypeError(`${route.method} ${route.path} needs the parameter "${name}".`);
    const segments = route.slashes === name ? String(value).split("/") : [String(value)];
    return segments.map((segment) => encodeSegment(segment, route, name)).join("/");
  });
}

function encodeSegment(segment: string, route: Route, name: string): string {
  if (["", ".", ".."].includes(segment)) {
    throw new TypeError(
      `${route.method} ${route.path}: "${name}" must not be empty and not have a part that is empty, "." or "..".`,
    );
  }
  // ":" and "@" are valid in a path, and proxies compare image references literally.
  return encodeURIComponent(segment).replace(/%3A/g, ":").replace(/%40/g, "@");
}

/** `?a=1&b=2`, or an empty text. A list repeats its name. */
function queryString(query: QueryValues = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined) search.append(name, String(item));
    }
  }
  return search.size > 0 ? `?${search}` : "";
}

type Headers = Readonly<Record<string, string>>;

/** Portainer refuses requests with two kinds of credentials, so only the client's credentials set these. */
const CREDENTIAL_HEADERS = ["authorization", API_KEY_HEADER];

/**
 * Checks custom headers and lower-cases their names.
 *
 * @throws TypeError for one that cannot be sent; it names the header, never the value
 */
export function customHeaders(headers: Headers = {}): Headers {
  const entries = Object.entries(headers).map(([name, value]) => {
    if (CREDENTIAL_HEADERS.includes(name.toLowerCase())) {
      throw new TypeError(
        `headers must not set ${name}: give apiKey, or username and password, as credentials.`,
      );
    }
    checkHeader(name, value, `The header ${JSON.stringify(name)}`);
    return [name.toLowerCase(), value];
  });
  return Object.fromEntries(entries);
}

/** @throws TypeError for a header that cannot be sent; `what` names it in the message */
export function checkHeader(name: string, value: string, what: string): void {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch {
    throw new TypeError(
      `${what} cannot be sent: it holds a character that no header may hold, perhaps a line break at its end.`,
    );
  }
}

/** The body of a call: JSON, a form, or bytes. */
interface BodyOf {
  readonly body?: unknown;
  readonly form?: FormFields;
  readonly upload?: Uint8Array | Readable;
}

interface Encoded {
  readonly contentType?: string;
  readonly payload?: string | Uint8Array | Readable;
}

/** Encodes the body as the route declares it. */
function encodeBody(route: Route, request: BodyOf): Encoded {
  if (route.form) return encodeForm(request.form ?? {});
  if (route.upload && request.upload) return { contentType: route.upload, payload: request.upload };
  if (route.body) return { contentType: "application/json", payload: JSON.stringify(request.body ?? {}) };
  return {};
}

/** Whether the body can be sent a second time. */
export function isReplayable({ payload }: Encoded): boolean {
  return !(payload instanceof Readable);
}

type FormFields = Readonly<Record<string, string | FormFile | undefined>>;

/** A multipart form. Portainer reads every form in this encoding, with or without files. */
function encodeForm(fields: FormFields): { readonly contentType: string; readonly payload: Buffer } {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === "string") form.append(name, value);
    else if (value) form.append(name, Buffer.from(value.content), { filename: value.filename });
  }
  return { contentType: form.getHeaders()["content-type"] ?? "", payload: form.getBuffer() };
}

/** The least time-out of a call that makes an engine work, in seconds. */
const SLOW = 120;

/** How long the server may be silent in a call of this route, in seconds; 0 for no limit. */
function secondsOf({ pace }: Route, requestTimeout: number): number {
  if (pace === "endless") return 0;
  return pace === "slow" ? Math.max(requestTimeout, SLOW) : requestTimeout;
}
