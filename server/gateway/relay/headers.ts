import type { IncomingHttpHeaders } from "node:http";

/** Names and values in turn, as `IncomingMessage.rawHeaders` has them. */
export type RawHeaders = readonly string[];

/** About one connection, not about the message: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];
/** Credentials of the caller for this server: never sent on. */
const CREDENTIALS = ["authorization", "cookie", "x-api-key", "x-csrf-token"];
/** Replaced: the engine gets its own host name, and the framing of the body that is sent. */
const REPLACED = ["host", "content-length", "expect", "http2-settings"];

/** Only this server may identify itself to an agent, or a caller to a cluster. */
const OF_AGENTS = ["x-portaineragent-publickey", "x-portaineragent-signature", "x-portaineragent-sa-token"];

const NOT_TO_THE_ENGINE = new Set([...HOP_BY_HOP, ...CREDENTIALS, ...REPLACED, ...OF_AGENTS]);
const NOT_TO_THE_CLIENT = new Set(HOP_BY_HOP);
const NOT_OF_A_REWRITTEN_BODY = new Set([...HOP_BY_HOP, "content-length", "content-encoding", "etag"]);

/** The headers of a request that its engine may see, without framing. */
export function requestHeaders(raw: RawHeaders, parsed: IncomingHttpHeaders): string[] {
  return without(raw, NOT_TO_THE_ENGINE, parsed.connection);
}

/** The headers of an engine's answer for the client. `rewritten`: the body was changed. */
export function responseHeaders(raw: RawHeaders, parsed: IncomingHttpHeaders, rewritten = false): string[] {
  return without(raw, rewritten ? NOT_OF_A_REWRITTEN_BODY : NOT_TO_THE_CLIENT, parsed.connection);
}

/** The framing of a request's body as the parser understood it: a `Connection` header cannot change it. */
export function framing(method: string | undefined, headers: IncomingHttpHeaders): string[] {
  if (headers["transfer-encoding"] !== undefined) return ["Transfer-Encoding", "chunked"];
  if (headers["content-length"] !== undefined) return ["Content-Length", headers["content-length"]];
  return method === "GET" || method === "HEAD" ? [] : ["Content-Length", "0"];
}

function without(raw: RawHeaders, names: ReadonlySet<string>, connection: string | undefined): string[] {
  const listed = namedIn(connection);
  const kept: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string;
    const key = name.toLowerCase();
    if (!names.has(key) && !(listed.includes(key) && key !== "content-length"))
      kept.push(name, raw[i + 1] as string);
  }
  return kept;
}

/** What almost every client sends. */
const ORDINARY = new Set([undefined, "keep-alive", "close"]);

function namedIn(connection: string | undefined): readonly string[] {
  return ORDINARY.has(connection) ? [] : (connection ?? "").toLowerCase().split(/\s*,\s*/);
}
