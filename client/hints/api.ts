import type { Route } from "../../contract/index";

/** An answer that was not success, as far as hints depend on it. */
export interface Refused {
  readonly route: Route;
  readonly status: number;
  /** The server's own; empty if it gave none. */
  readonly message: string;
  readonly isJson: boolean;
  readonly source: "portainer" | "engine";
  readonly isDocker: boolean;
  readonly path: string;
}

type Rule = readonly [applies: (refused: Refused) => boolean, hint: string | ((refused: Refused) => string)];

const BANNED =
  "The server has banned this address for an hour, because of too many logins. Wait, or restart Portainer; an API key needs no login.";

/** The first that applies is given. */
const RULES: readonly Rule[] = [
  [
    ({ status, message }) => status === 303 && /timeout/i.test(message),
    "No administrator was created within five minutes of the server's start, so it has locked itself: restart Portainer and run again.",
  ],
  [
    ({ status, message }) => status === 403 && /setup token/i.test(message),
    "Give the token that Portainer printed in its log at its start as setupToken.",
  ],
  [
    ({ status, route, message }) => status === 403 && !!route.limited && /access denied/i.test(message),
    BANNED,
  ],
  [
    ({ status, route }) => status === 422 && route.path === "/auth",
    "Is the user name or password wrong? The client does not try again, because the server bans addresses after too many logins.",
  ],
  [
    ({ message }) => /api key and auth/i.test(message),
    "Something between adds an Authorization header: Portainer takes no second proof beside an API key.",
  ],
  [
    ({ status, message }) => status === 400 && /HTTP request to an HTTPS server/i.test(message),
    "Begin the url with https://.",
  ],
  [
    ({ status, message }) => status === 400 && /SSL certificate/i.test(message),
    "A proxy in front of the server wants a client certificate: give clientCert and clientKey.",
  ],
  [
    ({ status, isJson, source }) => status === 401 && isJson && source === "portainer",
    "Are the credentials those of this server, and was the API key not revoked?",
  ],
  [
    ({ status, isJson }) => [401, 403, 407].includes(status) && !isJson,
    "These are not Portainer's words: a proxy in front of it wants credentials of its own. Give them as headers.",
  ],
  [
    ({ status, source, route }) =>
      status === 403 && source === "portainer" && route.access === "administrator",
    "Only an administrator may do this.",
  ],
  [
    ({ status, source }) => status === 403 && source === "portainer",
    "The user of these credentials may not do this.",
  ],
  [
    ({ status, isJson, isDocker, path }) => status === 404 && !isJson && isDocker && path.includes("/edge/"),
    "Portainer takes a path that holds /edge/ for one of its edge agents: name the object by its id instead.",
  ],
  [isMissing, ({ route }) => agesOf(route)],
  [
    ({ status, isJson }) => status === 404 && !isJson,
    "Nothing of Portainer's API is at this path: is the url right, sub-path included, or did a proxy answer?",
  ],
  [
    ({ status, message }) => status === 500 && /initiate communications with environment/i.test(message),
    "The server itself must reach the engine at the environment's URL, with the TLS files given.",
  ],
  [
    ({ status, message, isDocker }) =>
      isDocker &&
      ((status === 502 && message === "") || /proxy the request via the Docker socket/i.test(message)),
    "Portainer could not reach the engine of this environment: is it running?",
  ],
  [
    ({ status, isJson }) => [502, 503, 504].includes(status) && !isJson,
    "A proxy in front of Portainer could not reach it: is Portainer running?",
  ],
  [
    ({ status, isJson }) => status === 413 && !isJson,
    "A proxy in front of Portainer limits the size of requests.",
  ],
];

/** What to do about an answer that was not success, where that is known. */
export function hintFor(refused: Refused): string | undefined {
  const hint = RULES.find(([applies]) => applies(refused))?.[1];
  return typeof hint === "function" ? hint(refused) : hint;
}

/**
 * How a server answers a route that its version lacks: it does not know the path, or not this method there, or takes
 * the path for that of an object, `/users/me` for the user whose id is `me`.
 */
function isMissing({ route, status, isJson, message }: Refused): boolean {
  if (route.since === undefined && route.until === undefined) return false;
  if (status === 400) return /identifier route variable/i.test(message);
  return (status === 404 || status === 405) && !isJson;
}

function agesOf({ since, until }: Route): string {
  const otherwise = "Otherwise the url is wrong, sub-path included, or a proxy has answered.";
  return since === undefined
    ? `Portainer had this operation up to ${until}: is this server newer? ${otherwise}`
    : `Portainer has this operation since ${since}: is this server older? ${otherwise}`;
}

/** What to do about a redirect, which is never followed: credentials would go where nobody meant them to go. */
export function redirectHint(location: string, path: string, from: string): string {
  const target = URL.canParse(location, from) ? new URL(location, from) : undefined;
  if (!target) return "Redirects are not followed.";
  const where = `${target.origin}${target.pathname}`;
  const url = where.endsWith(path) ? where.slice(0, -path.length) : undefined;
  return `The server redirects to ${where}. Redirects are not followed${url ? `: set the url to ${url}.` : ": is the url right?"}`;
}
