/** Known by a global symbol, so that two copies of this package recognise each other's errors. */
const BRAND = Symbol.for("pulumi-portainer.ApiError");

export interface Refusal {
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
    super(describe(refusal));
    this.status = refusal.status;
    this.method = refusal.method;
    this.path = refusal.path;
    this.serverMessage = refusal.serverMessage;
    this.details = refusal.details;
    this.isJson = refusal.isJson;
    this.source = refusal.source;
    this.hint = refusal.hint;
  }

  get [BRAND](): true {
    return true;
  }
}

/** Whether a value is an {@link ApiError}, also one of another copy of this package. */
export function isApiError(value: unknown): value is ApiError {
  return typeof value === "object" && value !== null && BRAND in value;
}

function describe({ method, path, status, serverMessage, details, hint }: Refusal): string {
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
