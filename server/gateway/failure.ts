import type { ServerResponse } from "node:http";
import { HttpError } from "../http-error";
import type { Address } from "./engine/connections";

const SOCKET_FAILED = "Unable to proxy the request via the Docker socket";
const NETWORK_FAILED = "Unable to proxy the request to the environment";

/** What the gateway answers in the engine's place: Portainer's wording, which for TCP says nothing at all. */
export function refusal({ transport }: Address, status: number, reason: string): HttpError {
  return new HttpError(status, transport === "socket" ? SOCKET_FAILED : NETWORK_FAILED, capitalized(reason));
}

/** The engine could not be reached, or broke off before it answered. */
export function unreachable(address: Address, cause: unknown): HttpError {
  return refusal(address, address.transport === "socket" ? 500 : 502, reasonOf(cause));
}

/** The body that the engine itself would send; Portainer answers it where an object is somebody else's. */
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

/** Answers a failure, or breaks off an answer that has begun: half of one must not look whole. */
export function sendFailure({ response, headers }: Reply, cause: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const error =
    cause instanceof HttpError ? cause : new HttpError(500, "Internal server error", reasonOf(cause));
  response.writeHead(error.status, [...headers, "Content-Type", "application/json"]).end(bodyOf(error));
}

/** Node reports a name with several addresses as one error per address, with no message of its own. */
export function reasonOf(cause: unknown): string {
  const { message = String(cause), errors = [] } = (cause ?? {}) as Partial<AggregateError>;
  return message || errors.map(reasonOf).join(", ");
}

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
