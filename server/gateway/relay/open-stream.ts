import type { ClientRequest, IncomingMessage } from "node:http";
import { Duplex } from "node:stream";
import type { Engine } from "../engine/engine";
import { unreachable } from "../failure";

export interface StreamRequest {
  readonly method: string | undefined;
  readonly path: string;
  readonly upgrade: string;
  /** Without framing. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** What an engine says to the wish to take its connection over. */
export interface Decision {
  readonly answer: IncomingMessage;
  /** The raw stream in both directions, if it agrees. */
  readonly raw?: Duplex;
}

/**
 * Asks an engine for a raw stream. `client` is whom it is for: if that connection closes first, so does this one.
 * Throws an `HttpError` if the engine does not answer.
 */
export async function openStream(engine: Engine, what: StreamRequest, client: Duplex): Promise<Decision> {
  const { method, path, body } = what;
  const framing = ["Connection", "Upgrade", "Upgrade", what.upgrade, "Content-Length", String(body.length)];
  const upstream = engine.requestOnce({ method, path, headers: [...what.headers, ...framing] });
  const abandon = () => upstream.destroy();
  client.once("close", abandon);
  upstream.end(body);
  const decision = await decisionOf(upstream, engine);
  client.off("close", abandon);
  return decision;
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

/** Engines older than API 1.20 agree with 200 and without a word about an upgrade. */
function isRaw({ statusCode, headers }: IncomingMessage): boolean {
  return statusCode === 200 && headers["content-type"] === "application/vnd.docker.raw-stream";
}
