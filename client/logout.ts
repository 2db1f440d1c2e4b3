import { contract, SESSION_COOKIE } from "../contract";
import { anySignal } from "./abort";
import type { Caller, Shared } from "./caller";
import type { CallOptions } from "./options";

/**
 * Ends the login that this client made: the server revokes the token, and the next call logs in anew. Without a login,
 * as with an API key, there is nothing to end and nothing is sent.
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
 * Since 2.20 Portainer looks for the token in its cookie alone; from 2.21 it closes the connection where that is
 * missing. With the cookie it wants the CSRF token and the cookie that it sends with any answer to it.
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
  // undici gives one cookie as a text, whatever its types say.
  const cookies = [headers["set-cookie"] ?? []].flat();
  const csrfCookie = cookies.find((it) => it.startsWith("_gorilla_csrf="))?.split(";")[0];
  return {
    cookie: csrfCookie ? `${cookie}; ${csrfCookie}` : cookie,
    // The check wants to see where a request over TLS comes from.
    referer: `${base.href}/`,
    ...(typeof csrfToken === "string" && csrfToken !== "" && { "x-csrf-token": csrfToken }),
  };
}
