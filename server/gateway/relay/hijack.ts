import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Engine } from "../engine/engine";
import { requestHeaders } from "./headers";
import { join } from "./join";
import { openStream } from "./open-stream";
import { writeAgreement, writeRefusal } from "./raw-answer";
import { takeBody } from "./take-body";

/** A connection that a client wants to take over, and what it has sent on it behind the request's head. */
export interface Takeover {
  readonly request: IncomingMessage;
  readonly connection: Duplex;
  readonly head: Buffer;
}

/**
 * Passes on a request that turns its connection into a raw stream. Not one byte behind the request's body goes to
 * the engine before it has agreed: it would take it for another request, which nobody has checked.
 */
export async function hijack(
  engine: Engine,
  path: string,
  takeover: Takeover,
  /** Sent besides the client's own headers: names and values in turn. */
  more: readonly string[] = [],
): Promise<void> {
  const { request, connection, head } = takeover;
  const what = {
    method: request.method,
    path,
    upgrade: request.headers.upgrade ?? "tcp",
    headers: [...requestHeaders(request.rawHeaders, request.headers), ...more],
    body: await takeBody(request, connection, head),
  };
  const { answer, raw } = await openStream(engine, what, connection);
  if (raw) {
    writeAgreement(connection, answer);
    join(connection, raw);
  } else writeRefusal(connection, answer);
}
