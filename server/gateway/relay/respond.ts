import type { IncomingMessage, ServerResponse } from "node:http";
import type { Call } from "../call";
import { collect } from "../engine/engine";
import { AccessDenied, bodyOf, type Reply } from "../failure";
import type { Answer } from "../rules/rule";
import { responseHeaders } from "./headers";

/** A body this small, in bytes, is sent together with its head. */
const SMALL = 16 * 1024;

/** Passes an engine's answer on as it comes. */
export async function stream(answer: IncomingMessage, { response, headers: own }: Reply): Promise<void> {
  const length = answer.headers["content-length"];
  const body = Number(length) <= SMALL ? await collect(answer) : undefined;
  const headers = [...own, ...responseHeaders(answer.rawHeaders, answer.headers)];
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? "", headers);
  if (body) response.end(body);
  else {
    // A stream may say nothing for hours: the client must know meanwhile that it has begun.
    if (length === undefined) response.flushHeaders();
    await pass(answer, response);
  }
}

/** Not `pipeline`, which costs as much as all the rest of a small request. */
function pass(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    answer.on("end", resolve).on("error", reject).pipe(response);
  });
}

/** Passes an engine's answer on as a rule wants it; its headers stay, even on a denial. */
export async function rewrite(
  call: Call,
  rule: Answer,
  answer: IncomingMessage,
  { response, headers: own }: Reply,
): Promise<void> {
  const { status = answer.statusCode, body } = await rewritten(call, rule, await collect(answer));
  const headers = [...own, ...responseHeaders(answer.rawHeaders, answer.headers, true)];
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
