import { isApiError } from "../../client";
import { withNames } from "./names";
import type { Properties } from "./properties";

/** An error that says what, where, why and what to do. It is shown without a stack trace. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
}

/**
 * The object exists, but it is not yet as desired. Pulumi stores the object with the reason, and the next `up`
 * continues with an update.
 */
export class Unfinished extends Error {
  override readonly name = "Unfinished";
  readonly id: string;
  /** The actual outputs of the resource. */
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
 * A fresh error with only the message, and with names in place of ids. Pulumi's dynamic-provider process uses `id`,
 * `code`, `details` and `stack` of an error for its own purposes, so the original must not reach it.
 */
export function quiet(error: unknown): Error {
  const fresh = new Error(withNames(messageOf(error)));
  fresh.stack = "";
  return fresh;
}

/** The text, with a full stop if it lacks one. */
export const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/**
 * Whether the answer says that the object does not exist: a 404 in JSON. A 404 in plain text comes from a proxy or a
 * wrong path and says nothing about the object. Check the server first (`Connection.sameServer`).
 */
export function isNotFound(error: unknown): boolean {
  return isApiError(error) && error.status === 404 && error.isJson;
}

/** Whether the environment itself is gone, rather than an object on it. */
export function isEnvironmentGone(error: unknown): boolean {
  return isNotFound(error) && isApiError(error) && error.source === "portainer";
}

/** The answer of a call, or `undefined` when the object does not exist. */
export async function unlessNotFound<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
