import type { IncomingHttpHeaders } from "node:http";
import { HttpError } from "../../http-error";

/** Any page may open a WebSocket to anywhere, and the browser adds the cookie: only this server's own page may. */
export function checkOrigin({ origin, host }: IncomingHttpHeaders): void {
  if (origin !== undefined && URL.parse(origin)?.host !== host) {
    throw new HttpError(403, "Origin not allowed", `Not from this server: ${origin}`);
  }
}
