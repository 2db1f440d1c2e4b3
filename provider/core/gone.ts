import { isApiError } from "../../client";

/**
 * Whether the answer says that the object is not there: a 404 in JSON. A 404 in text comes from a proxy or a wrong
 * path and says nothing of the object. Ask only a server that is known (`Connection.sameServer`).
 */
export function isNotFound(error: unknown): boolean {
  return isApiError(error) && error.status === 404 && error.isJson;
}

/** Whether it is the environment, not an object on it, that is not there. */
export function isEnvironmentGone(error: unknown): boolean {
  return isNotFound(error) && isApiError(error) && error.source === "portainer";
}

/** What a call answers, or `undefined` when the object that it asks for is not there. */
export async function unlessNotFound<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
