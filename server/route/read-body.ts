import type { IncomingMessage } from "node:http";
import { HttpError } from "../http-error";

const LARGEST = 8 * 1024 * 1024;

/** The body of a request, whole, of at most so many bytes. */
export async function readBody(incoming: IncomingMessage, largest = LARGEST): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largest)
      throw new HttpError(413, "Request body too large", `At most ${largest} bytes are taken`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
