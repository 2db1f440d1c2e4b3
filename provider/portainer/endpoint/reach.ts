import { type ApiError, isApiError, isConnectionError } from "../../../client";
import { until } from "../../core/concurrency";
import type { Context } from "../../core/definition";
import { messageOf, ProviderError, sentence } from "../../core/errors";
import { milliseconds } from "../../core/schema";
import type { EndpointInputs } from "./schema";

/** The properties of an environment that decide how Portainer connects to its engine. */
type Target = Pick<EndpointInputs, "url" | "type" | "tls">;

const DEFAULT_STARTUP_TIMEOUT = "60s";

/** How long to wait for an engine, in milliseconds. */
export function patience(startupTimeout: string | number = DEFAULT_STARTUP_TIMEOUT): number {
  return milliseconds(startupTimeout) ?? 0;
}

/**
 * Waits until the environment's engine answers through Portainer.
 *
 * @param limit how long, in milliseconds.
 * @returns the engine's own id.
 */
export async function untilUp(
  { connection, signal, progress }: Context,
  endpointId: number,
  target: Target,
  limit: number,
): Promise<string> {
  return await until(signal, async (seconds) => {
    connection.forgetEngine(endpointId);
    try {
      return (await connection.engine(endpointId)).id;
    } catch (error) {
      if (!isDown(error)) throw error;
      if (isApiError(error) && isLasting(error, target)) throw unreachable(error, target);
      if (seconds * 1_000 >= limit) throw silent(error, target, seconds);
      progress(`waiting for the engine at ${target.url}: ${seconds} s`);
      return undefined;
    }
  });
}

function isDown(error: unknown): boolean {
  return isConnectionError(error) || (isApiError(error) && error.status >= 500);
}

/** Whether Portainer refused to create an environment because it could not reach the engine. */
export function isUnreachable(error: unknown): error is ApiError {
  return (
    isApiError(error) &&
    error.status === 500 &&
    /communicat|environment type|endpoint type|\bping\b/i.test(error.serverMessage)
  );
}

interface Cause {
  /** The message of Go, of Docker's client in Portainer, or of Node.js in our own server. */
  readonly said: RegExp;
  /** Whether a retry cannot help. */
  readonly isLasting: boolean;
  readonly remedy: string;
}

/** The reasons why Portainer cannot reach an engine. The first match counts. */
const CAUSES: readonly Cause[] = [
  {
    said: /gave HTTP response to HTTPS client|first record does not look like|wrong version number|packet length too long/i,
    isLasting: true,
    remedy: "What answers there speaks no TLS: leave `tls` out, or use the port that has it.",
  },
  {
    said: /HTTP request to an HTTPS server|TLS-enabled daemon without TLS|malformed HTTP response|Parse Error/i,
    isLasting: true,
    remedy: "What answers there does not speak plain HTTP: give `tls` for an engine with TLS.",
  },
  {
    said: /failed request with status|version header is missing|agent platform/i,
    isLasting: true,
    remedy: 'What answers there is no Portainer agent: for an engine leave `type: "agent"` out.',
  },
  {
    said: /already paired/i,
    isLasting: true,
    remedy:
      "An agent obeys the first server that speaks to it: restart the agent, or give both the same secret.",
  },
  {
    said: /protocol version|unsupported protocol/i,
    isLasting: true,
    remedy: "Portainer and the engine have no version of TLS in common: update the older of the two.",
  },
  {
    said: /remote error: tls|client authentication|SSL alert|alert (bad|unknown|certificate|unsupported|expired)/i,
    isLasting: true,
    remedy:
      "The engine refuses the certificate that Portainer shows, or its lack of one: does it trust the authority of `tls.clientCert`, and has that not expired?",
  },
  {
    said: /valid for|IP SANs|legacy Common Name|altnames/i,
    isLasting: true,
    remedy:
      "Use a host in `url` that the engine's certificate is for, or have one made for this host; `tls.skipVerify: true` accepts any.",
  },
  {
    said: /has expired|not yet valid/i,
    isLasting: true,
    remedy:
      "Renew the engine's certificate, and compare the clocks of both machines; `tls.skipVerify: true` accepts any.",
  },
  {
    said: /x509|unknown authority|self.signed|unable to verify|issuer certificate/i,
    isLasting: true,
    remedy:
      "Is `tls.caCert` the authority that signed the engine's certificate? `tls.skipVerify: true` accepts any.",
  },
  {
    said: /permission denied|EACCES/i,
    isLasting: true,
    remedy: "Portainer may not use this socket: run it as a user, or in a group, that may.",
  },
  {
    said: /no such host|server misbehaving|ENOTFOUND|EAI_AGAIN/i,
    isLasting: false,
    remedy: "The Portainer server does not know this host name: it is looked up there, not here.",
  },
];

const SOCKET =
  "The socket must be one on the machine of the Portainer server, mounted into its container if it runs in one.";
const HOST =
  "Does the engine listen there, and can the machine of the Portainer server (not this one) reach it?";
const CLOSED = {
  tls: "An engine that does not trust `tls.clientCert` closes the connection, and so does one that is just starting.",
  plain:
    "An engine that speaks only TLS closes the connection (then give `tls`), and so does one that is just starting.",
};

/** Portainer's gateway answers 502 without a body when it cannot reach an engine over TCP. */
const NO_REASON = "Portainer gives no reason";
const ANYTHING =
  "Does the engine listen there, is `tls.caCert` the authority of its certificate, and does it trust that of `tls.clientCert`?";

const causeOf = (said: string): Cause | undefined => CAUSES.find((cause) => cause.said.test(said));

/** Docker's client has the same message for sockets and hosts ("cannot connect"), so `url` decides. */
function remedyFor(said: string, { url, tls }: Target): string {
  const known = causeOf(said)?.remedy;
  if (known) return known;
  if (/^(unix|npipe):/i.test(url)) return SOCKET;
  if (said === NO_REASON && tls) return ANYTHING;
  if (/socket hang up|ECONNRESET|connection reset|disconnected|\bEOF$/i.test(said))
    return CLOSED[tls ? "tls" : "plain"];
  return HOST;
}

/** Whether a retry cannot help. */
export function isLasting(error: ApiError, { url }: Pick<Target, "url">): boolean {
  return causeOf(reasonOf(error, url))?.isLasting ?? false;
}

/** The error when Portainer cannot reach the engine. */
export function unreachable(error: ApiError, target: Target): ProviderError {
  const said = reasonOf(error, target.url);
  return new ProviderError(
    `Portainer cannot reach the engine at ${target.url}: ${sentence(said)} ${remedyFor(said, target)}`,
  );
}

function silent(error: unknown, target: Target, seconds: number): ProviderError {
  const said = isApiError(error) ? reasonOf(error, target.url) : messageOf(error);
  const remedy = isApiError(error) ? ` ${remedyFor(said, target)}` : "";
  return new ProviderError(
    `the engine at ${target.url} did not answer within ${seconds} s: ${sentence(said)}${remedy}`,
  );
}

const OPENSSL = /^.*error:[0-9A-F]+:SSL routines:[^:]*:([^:]+):.*?(SSL alert number \d+)?$/;

/** Portainer's reason, without the parts that our message already says. */
function reasonOf({ details, serverMessage, status }: ApiError, url: string): string {
  const said = (details ?? (status === 502 ? NO_REASON : serverMessage)).replace(/\s+/g, " ").trim();
  const [, reason, alert] = OPENSSL.exec(said) ?? [];
  if (reason) return alert ? `${reason} (${alert})` : reason;
  return said.replace(` at ${url}`, "").replace(". Is the docker daemon running?", "");
}
