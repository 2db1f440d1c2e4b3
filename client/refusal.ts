import { STATUS_CODES } from "node:http";
import type { Call } from "./call";
import { readErrorBody, type Said } from "./error-body";
import { ApiError } from "./errors/api-error";
import type { Incoming } from "./exchange";
import { hintFor, redirectHint } from "./hints/api";
import type { Base } from "./url";

/** The error for an answer that was not success. */
export async function refusalOf(
  call: Call,
  base: Base,
  { status, headers, body }: Incoming,
): Promise<ApiError> {
  const { route, path, isDocker } = call;
  const said = await readErrorBody(body, call.secrets);
  const { message, details, isJson } = said;
  const source = isDocker && isEngines(said) ? "engine" : "portainer";
  const hint = headers.location
    ? redirectHint(headers.location, path, base.origin + call.fullPath)
    : hintFor({ route, status, message, isJson, source, isDocker, path });
  return new ApiError({
    status,
    method: route.method,
    path,
    serverMessage: message || (STATUS_CODES[status] ?? ""),
    details,
    isJson,
    source,
    hint,
  });
}

/** Only Portainer gives `details`; this refusal of the gateway's is the one that comes without. */
function isEngines({ isJson, message, details }: Said): boolean {
  return isJson && details === undefined && message !== "access denied to resource";
}
