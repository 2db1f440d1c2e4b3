import { randomUUID } from "node:crypto";
import { parseDuration } from "../../contract/duration";
import { type Clock, unixSeconds } from "../clock";
import type { UserRecord } from "../store/records";
import type { Store } from "../store/store";

export interface Session {
  readonly jwt: string;
  readonly expires: Date;
}

interface Claims {
  readonly id: number;
  readonly jti: string;
  readonly forceChangePassword?: boolean;
  readonly iat: number;
  readonly exp: number;
}

/** Tokens of logged-in users. */
export class Sessions {
  readonly #store: Store;
  readonly #clock: Clock;
  #revoked: { readonly tokens: ReadonlySet<string>; readonly revision: number } | undefined;
  readonly #key: Buffer;
  #jwt: Jwt | undefined;

  constructor(store: Store, clock: Clock, key: Buffer) {
    this.#store = store;
    this.#clock = clock;
    this.#key = key;
  }

  /** @param forceChangePassword the password is shorter than required; reported by `GET /users/me`, not enforced */
  issue(user: UserRecord, forceChangePassword: boolean): Session {
    const iat = unixSeconds(this.#clock);
    const lifetime = parseDuration(this.#store.settings.get(1)?.UserSessionTimeout ?? "8h") ?? 0;
    const exp = iat + Math.floor(lifetime / 1000);
    const { Id: id, Username: username, Role: role } = user;
    const jti = randomUUID();
    const jwt = this.#tokens.sign({
      id,
      username,
      role,
      scope: "default",
      forceChangePassword,
      exp,
      iat,
      jti,
    });
    return { jwt, expires: new Date(exp * 1000) };
  }

  /** The content of a token; undefined if it is invalid, expired or revoked. */
  open(jwt: string): { user: UserRecord; forceChangePassword: boolean } | undefined {
    const claims = this.#claims(jwt);
    if (!claims || claims.exp <= unixSeconds(this.#clock) || this.#isRevoked(claims)) return undefined;
    const user = this.#store.users.get(claims.id);
    if (!user || user.TokenIssueAt > claims.iat) return undefined;
    return { user, forceChangePassword: claims.forceChangePassword === true };
  }

  async revoke(jwt: string): Promise<void> {
    const claims = this.#claims(jwt);
    if (!claims) return;
    const { revokedTokens } = this.#store;
    await this.#store.change(() => {
      const now = unixSeconds(this.#clock);
      for (const { Id, Expires } of revokedTokens.list()) if (Expires <= now) revokedTokens.delete(Id);
      revokedTokens.insert((Id) => ({ Id, Token: claims.jti, Expires: claims.exp }));
    });
  }

  get #tokens(): Jwt {
    this.#jwt ??= loadJwt(this.#key);
    return this.#jwt;
  }

  #isRevoked({ jti }: Claims): boolean {
    const { revokedTokens } = this.#store;
    const { revision } = revokedTokens;
    if (this.#revoked?.revision !== revision)
      this.#revoked = { revision, tokens: new Set(revokedTokens.list().map(({ Token }) => Token)) };
    return this.#revoked.tokens.has(jti);
  }

  #claims(jwt: string): Claims | undefined {
    try {
      return this.#tokens.verify(jwt);
    } catch {
      return undefined;
    }
  }
}

interface Jwt {
  sign(claims: object): string;
  /** Throws if the token was not signed with this key. */
  verify(token: string): Claims;
}

/** Loads the library with the first token, to start faster. */
function loadJwt(key: Buffer): Jwt {
  const { createSigner, createVerifier } = require("fast-jwt") as typeof import("fast-jwt");
  return {
    sign: createSigner({ algorithm: "HS256", key }),
    // Expiry is checked against the server's own clock instead.
    verify: createVerifier({ algorithms: ["HS256"], key, ignoreExpiration: true, cache: true }),
  };
}
