import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { SETUP_TOKEN_HEADER } from "../../contract";
import { type Clock, milliseconds } from "../clock";
import { HttpError } from "../http-error";

const ALWAYS_OPEN = new Set(["/api/status", "/api/settings/public"]);

/**
 * A server without administrator belongs to whoever comes first, so it closes after a while: until it is started
 * again it serves nothing but its status.
 */
export class AdminWindow {
  readonly #clock: Clock;
  readonly #timeout: number;
  readonly #hasAdministrator: () => boolean;
  #openedAt: number;
  #closed = false;

  constructor(clock: Clock, timeout: number, hasAdministrator: () => boolean) {
    this.#clock = clock;
    this.#timeout = timeout;
    this.#hasAdministrator = hasAdministrator;
    this.#openedAt = milliseconds(clock);
  }

  /** Whether to refuse a request for this target (path and query). */
  refuses(target: string): boolean {
    if (!this.#isClosed()) return false;
    return target.startsWith("/api") && !ALWAYS_OPEN.has(target);
  }

  reset(): void {
    this.#openedAt = milliseconds(this.#clock);
    this.#closed = false;
  }

  #isClosed(): boolean {
    if (this.#closed) return true;
    const isOver = milliseconds(this.#clock) - this.#openedAt >= this.#timeout;
    this.#closed = isOver && !this.#hasAdministrator();
    return this.#closed;
  }
}

/** Throws unless the request carries the setup token, if the server has one. */
export function requireSetupToken(token: string | undefined, headers: IncomingHttpHeaders): void {
  if (token === undefined) return;
  const wanted = Buffer.from(token);
  const actual = Buffer.from(String(headers[SETUP_TOKEN_HEADER] ?? ""));
  if (wanted.length !== actual.length || !timingSafeEqual(wanted, actual))
    throw new HttpError(
      403,
      "Invalid or missing setup token. Provide the X-Setup-Token header with the token printed in the server logs at startup.",
    );
}
