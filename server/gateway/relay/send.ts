import type { ClientRequest, IncomingMessage, ServerResponse } from "node:http";
import { answerOf, answerToQuestion, type Engine } from "../engine/engine";
import { unreachable } from "../failure";
import type { OutgoingRequest } from "./outgoing-request";

/** Sends a request to the engine and waits for the head of its answer. Throws an `HttpError` if there is none. */
export async function send(
  engine: Engine,
  path: string,
  outgoing: OutgoingRequest,
  response: ServerResponse,
): Promise<IncomingMessage> {
  const { request, content } = outgoing;
  let upstream: ClientRequest | undefined;
  const start = () => {
    upstream = engine.request({ method: request.method, path, headers: outgoing.headers });
    return upstream;
  };
  response.once("close", () => {
    if (!response.writableFinished) upstream?.destroy();
    else if (!request.complete) discardRest(request);
  });
  try {
    if (isQuestion(request)) return await answerToQuestion(() => start().end());
    const started = start();
    const answer = answerOf(started);
    if (content) started.end(content);
    else request.pipe(started);
    return await answer;
  } catch (cause) {
    throw unreachable(engine.address, cause);
  }
}

function isQuestion({ method, headers }: IncomingMessage): boolean {
  const hasBody = headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
  return (method === "GET" || method === "HEAD") && !hasBody;
}

/** An engine may answer before it has read the body. The rest must be read, because the client's next request follows it. */
function discardRest(request: IncomingMessage): void {
  request.unpipe();
  request.resume();
}
