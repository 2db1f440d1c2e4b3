import type { IncomingMessage, ServerResponse } from "node:http";
import type { Engine } from "../engine/engine";
import { unreachable } from "../failure";
import type { Draft } from "./draft";

/** Sends a request to the engine and waits for the head of its answer. Throws an `HttpError` if there is none. */
export async function send(
  engine: Engine,
  path: string,
  draft: Draft,
  response: ServerResponse,
): Promise<IncomingMessage> {
  const { request, content } = draft;
  const upstream = engine.request({ method: request.method, path, headers: draft.headers });
  response.once("close", () => {
    if (!response.writableFinished) upstream.destroy();
    else if (!request.complete) discardRest(request);
  });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    // After the answer has begun, an error can only mean that the engine reads no more of the body.
    upstream.on("response", resolve).on("error", reject);
  });
  if (content) upstream.end(content);
  else request.pipe(upstream);
  try {
    return await answer;
  } catch (cause) {
    throw unreachable(engine.address, cause);
  }
}

/** An engine may answer before it has read the body; the client's next request comes after all of it. */
function discardRest(request: IncomingMessage): void {
  request.unpipe();
  request.resume();
}
