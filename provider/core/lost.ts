import { isApiError, isConnectionError, isContractError } from "../../client";

/**
 * Whether a write may have been done although it failed, because its answer was lost on the way: look before it is
 * tried again. A proxy says so too, by 502 or 504; and an answer that cannot be read is as good as lost.
 */
export function isLost(error: unknown): boolean {
  if (isConnectionError(error)) return error.sent;
  if (isContractError(error)) return true;
  return isApiError(error) && (error.status === 502 || error.status === 504);
}

/** Does a write that comes to the same when it is done twice; once more if its answer was lost. */
export async function repeatIfLost<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isLost(error)) throw error;
    return await write();
  }
}
