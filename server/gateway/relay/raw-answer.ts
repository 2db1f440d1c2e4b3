import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { HttpError } from "../../http-error";
import { bodyOf, reasonOf } from "../failure";
import { responseHeaders } from "./headers";

/** Time for a client to read the last of an answer and close, in milliseconds: closing first could lose it. */
const LINGER = 2_000;

/** Writes the head by which an engine agrees to a raw stream, as it is. */
export function writeAgreement(connection: Duplex, answer: IncomingMessage): void {
  connection.write(headOf(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders));
}

/** Passes on an ordinary answer to a request that wanted the connection, and closes it. */
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
