import { type ApiError, isApiError, isConnectionError } from "../../client";
import type { Context } from "../core/definition";
import { milliseconds } from "../core/duration";
import { messageOf, ProviderError } from "../core/failure";
import { until } from "../core/wait";
import type { EndpointSettled } from "./schema";

const DEFAULT_STARTUP_TIMEOUT = "60s";

/** How long to wait for an engine, in milliseconds. */
export function patience({ startupTimeout = DEFAULT_STARTUP_TIMEOUT }: Partial<EndpointSettled>): number {
  return milliseconds(startupTimeout) ?? 0;
}

/**
 * Waits until the environment's engine answers through Portainer.
 *
 * @returns the engine's own id.
 */
export async function untilUp(
  { connection, signal, progress }: Context,
  endpointId: number,
  { url, startupTimeout }: EndpointSettled,
): Promise<string> {
  return await until(signal, async (seconds) => {
    connection.forgetEngine(endpointId);
    try {
      return await connection.engineId(endpointId);
    } catch (error) {
      if (!isDown(error)) throw error;
      if (seconds * 1_000 >= patience({ startupTimeout })) {
        throw new ProviderError(
          `the engine at ${url} did not answer within ${seconds} s: ${messageOf(error)}`,
        );
      }
      progress(`waiting for the engine at ${url}: ${seconds} s`);
      return undefined;
    }
  });
}

function isDown(error: unknown): boolean {
  return isConnectionError(error) || (isApiError(error) && error.status >= 500);
}

/** Whether Portainer refused to create an environment because it could not speak with its engine. */
export function isUnreachable(error: unknown): error is ApiError {
  return (
    isApiError(error) &&
    error.status === 500 &&
    /communicat|environment type|endpoint type|\bping\b/i.test(error.serverMessage)
  );
}

type Remedy = readonly [details: RegExp, remedy: string, isLasting: boolean];

/** What lies behind the words of Portainer, its engine client and TLS; lasting means that waiting cannot help. */
const REMEDIES: readonly Remedy[] = [
  [
    /HTTPS server|first record does not look like|wrong version number|EPROTO/i,
    "One side speaks TLS and the other does not: set `tls` for an engine with TLS, and leave it out for one without",
    true,
  ],
  [
    /bad certificate|certificate required|unknown (certificate )?(authority|ca)|handshake failure/i,
    "Is `tls.caCert` the authority of the engine's certificate, and does the engine trust that of `tls.clientCert`?",
    true,
  ],
  [
    /x509|certificate|altname|\btls\b/i,
    "Is `tls.caCert` the authority of the engine's certificate, and is that certificate for the host of `url`? `tls.skipVerify: true` accepts any",
    true,
  ],
  [
    /no such host|ENOTFOUND|EAI_AGAIN/i,
    "The Portainer server does not know this host name: it is looked up there, not here",
    false,
  ],
  [
    /no such file|ENOENT|permission denied|EACCES/i,
    "The socket must be one on the machine of the Portainer server, mounted into its container if it runs in one",
    false,
  ],
];

const OTHERWISE =
  "Does the engine listen there, and can the machine of the Portainer server (not this one) reach it?";

function remedyOf({ details, serverMessage }: ApiError): Remedy | undefined {
  return REMEDIES.find(([words]) => words.test(details ?? serverMessage));
}

/** Whether it is of no use to try again. */
export function isLasting(error: ApiError): boolean {
  return remedyOf(error)?.[2] ?? false;
}

/** What to say when there was no way to the engine. */
export function unreachable(error: ApiError, url: string): ProviderError {
  const remedy = remedyOf(error)?.[1] ?? OTHERWISE;
  return new ProviderError(
    `Portainer cannot reach the engine at ${url}: ${error.details ?? error.serverMessage}. ${remedy}. No environment was created.`,
  );
}
