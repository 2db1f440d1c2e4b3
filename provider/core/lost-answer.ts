import { isApiError, isConnectionError, isContractError } from "../../client";
import { until } from "./concurrency";

/**
 * Whether a failed write may have taken effect, because only its answer was lost: check before you retry it. The same
 * holds for a proxy's 502 or 504, and for an answer that cannot be parsed.
 */
export function mayHaveHappened(error: unknown): boolean {
  if (isConnectionError(error)) return error.sent;
  if (isContractError(error)) return true;
  return isApiError(error) && (error.status === 502 || error.status === 504);
}

/** Runs an idempotent write, and retries it once if its answer was lost. */
export async function repeatIfLost<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!mayHaveHappened(error)) throw error;
    return await write();
  }
}

/** How long a server may take to restart, in milliseconds. */
const RESTART_MS = 60_000;

/** Looks up the outcome of a write whose answer was lost. Waits for a server that restarted during the write. */
export async function lookOnceBack<T>(signal: AbortSignal, look: () => Promise<T>): Promise<T> {
  const { seen } = await until(signal, async (seconds) => {
    try {
      return { seen: await look() };
    } catch (error) {
      if (!isConnectionError(error) || seconds * 1_000 >= RESTART_MS) throw error;
      return undefined;
    }
  });
  return seen;
}
