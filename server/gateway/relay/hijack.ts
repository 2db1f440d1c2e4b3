import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, STATUS_CODES } from "node:http";
import { Duplex } from "node:stream";
import { HttpError } from "../../http-error";
import type { Engine } from "../engine/engine";
import { bodyOf, reasonOf, unreachable } from "../failure";
import { requestHeaders, responseHeaders } from "./headers";

/** A connection that a client wants to use as a raw stream, and the bytes that came after the head of its request. */
export interface Takeover {
  readonly request: IncomingMessage;
  readonly connection: Duplex;
  readonly head: Buffer;
}

/**
 * Passes on a request that turns its connection into a raw stream. What follows the request's body waits until the engine has
 * agreed: before, the engine would take it for another request, which nobody has checked.
 */
export async function hijack(
  engine: Engine,
  path: string,
  takeover: Takeover,
  /** Headers to send besides the client's own: names and values in turn. */
  more: readonly string[] = [],
): Promise<void> {
  const { request, connection, head } = takeover;
  const what = {
    method: request.method,
    path,
    upgrade: request.headers.upgrade ?? "tcp",
    headers: [...requestHeaders(request.rawHeaders, request.headers), ...more],
    body: await takeBody(request, connection, head),
  };
  const { answer, raw } = await openStream(engine, what, connection);
  if (raw) {
    writeAgreement(connection, answer);
    join(connection, raw);
  } else writeRefusal(connection, answer);
}

/** Bytes. The body of such a request has at most a few options. */
const LIMIT = 1024 * 1024;

/** Reads the body of a request for an upgrade. Node leaves it on the connection; what follows it stays there. */
async function takeBody(request: IncomingMessage, connection: Duplex, head: Buffer): Promise<Buffer> {
  if (request.headers["transfer-encoding"] !== undefined) {
    throw new HttpError(411, "Length required", "The body of a request to upgrade needs a Content-Length");
  }
  let missing = Number(request.headers["content-length"] ?? 0);
  if (missing > LIMIT) throw new HttpError(413, "Request body too large");
  if (head.length > 0) connection.unshift(head);
  const chunks: Buffer[] = [];
  while (missing > 0) {
    const chunk: Buffer | null = connection.read(Math.min(missing, connection.readableLength));
    if (chunk) {
      chunks.push(chunk);
      missing -= chunk.length;
    } else if (connection.destroyed || connection.readableEnded) {
      throw new HttpError(400, "Request body incomplete");
    } else await moreOf(connection);
  }
  return Buffer.concat(chunks);
}

async function moreOf(connection: Duplex): Promise<void> {
  const others = new AbortController();
  const events = ["readable", "end", "close"].map((it) => once(connection, it, { signal: others.signal }));
  await Promise.race(events);
  others.abort();
}

interface StreamRequest {
  readonly method: string | undefined;
  readonly path: string;
  readonly upgrade: string;
  /** Without framing. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** An engine's answer to a request for a raw stream. */
interface Decision {
  readonly answer: IncomingMessage;
  /** The raw stream in both directions, if it agrees. */
  readonly raw?: Duplex;
}

/**
 * Asks an engine for a raw stream, and gives up when the connection of the client closes first. Throws an `HttpError` if the
 * engine does not answer.
 */
export async function openStream(engine: Engine, what: StreamRequest, client: Duplex): Promise<Decision> {
  const { method, path, body } = what;
  const framing = ["Connection", "Upgrade", "Upgrade", what.upgrade, "Content-Length", String(body.length)];
  const upstream = engine.requestOnce({ method, path, headers: [...what.headers, ...framing] });
  const abandon = () => upstream.destroy();
  client.once("close", abandon);
  upstream.end(body);
  const decision = await decisionOf(upstream, engine);
  client.off("close", abandon);
  return decision;
}

function decisionOf(upstream: ClientRequest, engine: Engine): Promise<Decision> {
  return new Promise((resolve, reject) => {
    upstream.once("upgrade", (answer, raw, rest) => {
      if (rest.length > 0) raw.unshift(rest);
      resolve({ answer, raw });
    });
    upstream.once("response", (answer) => {
      const raw = isRaw(answer) && Duplex.from({ readable: answer, writable: answer.socket });
      resolve({ answer, ...(raw && { raw }) });
    });
    upstream.on("error", (cause) => reject(unreachable(engine.address, cause)));
  });
}

/** Engines older than API 1.20 agree with 200 and no `Upgrade` header. */
function isRaw({ statusCode, headers }: IncomingMessage): boolean {
  return statusCode === 200 && headers["content-type"] === "application/vnd.docker.raw-stream";
}

/** Milliseconds for a client to read the end of an answer and close. Closing first could lose it. */
const LINGER = 2_000;

/** Writes the head of an engine's answer that agrees to a raw stream, unchanged. */
function writeAgreement(connection: Duplex, answer: IncomingMessage): void {
  connection.write(headOf(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders));
}

/** Passes on an ordinary answer to a request for a raw stream, and closes the connection. */
export function writeRefusal(connection: Duplex, answer: IncomingMessage): void {
  const headers = [...responseHeaders(answer.rawHeaders, answer.headers), "Connection", "close"];
  connection.write(headOf(answer.statusCode ?? 502, answer.statusMessage, headers));
  answer.pipe(connection, { end: false });
  answer.once("close", () => closeGently(connection));
}

/** Answers a failure where there is no `ServerResponse` to do it with. */
export function writeFailure(connection: Duplex, cause: unknown): void {
  const error =
    cause instanceof HttpError ? cause : new HttpError(500, "Internal server error", reasonOf(cause));
  const body = bodyOf(error);
  const headers = ["Content-Type", "application/json", "Content-Length", String(Buffer.byteLength(body))];
  connection.write(headOf(error.status, undefined, [...headers, "Connection", "close"]) + body);
  closeGently(connection);
}

function headOf(status: number, message = STATUS_CODES[status] ?? "", headers: readonly string[]): string {
  const lines = [`HTTP/1.1 ${status} ${message}`];
  for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function closeGently(connection: Duplex): void {
  connection.end();
  connection.resume();
  setTimeout(() => connection.destroy(), LINGER).unref();
}

/**
 * Joins two connections. The end of one direction leaves the other open: `docker attach` ends its input and waits for the rest
 * of the output. When one side breaks off, so does the other.
 */
export function join(one: Duplex, other: Duplex): void {
  one.pipe(other);
  other.pipe(one);
  breakTogether(one, other);
  breakTogether(other, one);
}

function breakTogether(one: Duplex, other: Duplex): void {
  const end = () => {
    if (!one.readableEnded || one.errored) other.destroy();
  };
  one.on("error", end);
  one.once("close", end);
}
