import { isConnectionError } from "../../client";

/** Whether a write may have been done although its answer never came: look before it is tried again. */
export function isLost(error: unknown): boolean {
  return isConnectionError(error) && error.sent;
}
