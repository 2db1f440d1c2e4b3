import { CommandError } from "./command.mts";

/** Something this machine lacks or refuses: shown without a stack trace, because the reader can act on the words alone. */
export class SetUpError extends Error {
  override readonly name = "SetUpError";
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** For the end of a program: words for what a reader can act on, a stack trace for our own mistakes. */
export function explain(error: unknown): string {
  const expected =
    error instanceof SetUpError ||
    error instanceof CommandError ||
    !(error instanceof Error) ||
    error.name === "AbortError";
  return expected ? messageOf(error) : (error.stack ?? error.message);
}
