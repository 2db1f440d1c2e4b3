import type { IncomingMessage } from "node:http";
import { answerOf } from "./engine/answer-of";
import type { Engine } from "./engine/engine";
import { collect } from "./relay/collect";

/** What an agent says of itself. */
export interface AgentInfo {
  readonly version: string;
  readonly platform: "docker" | "kubernetes";
}

const PLATFORMS: Readonly<Record<string, AgentInfo["platform"]>> = { "1": "docker", "2": "kubernetes" };

/** Throws the reason if there is no agent. */
export async function pingAgent(engine: Engine, signal: AbortSignal): Promise<AgentInfo> {
  const request = engine.request({ method: "GET", path: "/ping", headers: [] });
  signal.addEventListener("abort", () => request.destroy(signal.reason), { once: true });
  const answer: IncomingMessage = await answerOf(request.end());
  await collect(answer);
  const { statusCode, headers } = answer;
  if (statusCode !== 204) throw new Error(`Failed request with status ${statusCode}`);
  const version = headers["portainer-agent"];
  if (typeof version !== "string" || version === "") throw new Error("Agent version header is missing");
  const platform = PLATFORMS[String(headers["portainer-agent-platform"])];
  if (!platform) throw new Error("Agent platform header is missing or invalid");
  return { version, platform };
}
