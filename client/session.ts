import { API_KEY_HEADER, TokenClaims } from "../contract";
import { abortable } from "./abort";
import { type ApiError, isApiError } from "./errors";
import type { Credentials } from "./options";

/** A user of the server. */
interface Account {
  readonly id: number;
  readonly username: string;
}

/** The headers that authenticate a request. */
export interface Authentication {
  readonly headers: Readonly<Record<string, string>>;
  /** The token of a login. */
  readonly token?: string;
}

/** Authenticates the calls of a client. */
export interface Session {
  /** The headers to send, after a login if one is needed; `undefined` without credentials. */
  open(signal: AbortSignal): Promise<Authentication | undefined>;
  /** After a 401: headers of a newer login than the refused one, where a login is possible. */
  renew(refused: Authentication, signal: AbortSignal): Promise<Authentication | undefined>;
  /** The token of the present login; `undefined` if there was none. */
  token(): string | undefined;
  /** The user of the present login; `undefined` if there was none, or its token cannot be read. */
  account(): Account | undefined;
  /** Makes the next call log in again. */
  forget(): void;
}

/** `logIn` exchanges a name and password for a token. */
export function createSession(
  credentials: Credentials | undefined,
  logIn: (username: string, password: string) => Promise<string>,
): Session {
  if (!credentials) return fixedSession(undefined);
  if ("apiKey" in credentials) return fixedSession({ headers: { [API_KEY_HEADER]: credentials.apiKey } });
  return passwordSession(() => logIn(credentials.username, credentials.password));
}

function fixedSession(authentication: Authentication | undefined): Session {
  return {
    open: async () => authentication,
    renew: async () => undefined,
    token: () => undefined,
    account: () => undefined,
    forget: () => {},
  };
}

function passwordSession(logIn: () => Promise<string>): Session {
  let refusal: ApiError | undefined;

  const login = once(async (): Promise<Authentication> => {
    if (refusal) throw refusal;
    try {
      const token = await logIn();
      return { headers: { authorization: `Bearer ${token}` }, token };
    } catch (error) {
      if (isFinal(error)) refusal = error;
      throw error;
    }
  });

  return {
    open: (signal) => login.get(signal),
    renew(refused, signal) {
      login.forget(refused);
      return login.get(signal);
    },
    token: () => login.kept()?.token,
    account: () => accountOf(login.kept()?.token ?? ""),
    forget() {
      const present = login.kept();
      if (present) login.forget(present);
    },
  };
}

/** Refusals that a retry would make worse: each wrong password, and any login during a ban, prolongs the ban. */
function isFinal(error: unknown): error is ApiError {
  return isApiError(error) && error.isJson && [400, 403, 422].includes(error.status);
}

/** Reads the claims of a JWT. Their signature is the server's concern. */
function accountOf(token: string): Account | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    const { id, username } = TokenClaims.parse(claims);
    return { id, username };
  } catch {
    return undefined;
  }
}

/** A value that is fetched at the first `get`, once for all concurrent callers, and then kept. */
interface Once<T> {
  get(signal: AbortSignal): Promise<T>;
  /** The value, if it is there. */
  kept(): T | undefined;
  /** Makes the next `get` fetch again, unless another value was fetched meanwhile. */
  forget(stale: T): void;
}

/** A failure reaches all who wait and is not kept. A caller that aborts does not abort the fetch of the others. */
export function once<T>(fetch: () => Promise<T>): Once<T> {
  let kept: { readonly value: T } | undefined;
  let pending: Promise<T> | undefined;

  async function fetchAndKeep(): Promise<T> {
    try {
      const value = await fetch();
      kept = { value };
      return value;
    } finally {
      pending = undefined;
    }
  }

  return {
    async get(signal) {
      signal.throwIfAborted();
      if (kept) return kept.value;
      pending ??= fetchAndKeep();
      return abortable(pending, signal);
    },
    kept: () => kept?.value,
    forget(stale) {
      if (kept?.value === stale) kept = undefined;
    },
  };
}
