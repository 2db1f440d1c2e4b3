import type { Method } from "../contract/index";
import { sleep } from "./abort";
import { isApiError } from "./errors/api-error";
import { type ConnectionError, isConnectionError } from "./errors/connection-error";

const READS: readonly Method[] = ["GET", "HEAD"];
/** What a proxy answers while the server behind it restarts or is overloaded. */
const TRANSIENT_STATUSES = [502, 503, 504];
/** Failures that pass. A wrong certificate or an unknown host stays, a time-out has taken its time already. */
const TRANSIENT_CODES = [
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "UND_ERR_SOCKET",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
];

const FIRST_DELAY = 250;
const GROWTH = 4;

/**
 * Tries again where that is safe: a read three times in all, a write twice and only when nothing of it was sent.
 * A write whose answer was lost is for the caller to look after.
 */
export async function withRetries<T>(
  method: Method,
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tried >= triesAllowed(method, error)) throw error;
    }
    await sleep(withJitter(FIRST_DELAY * GROWTH ** (tried - 1)), signal);
  }
}

function triesAllowed(method: Method, error: unknown): number {
  const reads = READS.includes(method);
  if (isApiError(error)) return reads && TRANSIENT_STATUSES.includes(error.status) ? 3 : 1;
  if (!isConnectionError(error) || !TRANSIENT_CODES.includes(error.code)) return 1;
  return reads ? 3 : triesOfWrite(error);
}

function triesOfWrite(error: ConnectionError): number {
  return error.sent ? 1 : 2;
}

/** Between three quarters and five quarters, so that parallel calls do not come back together. */
function withJitter(milliseconds: number): number {
  return milliseconds * (0.75 + Math.random() / 2);
}
