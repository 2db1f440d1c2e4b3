// Errors are marked by global symbols: `instanceof` would not recognise those of another copy of this package.
const API_ERROR = Symbol.for("pulumi-portainer.ApiError");
const CONNECTION_ERROR = Symbol.for("pulumi-portainer.ConnectionError");
const CONTRACT_ERROR = Symbol.for("pulumi-portainer.ContractError");
const LOGIN_ERROR = Symbol.for("pulumi-portainer.LoginError");

function has(value: unknown, mark: symbol): boolean {
  return typeof value === "object" && value !== null && mark in value;
}

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

/** The server answered with an error. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** The HTTP status. */
  readonly status: number;
  readonly method: string;
  /** The path asked for, `/api/endpoints/3`, without the query. */
  readonly path: string;
  /** What the server said: the `message` of a JSON body, the title of a web page, or the text. */
  readonly serverMessage: string;
  /** The server's `details`, if it gave any. */
  readonly details: string | undefined;
  /** Whether the body was JSON. A 404 in plain text means a wrong path or a proxy, never a missing object. */
  readonly isJson: boolean;
  /** Who answered: Portainer (or a proxy in front of it), or the engine behind it. */
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

/** Whether a value is an {@link ApiError}, of this or another copy of the package. */
export function isApiError(value: unknown): value is ApiError {
  return has(value, API_ERROR);
}

function describeRefusal({ method, path, status, serverMessage, details, hint }: Refusal): string {
  const text = [serverMessage, addsDetail(serverMessage, details) ? `(${details})` : ""]
    .filter(Boolean)
    .join(" ");
  return [`${method} ${path}: ${status}`, sentence(text), hint].filter(Boolean).join(" ");
}

/** Portainer repeats the message as details where it has none, and sends "Unauthorized" with every refusal. */
function addsDetail(message: string, details: string | undefined): boolean {
  const known = [message.toLowerCase(), "unauthorized", ""];
  return !known.includes(details?.toLowerCase() ?? "");
}

function sentence(text: string): string {
  return text === "" || /[.!?]$/.test(text) ? text : `${text}.`;
}

interface Interruption {
  readonly method: string;
  readonly url: string;
  readonly code: string;
  readonly sent: boolean;
  readonly reason: string;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** There was no answer, or the connection broke off. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  readonly method: string;
  /** Without query and credentials. */
  readonly url: string;
  /** The code of the system or of undici, `ECONNREFUSED`. */
  readonly code: string;
  /** Whether the request may have reached the server: then a write may have taken effect. */
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

/** Whether a value is a {@link ConnectionError}, of this or another copy of the package. */
export function isConnectionError(value: unknown): value is ConnectionError {
  return has(value, CONNECTION_ERROR);
}

function describeInterruption({ method, url, code, sent, reason, hint }: Interruption): string {
  const doubt =
    sent && method !== "GET" ? "The request may have reached the server all the same." : undefined;
  return [`${method} ${url}: ${reason} (${code}).`, doubt, hint].filter(Boolean).join(" ");
}

interface Mismatch {
  readonly method: string;
  readonly path: string;
  /** One or more, `/InstanceID: expected string`. */
  readonly expectations: readonly string[];
  readonly hint?: string | undefined;
}

/** The server answered with success, but not as its API is declared. The error never shows values of the answer. */
export class ContractError extends Error {
  override readonly name = "ContractError";
  readonly method: string;
  /** The path asked for, `/api/endpoints/3`, without the query. */
  readonly path: string;
  /** For each difference a JSON pointer into the answer, and what was expected there. */
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

/** Whether a value is a {@link ContractError}, of this or another copy of the package. */
export function isContractError(value: unknown): value is ContractError {
  return has(value, CONTRACT_ERROR);
}

/** A call needs credentials and the client has none; nothing was sent. */
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

/** Whether a value is a {@link LoginError}, of this or another copy of the package. */
export function isLoginError(value: unknown): value is LoginError {
  return has(value, LOGIN_ERROR);
}
