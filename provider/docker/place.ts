import { z } from "zod";
import {
  type CallOptions,
  type DockerClient,
  isApiError,
  isConnectionError,
  type PortainerClient,
} from "../../client";
import type { CheckContext, Context } from "../core/definition";
import { isEnvironmentGone, messageOf, ProviderError } from "../core/errors";
import type { Properties } from "../core/properties";
import { filledIn, IdSchema, idNumber } from "../core/schema";

/** Where an object of an engine is to be found. */
interface Site {
  readonly endpointId: number;
  /** The node, where an agent leads to several. */
  readonly nodeName?: string | undefined;
}

export const siteFields = {
  /** The environment to make it on: its id, or the `Endpoint`. @default the provider's `endpointId` */
  endpointId: filledIn(IdSchema),
  /**
   * The node to make it on, where an agent leads to several. Portainer: header `X-PortainerAgent-Target`.
   * @default the one that the agent picks
   */
  nodeName: z.string().min(1, "the node's name is empty").optional(),
};

interface Placed {
  readonly endpointId: z.output<typeof IdSchema>;
  readonly nodeName?: string | undefined;
}

export const siteOf = ({ endpointId, nodeName }: Placed): Site => ({
  endpointId: idNumber(endpointId),
  nodeName,
});

/** What a program may leave out: the object's name, and the environment where its provider names one. */
export const namedAndPlaced = (inputs: Properties, { name, settings }: CheckContext): Properties => ({
  ...(name !== undefined && { name }),
  ...(inputs["endpointId"] === undefined && settings.endpointId && { endpointId: settings.endpointId }),
});

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
class Unreachable extends ProviderError {}

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

/**
 * Reads an object of an engine. What is on an environment that is gone is gone with it; what cannot be reached stays as
 * it is remembered, if it is and the provider says so (`skipUnreachable`).
 */
export async function readThere<Found>(
  context: Context,
  endpointId: number,
  read: () => Promise<Found | undefined>,
  remembered: Found | undefined,
): Promise<Found | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isEnvironmentGone(error)) {
      context.warn(`environment ${endpointId} is gone, and what was on it`);
      return undefined;
    }
    if (!isToBeSkipped(context, error) || !remembered) throw error;
    context.warn(`${messageOf(error)} It is left as it was.`);
    return remembered;
  }
}

/** Whether a change may wait, since the engine cannot be reached and the provider says so (`skipUnreachable`). */
export const isToBeSkipped = ({ connection }: Context, error: unknown): boolean =>
  error instanceof Unreachable && connection.skipUnreachable;

/** Deletes an object of an engine. What cannot be reached is forgotten, if the provider says so (`deleteUnreachable`). */
export async function deleteThere(context: Context, remove: () => Promise<void>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (isEnvironmentGone(error)) return;
    if (!(error instanceof Unreachable) || !context.connection.deleteUnreachable) throw error;
    context.warn(`${messageOf(error)} It is forgotten.`);
  }
}
