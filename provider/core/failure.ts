import type { Properties } from "./hidden";
import { withNames } from "./names";

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
