import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { HttpError } from "../../http-error";

/** A request that takes its connection over has at most a few options in its body. */
const LIMIT = 1024 * 1024;

/**
 * Reads the body of a request that asks for an upgrade, which Node leaves on the connection, and leaves there what
 * comes after it.
 */
export async function takeBody(request: IncomingMessage, connection: Duplex, head: Buffer): Promise<Buffer> {
  if (request.headers["transfer-encoding"] !== undefined) {
    throw new HttpError(411, "Length required", "The body of a request to upgrade needs a Content-Length");
  }
  let missing = Number(request.headers["content-length"] ?? 0);
  if (missing > LIMIT) throw new HttpError(413, "Request body too large");
  if (head.length > 0) connection.unshift(head);
  const chunks: Buffer[] = [];
  while (missing > 0) {
    const chunk: Buffer | null = connection.read(Math.min(missing, connection.readableLength));
    if (chunk) {
      chunks.push(chunk);
      missing -= chunk.length;
    } else if (connection.destroyed || connection.readableEnded) {
      throw new HttpError(400, "Request body incomplete");
    } else await moreOf(connection);
  }
  return Buffer.concat(chunks);
}

async function moreOf(connection: Duplex): Promise<void> {
  const others = new AbortController();
  const events = ["readable", "end", "close"].map((it) => once(connection, it, { signal: others.signal }));
  await Promise.race(events);
  others.abort();
}
