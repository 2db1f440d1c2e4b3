import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { Call } from "../call";
import type { Answer } from "../rules/rule";
import { responseHeaders } from "./headers";

/** Passes an engine's answer on as it comes. */
export async function stream(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  writeHead(answer, response, responseHeaders(answer.rawHeaders, answer.headers));
  // A stream may say nothing for hours: the client must know meanwhile that it has begun.
  if (answer.headers["content-length"] === undefined) response.flushHeaders();
  await pipeline(answer, response);
}

/** Passes an engine's answer on as a rule wants it. */
export async function rewrite(
  call: Call,
  rule: Answer,
  answer: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await rule.rewrite(call, await buffer(answer));
  const headers = responseHeaders(answer.rawHeaders, answer.headers, true);
  const status = rule.status ?? answer.statusCode;
  if (status !== 204) headers.push("Content-Length", String(body.length));
  writeHead(answer, response, headers, rule.status);
  response.end(body);
}

function writeHead(
  answer: IncomingMessage,
  response: ServerResponse,
  headers: string[],
  status?: number,
): void {
  if (status === undefined) response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? "", headers);
  else response.writeHead(status, headers);
}
