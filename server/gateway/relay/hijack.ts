import type { ClientRequest, IncomingMessage } from "node:http";
import { Duplex } from "node:stream";
import type { Engine } from "../engine/engine";
import { unreachable } from "../failure";
import { requestHeaders } from "./headers";
import { join } from "./join";
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
export async function hijack(engine: Engine, path: string, takeover: Takeover): Promise<void> {
  const { request, connection, head } = takeover;
  const body = await takeBody(request, connection, head);
  const upstream = engine.requestOnce({
    method: request.method,
    path,
    headers: [
      ...requestHeaders(request.rawHeaders, request.headers),
      ...["Connection", "Upgrade", "Upgrade", request.headers.upgrade ?? "tcp"],
      ...["Content-Length", String(body.length)],
    ],
  });
  const abandon = () => upstream.destroy();
  connection.once("close", abandon);
  upstream.end(body);
  const { answer, raw } = await decisionOf(upstream, engine);
  connection.off("close", abandon);
  if (raw) {
    writeAgreement(connection, answer);
    join(connection, raw);
  } else writeRefusal(connection, answer);
}

interface Decision {
  readonly answer: IncomingMessage;
  /** The raw stream, if the engine agrees. */
  readonly raw?: Duplex;
}

/** Engines older than API 1.20 agree with 200 and without a word about an upgrade. */
function isRaw({ statusCode, headers }: IncomingMessage): boolean {
  return statusCode === 200 && headers["content-type"] === "application/vnd.docker.raw-stream";
}

function decisionOf(upstream: ClientRequest, engine: Engine): Promise<Decision> {
  return new Promise((resolve, reject) => {
    upstream.once("upgrade", (answer, raw, rest) => {
      if (rest.length > 0) raw.unshift(rest);
      resolve({ answer, raw });
    });
    upstream.once("response", (answer) => {
      const raw = isRaw(answer) && Duplex.from({ readable: answer, writable: answer.socket });
      resolve({ answer, ...(raw && { raw }) });
    });
    upstream.on("error", (cause) => reject(unreachable(engine.address, cause)));
  });
}
