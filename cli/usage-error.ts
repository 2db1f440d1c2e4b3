/** The command line is not valid, or the command cannot do it; the message says what to do instead. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  /** What the process ends with. */
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
