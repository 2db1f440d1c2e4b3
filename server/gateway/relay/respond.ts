import type { IncomingMessage, ServerResponse } from "node:http";
import { collect } from "../engine/engine";
import { AccessDenied, bodyOf, type Reply } from "../failure";
import type { AnswerStep, EngineCall } from "../rules/rule";
import { responseHeaders } from "./headers";

/** Bytes. A body up to this size is sent together with its head. */
const SMALL = 16 * 1024;

/** Passes an engine's answer on as it comes. */
export async function stream(answer: IncomingMessage, { response, headers: own }: Reply): Promise<void> {
  const length = answer.headers["content-length"];
  const body = Number(length) <= SMALL ? await collect(answer) : undefined;
  const headers = [...own, ...responseHeaders(answer.rawHeaders, answer.headers)];
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? "", headers);
  if (body) response.end(body);
  else {
    // A stream may send nothing for hours: the client must know that it has begun.
    if (length === undefined) response.flushHeaders();
    await pass(answer, response);
  }
}

/** Not `pipeline`: it costs as much as the rest of a small request. */
function pass(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    answer.on("end", resolve).on("error", reject).pipe(response);
  });
}

/** Passes an engine's answer on after a rule has changed it. Its headers stay, even when the rule denies it. */
export async function rewrite(
  call: EngineCall,
  rule: AnswerStep,
  answer: IncomingMessage,
  { response, headers: own }: Reply,
): Promise<void> {
  const { status = answer.statusCode, body } = await rewritten(call, rule, await collect(answer));
  const headers = [...own, ...responseHeaders(answer.rawHeaders, answer.headers, true)];
  if (status !== 204) headers.push("Content-Length", String(body.length));
  response.writeHead(status ?? 502, headers).end(body);
}

async function rewritten(
  call: EngineCall,
  rule: AnswerStep,
  body: Buffer,
): Promise<{ status?: number; body: Buffer }> {
  try {
    return { ...(rule.status && { status: rule.status }), body: await rule.rewrite(call, body) };
  } catch (error) {
    if (error instanceof AccessDenied) return { status: error.status, body: Buffer.from(bodyOf(error)) };
    throw error;
  }
}
