import { contract, SESSION_COOKIE } from "../contract";
import { anySignal } from "./abort";
import type { Caller, Shared } from "./caller";
import type { CallOptions } from "./options";

/**
 * Ends this client's login: the server revokes the token, and the next call logs in again. Without a login, as with an
 * API key, it sends nothing.
 */
export async function logOut(shared: Shared, call: Caller, options: CallOptions = {}): Promise<void> {
  const token = shared.session.token();
  if (token === undefined) return;
  try {
    const headers = { ...options.headers, ...(await cookieHeaders(shared, token, options)) };
    await call(contract.auth.logout, {}, { ...options, headers, authenticate: true });
  } finally {
    shared.session.forget();
  }
}

/**
 * From 2.20 on Portainer reads the token to revoke from its cookie alone; from 2.21 on it drops the connection where
 * the cookie is missing. A request with the cookie needs a CSRF token and a CSRF cookie, which come with any answer.
 */
async function cookieHeaders(
  { exchange, base, requestTimeout, signal }: Shared,
  token: string,
  options: CallOptions,
): Promise<Record<string, string>> {
  const cookie = `${SESSION_COOKIE}=${token}`;
  const { headers, body } = await exchange({
    method: "GET",
    path: `${base.apiPath}${contract.status.getSystem.path}`,
    query: "",
    headers: { ...options.headers, cookie },
    timeout: options.timeout ?? requestTimeout,
    signal: anySignal(signal, options.signal),
    secrets: [token],
  });
  body.resume();
  const csrfToken = headers["x-csrf-token"];
  // undici gives a single cookie as a string, although its type is an array.
  const cookies = [headers["set-cookie"] ?? []].flat();
  const csrfCookie = cookies.find((it) => it.startsWith("_gorilla_csrf="))?.split(";")[0];
  return {
    cookie: csrfCookie ? `${cookie}; ${csrfCookie}` : cookie,
    // The CSRF check requires it over TLS.
    referer: `${base.href}/`,
    ...(typeof csrfToken === "string" && csrfToken !== "" && { "x-csrf-token": csrfToken }),
  };
}
