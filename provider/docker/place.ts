import {
  type CallOptions,
  type DockerClient,
  isApiError,
  isConnectionError,
  type PortainerClient,
} from "../../client";
import type { Context } from "../core/definition";
import { messageOf, ProviderError } from "../core/failure";
import type { Site } from "./site";

/** The engine that an object lives on, reached through its environment; known to be the right one. */
export interface Place extends Site {
  readonly context: Context;
  readonly portainer: PortainerClient;
  readonly docker: DockerClient;
  /** Goes with every call, so that it ends with the operation. */
  readonly call: CallOptions;
  readonly instanceId: string;
  readonly engineId: string;
}

/** The environment's engine cannot be reached, although Portainer can. */
export class Unreachable extends ProviderError {}

/**
 * Opens the place, and refuses when server or engine are others than the ones the object was made on.
 *
 * @throws Unreachable when the engine does not answer; the whole process asks it only once.
 */
export async function openPlace(
  context: Context,
  site: Site,
  known: { readonly instanceId?: string | undefined; readonly engineId?: string | undefined } = {},
): Promise<Place> {
  const { connection, signal } = context;
  const { endpointId, nodeName } = site;
  const instanceId = await connection.sameServer(known.instanceId);
  const engineId = await engineOf(context, site);
  if (known.engineId && engineId && known.engineId !== engineId) {
    throw new ProviderError(
      `environment ${endpointId} leads to another engine: this was made on engine ${known.engineId}, and this one is ${engineId}. ` +
        "Nothing was changed. Point the environment at the first engine, or remove the resource from the state with `pulumi state delete` if that engine is gone for good.",
    );
  }
  const { client } = connection;
  return {
    context,
    endpointId,
    nodeName,
    portainer: client,
    docker: client.docker(endpointId, nodeName),
    call: { signal },
    instanceId,
    engineId,
  };
}

/**
 * The same place for work that must be done although the operation was stopped, such as putting things back.
 *
 * @param seconds how long that work may take.
 */
export function afterwards(place: Place, seconds: number): Place {
  return { ...place, call: { signal: AbortSignal.timeout(seconds * 1_000) } };
}

async function engineOf({ connection }: Context, { endpointId, nodeName }: Site): Promise<string> {
  try {
    return await connection.engineId(endpointId, nodeName);
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    throw new Unreachable(
      `the engine of environment ${endpointId} cannot be reached: ${messageOf(error)} ` +
        "With `skipUnreachable` the provider leaves what is on it as it is, with `deleteUnreachable` destroy forgets it.",
    );
  }
}

/** Portainer answers 500 for a socket and 502 for an address that nobody listens at; an agent may be silent. */
function isUnreachable(error: unknown): boolean {
  if (isConnectionError(error)) return true;
  return isApiError(error) && error.source === "portainer" && [500, 502, 503, 504].includes(error.status);
}
