import { randomBytes, randomUUID } from "node:crypto";
import { createSigner, createVerifier } from "fast-jwt";
import { type Clock, unixSeconds } from "../clock";
import { parseDuration } from "../duration";
import type { UserRecord } from "../store/records";
import type { Store } from "../store/store";

export interface Session {
  readonly jwt: string;
  readonly expires: Date;
}

interface Claims {
  readonly id: number;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
}

/** Tokens of logged-in users. The secret is made at the start, so that a restart ends every session. */
export class Sessions {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #revoked = new Map<string, number>();
  readonly #sign: (claims: object) => string;
  readonly #verify: (token: string) => Claims;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    const key = randomBytes(32);
    this.#sign = createSigner({ algorithm: "HS256", key });
    // Expiry is judged here, by the server's own clock.
    this.#verify = createVerifier({ algorithms: ["HS256"], key, ignoreExpiration: true, cache: true });
  }

  issue(user: UserRecord, forceChangePassword: boolean): Session {
    const iat = unixSeconds(this.#clock);
    const lifetime = parseDuration(this.#store.settings.get(1)?.UserSessionTimeout ?? "8h") ?? 0;
    const exp = iat + Math.floor(lifetime / 1000);
    const { Id: id, Username: username, Role: role } = user;
    const jti = randomUUID();
    const jwt = this.#sign({ id, username, role, scope: "default", forceChangePassword, exp, iat, jti });
    return { jwt, expires: new Date(exp * 1000) };
  }

  /** The user of a token, or undefined when it is not, or no longer, valid. */
  userOf(jwt: string): UserRecord | undefined {
    const claims = this.#claims(jwt);
    if (!claims || claims.exp <= unixSeconds(this.#clock) || this.#revoked.has(claims.jti)) return undefined;
    const user = this.#store.users.get(claims.id);
    return user && user.TokenIssueAt <= claims.iat ? user : undefined;
  }

  revoke(jwt: string): void {
    const claims = this.#claims(jwt);
    if (!claims) return;
    const now = unixSeconds(this.#clock);
    for (const [jti, exp] of this.#revoked) if (exp <= now) this.#revoked.delete(jti);
    this.#revoked.set(claims.jti, claims.exp);
  }

  #claims(jwt: string): Claims | undefined {
    try {
      return this.#verify(jwt);
    } catch {
      return undefined;
    }
  }
}
