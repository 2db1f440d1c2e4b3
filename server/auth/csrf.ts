import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { SESSION_COOKIE } from "../../contract";

/** The value of a cookie; may be empty. */
export function cookie(headers: IncomingHttpHeaders, name: string): string | undefined {
  for (const part of headers.cookie?.split(";") ?? []) {
    const [key, ...value] = part.split("=");
    if (key?.trim() === name) return value.join("=").trim();
  }
  return undefined;
}

const CSRF_COOKIE = "_gorilla_csrf";
const SAFE = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

interface IssuedToken {
  /** For the response header `X-CSRF-Token`; empty for clients without a session cookie. */
  readonly token: string;
  readonly setCookie?: string;
}

/**
 * Only a browser sends the session cookie by itself, so only a request with that cookie must prove, when it changes
 * something, that it comes from our own page: by the token handed out earlier, or by the browser's own word.
 */
export class CsrfGuard {
  readonly #secret: Buffer;

  constructor(secret: Buffer) {
    this.#secret = secret;
  }

  admits(method: string, headers: IncomingHttpHeaders): boolean {
    if (SAFE.has(method) || !cookie(headers, SESSION_COOKIE)) return true;
    if (headers["sec-fetch-site"] === "same-origin") return true;
    const seed = cookie(headers, CSRF_COOKIE);
    const given = headers["x-csrf-token"];
    return seed !== undefined && typeof given === "string" && this.#matches(seed, given);
  }

  issue(headers: IncomingHttpHeaders): IssuedToken {
    if (!cookie(headers, SESSION_COOKIE)) return { token: "" };
    const known = cookie(headers, CSRF_COOKIE);
    if (known) return { token: this.#tokenFor(known) };
    const seed = randomBytes(32).toString("base64url");
    return {
      token: this.#tokenFor(seed),
      setCookie: `${CSRF_COOKIE}=${seed}; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax`,
    };
  }

  #tokenFor(seed: string): string {
    return createHmac("sha256", this.#secret).update(seed).digest("base64");
  }

  #matches(seed: string, given: string): boolean {
    const wanted = Buffer.from(this.#tokenFor(seed));
    const actual = Buffer.from(given);
    return wanted.length === actual.length && timingSafeEqual(wanted, actual);
  }
}
