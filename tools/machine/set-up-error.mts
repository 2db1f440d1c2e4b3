import { CommandError } from "./command.mts";
import { interruption } from "./interruption.mts";

/** Something this machine lacks or refuses: shown without a stack trace, because the reader can act on the words alone. */
export class SetUpError extends Error {
  override readonly name = "SetUpError";
}

export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // fetch and undici say what went wrong in the cause only.
  return error.cause instanceof Error && error.message === "fetch failed"
    ? messageOf(error.cause)
    : error.message;
}

/** For the end of a program: words for what a reader can act on, a stack trace for our own mistakes. */
export function explain(error: unknown): string {
  const expected =
    error instanceof SetUpError ||
    error instanceof CommandError ||
    !(error instanceof Error) ||
    error.name === "AbortError" ||
    error === interruption.reason;
  return expected ? messageOf(error) : (error.stack ?? error.message);
}
