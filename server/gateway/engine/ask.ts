import { collect } from "../relay/collect";
import { answerToQuestion } from "./answer-of";
import type { Engine } from "./engine";

export interface EngineAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** Asks the engine something for the gateway's own use. */
export async function ask(engine: Engine, path: string, signal?: AbortSignal): Promise<EngineAnswer> {
  const response = await answerToQuestion(() => {
    const request = engine.request({ method: "GET", path, headers: [] });
    signal?.addEventListener("abort", () => request.destroy(signal.reason), { once: true });
    return request.end();
  });
  return { status: response.statusCode ?? 0, body: await collect(response) };
}

/** The same for what must succeed. Throws the engine's own reason. */
export async function askJson<T>(engine: Engine, path: string, signal?: AbortSignal): Promise<T> {
  const { status, body } = await ask(engine, path, signal);
  if (status === 200) return JSON.parse(body.toString()) as T;
  throw new Error(`${path} answered ${status}: ${body.toString("utf8", 0, 500).trim()}`);
}
