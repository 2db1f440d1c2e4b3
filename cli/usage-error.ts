/** The command line is not valid, or the command cannot do it; the message says what to do instead. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
