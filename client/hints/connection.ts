/** What a failed connection means, and what to do about it. */
export interface Diagnosis {
  readonly reason: string;
  readonly hint?: string;
}

/** Where the request went. */
export interface Target {
  readonly host: string;
  readonly isTls: boolean;
  /** In seconds. */
  readonly timeout: number;
}

type Describe = (target: Target) => Diagnosis;

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

/** Codes whose spelling varies with the version of TLS and of its library. */
const BY_PATTERN: readonly (readonly [RegExp, Describe])[] = [
  [/ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|HANDSHAKE_FAILURE|UNKNOWN_CA)$/, NEEDS_CLIENT_CERTIFICATE],
  [/^HPE_|^HTTPParserError$/, NO_HTTP],
];

/** What is known of a failure by its code; otherwise its own words. */
export function diagnose(code: string, words: string, target: Target): Diagnosis {
  const describe = BY_CODE[code] ?? BY_PATTERN.find(([pattern]) => pattern.test(code))?.[1];
  return describe?.(target) ?? { reason: words };
}
