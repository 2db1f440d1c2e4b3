import { validateHeaderName, validateHeaderValue } from "node:http";
import { API_KEY_HEADER } from "../contract/index";

export type Headers = Readonly<Record<string, string>>;

/** Portainer refuses requests that carry two proofs, so these come from the credentials alone. */
const PROOFS = ["authorization", API_KEY_HEADER];

/**
 * Custom headers, names in lower case.
 *
 * @throws TypeError for one that cannot be sent; it names the header, never its value
 */
export function customHeaders(headers: Headers = {}): Headers {
  const entries = Object.entries(headers).map(([name, value]) => {
    if (PROOFS.includes(name.toLowerCase())) {
      throw new TypeError(
        `headers must not set ${name}: give apiKey, or username and password, as credentials.`,
      );
    }
    checkHeader(name, value, `The header ${JSON.stringify(name)}`);
    return [name.toLowerCase(), value];
  });
  return Object.fromEntries(entries);
}

/** @throws TypeError that calls the header by the name `what` */
export function checkHeader(name: string, value: string, what: string): void {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch {
    throw new TypeError(
      `${what} cannot be sent: it holds a character that no header may hold, perhaps a line break at its end.`,
    );
  }
}
