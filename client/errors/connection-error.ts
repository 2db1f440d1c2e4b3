const BRAND = Symbol.for("pulumi-portainer.ConnectionError");

export interface Interruption {
  readonly method: string;
  readonly url: string;
  readonly code: string;
  readonly sent: boolean;
  readonly reason: string;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** There was no answer, or it broke off. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  readonly method: string;
  /** Without query and credentials. */
  readonly url: string;
  /** The code of the system or of undici, `ECONNREFUSED`. */
  readonly code: string;
  /** Whether the request may have reached the server: then a write may have happened. */
  readonly sent: boolean;
  /** What to do about it. */
  readonly hint: string | undefined;

  constructor(interruption: Interruption) {
    super(describe(interruption), { cause: interruption.cause });
    this.method = interruption.method;
    this.url = interruption.url;
    this.code = interruption.code;
    this.sent = interruption.sent;
    this.hint = interruption.hint;
  }

  get [BRAND](): true {
    return true;
  }
}

/** Whether a value is a {@link ConnectionError}, also one of another copy of this package. */
export function isConnectionError(value: unknown): value is ConnectionError {
  return typeof value === "object" && value !== null && BRAND in value;
}

function describe({ method, url, code, sent, reason, hint }: Interruption): string {
  const doubt =
    sent && method !== "GET" ? "The request may have reached the server all the same." : undefined;
  return [`${method} ${url}: ${reason} (${code}).`, doubt, hint].filter(Boolean).join(" ");
}
