import type { Readable } from "node:stream";
import { HttpError } from "../http-error";

const LARGEST = 8 * 1024 * 1024;
/** Milliseconds: a client that sends a byte now and then must not hold a connection for ever. */
const LONGEST = 5 * 60_000;

/** The body of a request, whole, of at most so many bytes, that comes within so many milliseconds. */
export async function readBody(
  incoming: Readable,
  largest = LARGEST,
  longest = LONGEST,
): Promise<Buffer<ArrayBuffer>> {
  const late = new HttpError(408, "Request timeout", "The body of the request did not come in time");
  const timer = setTimeout(() => incoming.destroy(late), longest);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > largest)
        throw new HttpError(413, "Request body too large", `At most ${largest} bytes are taken`);
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof HttpError) throw cause;
    throw new HttpError(400, "Request body incomplete", (cause as Error).message, { cause });
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks);
}
