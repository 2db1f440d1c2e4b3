import type { Route } from "../contract";

/** An error answer, as far as hints depend on it. */
interface Refused {
  readonly route: Route;
  readonly status: number;
  /** The server's message; empty if it gave none. */
  readonly message: string;
  readonly isJson: boolean;
  readonly source: "portainer" | "engine";
  readonly isDocker: boolean;
  readonly path: string;
}

type HintRule = readonly [
  applies: (refused: Refused) => boolean,
  hint: string | ((refused: Refused) => string),
];

const BANNED =
  "The server has banned this address for an hour, because of too many logins. Wait, or restart Portainer; an API key needs no login.";

/** The first that applies counts. */
const API_HINTS: readonly HintRule[] = [
  [
    ({ status, message }) => status === 303 && /timeout/i.test(message),
    "No administrator was created within five minutes of the server's start, so it has locked itself: restart Portainer and run again.",
  ],
  [
    ({ status, message }) => status === 403 && /setup token/i.test(message),
    "Set setupToken to the token that Portainer printed in its log when it started.",
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
    "A proxy adds an Authorization header: Portainer accepts no other credentials beside an API key.",
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
    "A proxy in front of Portainer answered, and wants credentials of its own: give them as headers.",
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
    "Portainer reserves paths that contain /edge/ for its edge agents: name the object by its id instead.",
  ],
  [isMissing, ({ route }) => releasesWith(route)],
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

/** What to do about an error answer, where that is known. */
export function hintFor(refused: Refused): string | undefined {
  const hint = API_HINTS.find(([applies]) => applies(refused))?.[1];
  return typeof hint === "function" ? hint(refused) : hint;
}

/**
 * How a server answers a route that its version lacks: it does not know the path, or not this method of it, or it
 * reads the path as that of an object: `/users/me` as the user with the id `me`.
 */
function isMissing({ route, status, isJson, message }: Refused): boolean {
  if (route.since === undefined && route.until === undefined) return false;
  if (status === 400) return /identifier route variable/i.test(message);
  return (status === 404 || status === 405) && !isJson;
}

function releasesWith({ since, until }: Route): string {
  const otherwise = "Otherwise the url is wrong, sub-path included, or a proxy has answered.";
  return since === undefined
    ? `Portainer had this operation up to ${until}: is this server newer? ${otherwise}`
    : `Portainer has this operation since ${since}: is this server older? ${otherwise}`;
}

/** What to do about a redirect. It is never followed, because credentials could reach another server. */
export function redirectHint(location: string, path: string, from: string): string {
  const target = URL.canParse(location, from) ? new URL(location, from) : undefined;
  if (!target) return "Redirects are not followed.";
  const where = `${target.origin}${target.pathname}`;
  const url = where.endsWith(path) ? where.slice(0, -path.length) : undefined;
  return `The server redirects to ${where}. Redirects are not followed${url ? `: set the url to ${url}.` : ": is the url right?"}`;
}

/** What a failed connection means, and what to do about it. */
interface Diagnosis {
  readonly reason: string;
  readonly hint?: string;
}

/** The server that the request was for. */
interface Destination {
  readonly host: string;
  readonly isTls: boolean;
  /** In seconds. */
  readonly timeout: number;
}

type Describe = (target: Destination) => Diagnosis;

const UNTRUSTED: Describe = () => ({
  reason: "the server's certificate is not trusted",
  hint: "Give its authority, or the self-signed certificate itself, as caCert; skipVerify: true trusts any.",
});
const NO_TLS: Describe = ({ host }) => ({
  reason: "the server does not speak TLS",
  hint: `If it speaks plain HTTP there, the url is http://${host}.`,
});
const NO_HTTP: Describe = ({ host }) => ({
  reason: "the answer is not HTTP",
  hint: `If TLS is spoken there, the url is https://${host}.`,
});
const NO_CONNECTION: Describe = ({ host }) => ({
  reason: `there was no connection to ${host}`,
  hint: "Is the url's host right, and does no firewall stand between?",
});
const UNKNOWN_HOST: Describe = ({ host }) => ({
  reason: `the host ${host} is not known`,
  hint: "Is the url's host spelt right, and known to the name server that this machine asks?",
});
const BROKEN_OFF: Describe = ({ isTls }) => ({
  reason: "the connection was closed before the answer was complete",
  hint: isTls
    ? "A server that wants a client certificate (clientCert, clientKey), or is just restarting, does that."
    : "A server that speaks only HTTPS, or is just restarting, does that.",
});
const NEEDS_CLIENT_CERTIFICATE: Describe = () => ({
  reason: "the server did not accept this client's certificate, or its lack of one",
  hint: "Give the certificate and key that it trusts as clientCert and clientKey.",
});
const PROXY: Describe = () => ({
  reason: "the proxy that HTTPS_PROXY or HTTP_PROXY names did not connect",
  hint: "List the server's host in NO_PROXY to reach it directly.",
});

const BY_CODE: Readonly<Record<string, Describe>> = {
  ECONNREFUSED: ({ host }) => ({
    reason: `the connection to ${host} was refused`,
    hint: `Is Portainer running at ${host}?`,
  }),
  ENOTFOUND: UNKNOWN_HOST,
  EAI_AGAIN: UNKNOWN_HOST,
  EHOSTUNREACH: NO_CONNECTION,
  ENETUNREACH: NO_CONNECTION,
  ETIMEDOUT: NO_CONNECTION,
  UND_ERR_CONNECT_TIMEOUT: NO_CONNECTION,
  ECONNRESET: BROKEN_OFF,
  EPIPE: BROKEN_OFF,
  UND_ERR_SOCKET: BROKEN_OFF,
  UND_ERR_HEADERS_TIMEOUT: ({ timeout }) => ({
    reason: `no answer came within ${timeout} seconds`,
    hint: "Raise requestTimeout if the server is only slow.",
  }),
  UND_ERR_BODY_TIMEOUT: ({ timeout }) => ({
    reason: `the answer paused for more than ${timeout} seconds`,
    hint: "Raise requestTimeout if the server is only slow.",
  }),
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  CERT_SIGNATURE_FAILURE: UNTRUSTED,
  CERT_HAS_EXPIRED: () => ({
    reason: "the server's certificate has expired",
    hint: "Renew it; until then skipVerify: true trusts any.",
  }),
  CERT_NOT_YET_VALID: () => ({
    reason: "the server's certificate is not valid yet",
    hint: "Are the clocks of both machines right?",
  }),
  ERR_TLS_CERT_ALTNAME_INVALID: ({ host }) => ({
    reason: `the server's certificate is not for ${host}`,
    hint: "Use a host name that it is for, or skipVerify: true, which trusts any.",
  }),
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  UND_ERR_PRX_CONN: PROXY,
  UND_ERR_PRX_TLS: PROXY,
  UND_ERR_ABORTED: PROXY,
};

/** Codes that vary with the version of TLS and of OpenSSL. */
const BY_PATTERN: readonly (readonly [RegExp, Describe])[] = [
  [/ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|HANDSHAKE_FAILURE|UNKNOWN_CA)$/, NEEDS_CLIENT_CERTIFICATE],
  [/^HPE_|^HTTPParserError$/, NO_HTTP],
];

/** The reason and hint for an error code; for an unknown one the error's own message. */
export function diagnose(code: string, message: string, target: Destination): Diagnosis {
  const describe = BY_CODE[code] ?? BY_PATTERN.find(([pattern]) => pattern.test(code))?.[1];
  return describe?.(target) ?? { reason: message };
}
