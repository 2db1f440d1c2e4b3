import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { Engine } from "./gateway/engine/engine";
import type { GatewayEnvironment } from "./gateway/host";

export interface EngineCall {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface EngineAnswer {
  readonly status: number;
  readonly text: string;
}

/** Asks an engine on the server's own behalf. */
export async function callEngine(environment: GatewayEnvironment, call: EngineCall): Promise<EngineAnswer> {
  const engine = new Engine(environment);
  try {
    const content = call.body === undefined ? "" : JSON.stringify(call.body);
    const headers = Object.entries(call.headers ?? {}).flat();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      engine
        .request({
          method: call.method,
          path: call.path,
          headers: [
            ...headers,
            "Content-Type",
            "application/json",
            "Content-Length",
            String(Buffer.byteLength(content)),
          ],
        })
        .on("response", resolve)
        .on("error", reject)
        .end(content);
    });
    return { status: response.statusCode ?? 0, text: await text(response) };
  } finally {
    engine.close();
  }
}
