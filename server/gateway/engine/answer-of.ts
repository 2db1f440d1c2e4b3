import type { ClientRequest, IncomingMessage } from "node:http";

/** Starts a request that has no body, or whose body can be had again. */
type Start = () => ClientRequest;

/** Waits for the head of the answer to a request. */
export function answerOf(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // After the answer has begun, an error can only mean that the engine reads no more of the body.
    request.on("response", resolve).on("error", reject);
  });
}

/**
 * The same for a question. An engine may close a kept connection just when it is used again, and says nothing then:
 * it is asked once more, as https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2 allows.
 */
export async function answerToQuestion(start: Start): Promise<IncomingMessage> {
  const first = start();
  try {
    return await answerOf(first);
  } catch (cause) {
    const isStale = first.reusedSocket && (cause as NodeJS.ErrnoException).code === "ECONNRESET";
    if (!isStale) throw cause;
    return await answerOf(start());
  }
}
