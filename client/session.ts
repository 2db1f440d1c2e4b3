import { API_KEY_HEADER, TokenClaims } from "../contract/index";
import { type ApiError, isApiError } from "./errors/api-error";
import { once } from "./once";
import type { Credentials } from "./options";

/** A user of the server. */
export interface Account {
  readonly id: number;
  readonly username: string;
}

/** The headers that prove who asks. */
export interface Proof {
  readonly headers: Readonly<Record<string, string>>;
  /** The token of a login. */
  readonly token?: string;
}

/** Where calls get their proof from. */
export interface Session {
  /** The proof to send; `undefined` if the client has no credentials. */
  open(signal: AbortSignal): Promise<Proof | undefined>;
  /** After a 401: a newer proof than the refused one, if there can be one. */
  renew(refused: Proof, signal: AbortSignal): Promise<Proof | undefined>;
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

function fixedSession(proof: Proof | undefined): Session {
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

  const login = once(async (): Promise<Proof> => {
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
