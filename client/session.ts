import { API_KEY_HEADER, TokenClaims } from "../contract";
import { abortable } from "./abort";
import { type ApiError, isApiError } from "./errors";
import type { Credentials } from "./options";

/** A value that is fetched when first asked for, once for all who ask, and kept. */
interface Once<T> {
  get(signal: AbortSignal): Promise<T>;
  /** The value, if it was fetched. */
  kept(): T | undefined;
  /** Has the next `get` fetch again, if this value is still the one kept. */
  forget(stale: T): void;
}

/** A failure is told to all who wait, and not kept. One who gives up does not end the fetch for the others. */
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

/** A user of the server. */
interface Account {
  readonly id: number;
  readonly username: string;
}

/** The headers that prove who asks. */
export interface Authentication {
  readonly headers: Readonly<Record<string, string>>;
  /** The token of a login. */
  readonly token?: string;
}

/** Where calls get their proof from. */
export interface Session {
  /** The proof to send; `undefined` if the client has no credentials. */
  open(signal: AbortSignal): Promise<Authentication | undefined>;
  /** After a 401: a newer proof than the refused one, if there can be one. */
  renew(refused: Authentication, signal: AbortSignal): Promise<Authentication | undefined>;
  /** The token of the login that the next call would use; `undefined` if there was none. */
  token(): string | undefined;
  /** Whose login it is, after `open`; `undefined` if there was none, or its token does not say. */
  account(): Account | undefined;
  /** Has the next call log in anew. */
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

function fixedSession(proof: Authentication | undefined): Session {
  return {
    open: async () => proof,
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
      const proof = login.kept();
      if (proof) login.forget(proof);
    },
  };
}

/** What the server itself refuses: a wrong password tried again, or anything while banned, prolongs the ban. */
function isFinal(error: unknown): error is ApiError {
  return isApiError(error) && error.isJson && [400, 403, 422].includes(error.status);
}

/** A token is a JWT; what stands in it is only read, the server checks it. */
function accountOf(token: string): Account | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    const { id, username } = TokenClaims.parse(claims);
    return { id, username };
  } catch {
    return undefined;
  }
}
