import { isApiError } from "../../client";
import { isLost } from "../core/lost";

/**
 * Does a write once. When its answer is lost it is looked up whether it was done, and never blindly repeated. That
 * something is so already (304) is as good as done.
 */
export async function surely(write: () => Promise<unknown>, isDone: () => Promise<boolean>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (isApiError(error) && error.status === 304) return;
    if (isLost(error) && (await isDone())) return;
    throw error;
  }
}
