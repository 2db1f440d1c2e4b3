import { isApiError } from "../../client";
import { withNames } from "./names";
import type { Properties } from "./properties";

/** An error that says all there is to say: what, where, why and what to do. It is shown without a stack. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
}

/**
 * The object exists, but what was wished is not done. Pulumi keeps the object in its state with the reason, and
 * the next `up` goes on with an update.
 */
export class Unfinished extends Error {
  override readonly name = "Unfinished";
  readonly id: string;
  /** The resource's outputs as they are now. */
  readonly outputs: Properties;

  constructor(id: string, outputs: Properties, cause: unknown) {
    super(messageOf(cause), { cause });
    this.id = id;
    this.outputs = outputs;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The error as the engine may see it. The dynamic-provider process takes `id`, `code`, `details` and `stack` of an
 * error for things of its own, so a fresh one carries the message alone, with names where engines say ids.
 */
export function quiet(error: unknown): Error {
  const fresh = new Error(withNames(messageOf(error)));
  fresh.stack = "";
  return fresh;
}

/** A text with the full stop that it may lack. */
export const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

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
