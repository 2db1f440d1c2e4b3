import { HttpError } from "../../http-error";

/** What of the engine a request asks for. */
export interface Target {
  /** Path and query as the engine gets them: byte for byte what was sent, less the caller's credentials. */
  readonly path: string;
  /** The decoded path in parts, without the version: what the rules are matched with. */
  readonly segments: readonly string[];
}

const GATEWAY_PATH = /^\/api\/endpoints\/[^/?#]+\/(?:agent\/)?docker(\/[^?#]*)(\?[^#]*)?$/;
/** The engine takes any digits and dots for a version, so the rules must overlook as much. */
const VERSION = /^v[0-9.]+$/;

/** Throws an `HttpError` for a path that the engine might understand differently than the rules do. */
export function parseTarget(url: string): Target {
  const [, path, search = ""] = GATEWAY_PATH.exec(url) ?? [];
  if (path === undefined) throw unsafe(url);
  return { path: path + withoutCredentials(search), segments: segmentsOf(path) };
}

/** The parts of the path, or nothing where `parseTarget` would throw. */
export function segmentsIn(url: string): readonly string[] | undefined {
  try {
    return parseTarget(url).segments;
  } catch {
    return undefined;
  }
}

/** Engines route by the decoded path: `/containers%2Fweb` is the container for them, so it must be here. */
function segmentsOf(path: string): string[] {
  const [, ...segments] = decode(path).split("/");
  if (segments.at(-1) === "") segments.pop();
  if (segments.some((segment) => segment === "" || segment === "." || segment === "..")) throw unsafe(path);
  return VERSION.test(segments[0] ?? "") ? segments.slice(1) : segments;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw unsafe(path);
  }
}

/** A query without what lets its sender in here. */
export function withoutCredentials(search: string): string {
  const kept = search
    .slice(1)
    .split("&")
    .filter((pair) => !isCredential(pair));
  return search.length > 1 && kept.length > 0 ? `?${kept.join("&")}` : "";
}

/** `?token=` and an API key in the query are how Portainer lets a browser authenticate. */
function isCredential(pair: string): boolean {
  const name = [...new URLSearchParams(pair).keys()][0];
  return name === "token" || name?.toLowerCase() === "x-api-key";
}

const unsafe = (path: string) =>
  new HttpError(400, "Invalid request path", `Not a path of an engine: ${path}`);
