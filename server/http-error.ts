/** A refusal, answered as `{ message, details }` by whichever plane catches it. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  readonly details: string;

  constructor(status: number, message: string, details = message, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.details = details;
  }
}
