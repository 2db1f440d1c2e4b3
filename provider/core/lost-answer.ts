import { isApiError, isConnectionError, isContractError } from "../../client";
import { until } from "./concurrency";

/**
 * Whether a write may have been done although it failed, because its answer was lost on the way: look before it is
 * tried again. A proxy says so too, by 502 or 504; and an answer that cannot be read is as good as lost.
 */
export function mayHaveHappened(error: unknown): boolean {
  if (isConnectionError(error)) return error.sent;
  if (isContractError(error)) return true;
  return isApiError(error) && (error.status === 502 || error.status === 504);
}

/** Does a write that comes to the same when it is done twice; once more if its answer was lost. */
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

/** Looks up what became of a write, as soon as the server is back: it may have gone away in the middle of it. */
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
