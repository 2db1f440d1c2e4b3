import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { Call } from "../call";
import { AccessDenied, bodyOf } from "../failure";
import type { Answer } from "../rules/rule";
import { responseHeaders } from "./headers";

/** Passes an engine's answer on as it comes. */
export async function stream(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  const headers = responseHeaders(answer.rawHeaders, answer.headers);
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? "", headers);
  // A stream may say nothing for hours: the client must know meanwhile that it has begun.
  if (answer.headers["content-length"] === undefined) response.flushHeaders();
  await pipeline(answer, response);
}

/** Passes an engine's answer on as a rule wants it; its headers stay, even on a denial. */
export async function rewrite(
  call: Call,
  rule: Answer,
  answer: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status = answer.statusCode, body } = await rewritten(call, rule, await buffer(answer));
  const headers = responseHeaders(answer.rawHeaders, answer.headers, true);
  if (status !== 204) headers.push("Content-Length", String(body.length));
  response.writeHead(status ?? 502, headers).end(body);
}

async function rewritten(call: Call, rule: Answer, body: Buffer): Promise<{ status?: number; body: Buffer }> {
  try {
    return { ...(rule.status && { status: rule.status }), body: await rule.rewrite(call, body) };
  } catch (error) {
    if (error instanceof AccessDenied) return { status: error.status, body: Buffer.from(bodyOf(error)) };
    throw error;
  }
}
