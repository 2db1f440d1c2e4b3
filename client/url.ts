/** The address of a server's API. */
export interface Base {
  readonly origin: string;
  /** With the port, if it is not the default one. */
  readonly host: string;
  readonly isTls: boolean;
  /** `/sub/path/api` */
  readonly apiPath: string;
  /** `https://portainer.example/sub/path`, for messages. */
  readonly href: string;
}

/**
 * Parses the `url` option.
 *
 * @throws TypeError that says what is wrong, without repeating what may be a password
 */
export function parseUrl(url: string): Base {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !["http:", "https:"].includes(parsed.protocol)) throw notHttp(url);
  if (parsed.username || parsed.password) {
    throw new TypeError(
      "The url of a Portainer server must not hold a user name or password: give them as credentials.",
    );
  }
  if (parsed.search || parsed.hash)
    throw new TypeError("The url of a Portainer server ends with its path: leave out ? and #.");
  const path = parsed.pathname.replace(/\/+$/, "").replace(/\/api$/, "");
  return {
    origin: parsed.origin,
    host: parsed.host,
    isTls: parsed.protocol === "https:",
    apiPath: `${path}/api`,
    href: parsed.origin + path,
  };
}

function notHttp(url: string): TypeError {
  const suggestion = /^[\w.-]+(:\d+)?(\/[\w./-]*)?$/.test(url) ? `; did you mean "https://${url}"?` : ".";
  return new TypeError(`The url of a Portainer server begins with https:// or http://${suggestion}`);
}
