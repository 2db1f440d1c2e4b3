import type { ServerResponse } from "node:http";
import { HttpError } from "../http-error";
import type { Address } from "./engine/connections";

const SOCKET_FAILED = "Unable to proxy the request via the Docker socket";
const NETWORK_FAILED = "Unable to proxy the request to the environment";

/** An answer of the gateway in place of the engine, in Portainer's words. (For TCP, Portainer sends no body.) */
export function refusal({ transport }: Address, status: number, reason: string): HttpError {
  return new HttpError(status, transport === "socket" ? SOCKET_FAILED : NETWORK_FAILED, capitalized(reason));
}

/** The engine could not be reached, or broke off before it answered. */
export function unreachable(address: Address, cause: unknown): HttpError {
  return refusal(address, address.transport === "socket" ? 500 : 502, reasonOf(cause));
}

/** The body that the engine itself would send. Portainer answers it where the caller may not use an object. */
export const ACCESS_DENIED = JSON.stringify({ message: "access denied to resource" });
export class AccessDenied extends HttpError {
  constructor() {
    super(403, "access denied to resource");
  }
}

export function bodyOf(error: HttpError): string {
  return error instanceof AccessDenied
    ? ACCESS_DENIED
    : JSON.stringify({ message: error.message, details: error.details });
}

/** An answer to be given to a client, and the headers that this server adds to every one: names and values in turn. */
export interface Reply {
  readonly response: ServerResponse;
  readonly headers: readonly string[];
}

/** Answers a failure. An answer that has begun is broken off, so that half of it does not look complete. */
export function sendFailure({ response, headers }: Reply, cause: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const error =
    cause instanceof HttpError ? cause : new HttpError(500, "Internal server error", reasonOf(cause));
  response.writeHead(error.status, [...headers, "Content-Type", "application/json"]).end(bodyOf(error));
}

/** For a name with several addresses, Node reports one error per address and no message of its own. */
export function reasonOf(cause: unknown): string {
  const { message = String(cause), errors = [] } = (cause ?? {}) as Partial<AggregateError>;
  return message || errors.map(reasonOf).join(", ");
}

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
