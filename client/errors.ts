/** Known by a global symbol, so that two copies of this package recognise each other's errors. */
const API_ERROR = Symbol.for("pulumi-portainer.ApiError");

interface Refusal {
  readonly status: number;
  readonly method: string;
  readonly path: string;
  readonly serverMessage: string;
  readonly details?: string | undefined;
  readonly isJson: boolean;
  readonly source: "portainer" | "engine";
  readonly hint?: string | undefined;
}

/** The server answered, and not with success. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** The HTTP status. */
  readonly status: number;
  readonly method: string;
  /** The path asked for, `/api/endpoints/3`, without the query. */
  readonly path: string;
  /** The server's own words: the `message` of a JSON body, the title of a web page, or the text. */
  readonly serverMessage: string;
  /** The server's `details`, if it gave any. */
  readonly details: string | undefined;
  /** Whether the body was JSON. A 404 in plain text is a wrong path or a proxy, never a missing object. */
  readonly isJson: boolean;
  /** Whose words these are: Portainer's (or a proxy's before it), or those of the engine behind it. */
  readonly source: "portainer" | "engine";
  /** What to do about it. */
  readonly hint: string | undefined;

  constructor(refusal: Refusal) {
    super(describeRefusal(refusal));
    this.status = refusal.status;
    this.method = refusal.method;
    this.path = refusal.path;
    this.serverMessage = refusal.serverMessage;
    this.details = refusal.details;
    this.isJson = refusal.isJson;
    this.source = refusal.source;
    this.hint = refusal.hint;
  }

  get [API_ERROR](): true {
    return true;
  }
}

/** Whether a value is an {@link ApiError}, also one of another copy of this package. */
export function isApiError(value: unknown): value is ApiError {
  return typeof value === "object" && value !== null && API_ERROR in value;
}

function describeRefusal({ method, path, status, serverMessage, details, hint }: Refusal): string {
  const said = [serverMessage, tellsMore(serverMessage, details) ? `(${details})` : ""]
    .filter(Boolean)
    .join(" ");
  return [`${method} ${path}: ${status}`, sentence(said), hint].filter(Boolean).join(" ");
}

/** Portainer repeats the message as details where it knows no more, and adds "Unauthorized" to every refusal. */
function tellsMore(message: string, details: string | undefined): boolean {
  const known = [message.toLowerCase(), "unauthorized", ""];
  return !known.includes(details?.toLowerCase() ?? "");
}

function sentence(text: string): string {
  return text === "" || /[.!?]$/.test(text) ? text : `${text}.`;
}

const CONNECTION_ERROR = Symbol.for("pulumi-portainer.ConnectionError");

interface Interruption {
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
    super(describeInterruption(interruption), { cause: interruption.cause });
    this.method = interruption.method;
    this.url = interruption.url;
    this.code = interruption.code;
    this.sent = interruption.sent;
    this.hint = interruption.hint;
  }

  get [CONNECTION_ERROR](): true {
    return true;
  }
}

/** Whether a value is a {@link ConnectionError}, also one of another copy of this package. */
export function isConnectionError(value: unknown): value is ConnectionError {
  return typeof value === "object" && value !== null && CONNECTION_ERROR in value;
}

function describeInterruption({ method, url, code, sent, reason, hint }: Interruption): string {
  const doubt =
    sent && method !== "GET" ? "The request may have reached the server all the same." : undefined;
  return [`${method} ${url}: ${reason} (${code}).`, doubt, hint].filter(Boolean).join(" ");
}

const CONTRACT_ERROR = Symbol.for("pulumi-portainer.ContractError");

interface Mismatch {
  readonly method: string;
  readonly path: string;
  /** One or more, `/InstanceID: expected string`. */
  readonly expectations: readonly string[];
  readonly hint?: string | undefined;
}

/** The server answered with success, but not what its API promises. Values of the answer are never named. */
export class ContractError extends Error {
  override readonly name = "ContractError";
  readonly method: string;
  /** The path asked for, `/api/endpoints/3`, without the query. */
  readonly path: string;
  /** A JSON pointer into the answer and what was expected there, for each difference. */
  readonly expectations: readonly string[];

  constructor({ method, path, expectations, hint }: Mismatch) {
    super(
      [`${method} ${path}: the answer is not as expected: ${expectations.join("; ")}.`, hint]
        .filter(Boolean)
        .join(" "),
    );
    this.method = method;
    this.path = path;
    this.expectations = expectations;
  }

  get [CONTRACT_ERROR](): true {
    return true;
  }
}

/** Whether a value is a {@link ContractError}, also one of another copy of this package. */
export function isContractError(value: unknown): value is ContractError {
  return typeof value === "object" && value !== null && CONTRACT_ERROR in value;
}

const LOGIN_ERROR = Symbol.for("pulumi-portainer.LoginError");

/** A call needs credentials and the client was given none; nothing was sent. */
export class LoginError extends Error {
  override readonly name = "LoginError";

  constructor(method: string, path: string) {
    super(
      `${method} ${path} needs credentials, and the client has none: give it an apiKey, or a username and a password.`,
    );
  }

  get [LOGIN_ERROR](): true {
    return true;
  }
}

/** Whether a value is a {@link LoginError}, also one of another copy of this package. */
export function isLoginError(value: unknown): value is LoginError {
  return typeof value === "object" && value !== null && LOGIN_ERROR in value;
}
