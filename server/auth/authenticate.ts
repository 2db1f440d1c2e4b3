import type { IncomingHttpHeaders } from "node:http";
import { API_KEY_HEADER, SESSION_COOKIE } from "../../contract";
import type { Clock } from "../clock";
import { HttpError } from "../http-error";
import type { Store } from "../store/store";
import { userOfApiKey } from "./api-key";
import { type Caller, callerOf } from "./caller";
import { cookie } from "./csrf";
import type { Sessions } from "./session";

export interface Credentials {
  readonly headers: IncomingHttpHeaders;
  readonly query: URLSearchParams;
}

export type Credential =
  | { readonly kind: "apiKey"; readonly value: string }
  | { readonly kind: "cookie" | "bearer"; readonly value: string };

export interface Identity {
  readonly caller: Caller;
  readonly credential: Credential["kind"];
  /** Whether the password was shorter than required at the login that issued the token. */
  readonly forceChangePassword: boolean;
}

/** Is told who made a request. */
export interface UserRecorder {
  noteUser(headers: IncomingHttpHeaders, username: string): void;
}

const INVALID = () => new HttpError(401, "Invalid JWT token", "Unauthorized");

/** Finds out who makes a request. The first credential that is present decides, whether or not it is valid. */
export class Authenticator {
  readonly #store: Store;
  readonly #sessions: Sessions;
  readonly #clock: Clock;
  readonly #recorder: UserRecorder;

  constructor(store: Store, sessions: Sessions, clock: Clock, recorder: UserRecorder) {
    this.#store = store;
    this.#sessions = sessions;
    this.#clock = clock;
    this.#recorder = recorder;
  }

  async identify(credentials: Credentials): Promise<Identity> {
    const credential = credentialOf(credentials);
    if (!credential) throw new HttpError(401, "A valid authorization token is missing", "Unauthorized");
    const { kind, value } = credential;
    const opened = kind === "apiKey" ? await this.#openKey(value) : this.#sessions.open(value);
    if (!opened) throw INVALID();
    const { user, forceChangePassword } = opened;
    this.#recorder.noteUser(credentials.headers, user.Username);
    return { caller: callerOf(this.#store, user), credential: kind, forceChangePassword };
  }

  async #openKey(key: string) {
    const user = await userOfApiKey(this.#store, this.#clock, key);
    return user && { user, forceChangePassword: false };
  }
}

/** Refuses an API key together with a token, on public routes too. */
export function refuseTwoCredentials({ headers }: Credentials): void {
  const both = headers[API_KEY_HEADER] !== undefined && headers.authorization !== undefined;
  if (both && cookie(headers, SESSION_COOKIE) === undefined)
    throw new HttpError(403, "api key and auth header are not allowed at the same time");
}

export function credentialOf({ headers, query }: Credentials): Credential | undefined {
  const apiKey = headers[API_KEY_HEADER] ?? apiKeyInQuery(query);
  if (typeof apiKey === "string" && apiKey !== "") return { kind: "apiKey", value: apiKey };
  const session = cookie(headers, SESSION_COOKIE);
  if (session !== undefined) return { kind: "cookie", value: session };
  const token = query.get("token") ?? headers.authorization?.replace(/^Bearer /, "");
  return token ? { kind: "bearer", value: token } : undefined;
}

function apiKeyInQuery(query: URLSearchParams): string | undefined {
  for (const [name, value] of query) if (name.toLowerCase() === API_KEY_HEADER) return value;
  return undefined;
}
