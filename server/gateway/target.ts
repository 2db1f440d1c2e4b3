import type { Target } from "../http/target";
import { HttpError } from "../http-error";

/** What of the gateway a request asks for: something of an engine or cluster, or a terminal in one. */
export type GatewayTarget = Behind | Terminal;

/** `/api/endpoints/{endpoint}/docker/…` or `/kubernetes/…`. */
export interface Behind {
  readonly to: "docker" | "kubernetes";
  /** The environment, as it was written. */
  readonly endpoint: string;
  /** What follows, as it was sent. */
  readonly path: string;
  readonly search: string;
  /** All that was asked, with the caller's credentials. */
  readonly asked: Target;
}

/** `/api/websocket/…`: for a WebSocket of a browser. */
export interface Terminal {
  readonly to: "terminal";
  readonly kind: "exec" | "attach" | "pod" | "kubernetes-shell";
  readonly asked: Target;
}

const BEHIND = /^\/api\/endpoints\/([^/]+)(?:\/agent)?\/(docker|kubernetes)(\/.*)$/;
const TERMINAL = /^\/api\/websocket\/(exec|attach|pod|kubernetes-shell)$/;

/** Nothing for what is not the gateway's. */
export function gatewayTarget(asked: Target): GatewayTarget | undefined {
  const [, endpoint, to, path] = BEHIND.exec(asked.path) ?? [];
  if (endpoint !== undefined && path !== undefined)
    return { to: to as Behind["to"], endpoint, path, search: asked.search, asked };
  const kind = TERMINAL.exec(asked.path)?.[1] as Terminal["kind"] | undefined;
  return kind && { to: "terminal", kind, asked };
}

/** What an engine is asked. */
export interface EngineTarget {
  /** Path and query as the engine gets them: byte for byte what was sent, less the caller's credentials. */
  readonly path: string;
  /** The decoded path in parts, without the version: what the rules are matched with. */
  readonly segments: readonly string[];
}

/** The engine accepts any digits and dots as a version, so the rules must ignore as much. */
const VERSION = /^v[0-9.]+$/;

/** Throws an `HttpError` for a path that the engine might understand differently than the rules do. */
export function engineTarget({ path, search }: Pick<Behind, "path" | "search">): EngineTarget {
  if (hasFragment(path, search)) throw notOf("an engine", path);
  return { path: path + withoutCredentials(search), segments: segmentsOf(path) };
}

/** The parts of the path, or nothing where `engineTarget` would throw. */
export function segmentsIn(target: Pick<Behind, "path" | "search">): readonly string[] | undefined {
  try {
    return engineTarget(target).segments;
  } catch {
    return undefined;
  }
}

/** Engines route by the decoded path: `/containers%2Fweb` is the container for them, so it must be here. */
function segmentsOf(path: string): string[] {
  const [, ...segments] = decode(path).split("/");
  if (segments.at(-1) === "") segments.pop();
  if (segments.some((segment) => segment === "" || segment === "." || segment === ".."))
    throw notOf("an engine", path);
  if (VERSION.test(segments[0] ?? "")) segments.shift();
  return segments;
}

function decode(path: string): string {
  if (!path.includes("%")) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    throw notOf("an engine", path);
  }
}

const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:\/|%2f|$)/i;

/** Path and query for a cluster. Throws an `HttpError` for a path that may mean another than it says. */
export function clusterPath({ path, search }: Pick<Behind, "path" | "search">): string {
  if (hasFragment(path, search) || DOT_SEGMENT.test(path)) throw notOf("a cluster", path);
  return path + withoutCredentials(search);
}

/** A query without what lets its sender in here. */
function withoutCredentials(search: string): string {
  if (search.length < 2) return "";
  const kept = search
    .slice(1)
    .split("&")
    .filter((pair) => !isCredential(pair));
  return kept.length > 0 ? `?${kept.join("&")}` : "";
}

/** `?token=` and an API key in the query are how Portainer lets a browser authenticate. */
function isCredential(pair: string): boolean {
  const name = [...new URLSearchParams(pair).keys()][0];
  return name === "token" || name?.toLowerCase() === "x-api-key";
}

/** No client sends a fragment. */
const hasFragment = (path: string, search: string): boolean => path.includes("#") || search.includes("#");

const notOf = (what: string, path: string) =>
  new HttpError(400, "Invalid request path", `Not a path of ${what}: ${path}`);
