import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { SETUP_TOKEN_HEADER } from "../../contract";
import { HttpError } from "../http-error";

/** Whoever makes a new server their own must know its setup token, where it has one. */
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
