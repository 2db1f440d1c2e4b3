/**
 * Reaches an engine through its environment, and decides what to do when the environment is gone or the engine is
 * unreachable.
 */
import { z } from "zod";
import {
  type CallOptions,
  type DockerClient,
  isApiError,
  isConnectionError,
  type PortainerClient,
} from "../../client";
import type { CheckContext, Context } from "../core/definition";
import { isEnvironmentGone, isNotFound, messageOf, ProviderError } from "../core/errors";
import type { Properties } from "../core/properties";
import { filledIn, IdSchema, idNumber } from "../core/schema";
import type { Failure } from "../core/validate";

/** An engine: its environment, and the node if there are several. */
interface EngineRef {
  readonly endpointId: number;
  /** The node, if the environment's agent serves several. */
  readonly nodeName?: string | undefined;
}

export const engineFields = {
  /** The environment to create it on: its id, or the `Endpoint`. @default the provider's `endpointId` */
  endpointId: filledIn(IdSchema),
  /**
   * The node to create it on, if the environment's agent serves several. Portainer: header `X-PortainerAgent-Target`.
   * @default the one that the agent picks
   */
  nodeName: z.string().min(1, "the node's name is empty").optional(),
};

export interface InputsWithEngine {
  readonly endpointId: z.output<typeof IdSchema>;
  readonly nodeName?: string | undefined;
}

export const engineRefOf = ({ endpointId, nodeName }: InputsWithEngine): EngineRef => ({
  endpointId: idNumber(endpointId),
  nodeName,
});

/** Defaults for what a program leaves out: the resource's name, and the provider's `endpointId`. */
export const nameAndEnvironment = (inputs: Properties, { name, settings }: CheckContext): Properties => ({
  ...(name !== undefined && { name }),
  ...(inputs["endpointId"] === undefined && settings.endpointId && { endpointId: settings.endpointId }),
});

/** For `check`: the environment has no default where the provider has none. */
export function missingEndpoint({ endpointId }: Properties): Failure[] {
  if (endpointId !== undefined) return [];
  const reason =
    "no environment: set `endpointId` here or on the Provider, stack config portainer:endpointId or PORTAINER_ENDPOINT_ID";
  return [{ property: "endpointId", reason }];
}

/** An engine, reached through its environment, and checked to be the one that an existing object was created on. */
export interface Engine extends EngineRef {
  readonly context: Context;
  readonly portainer: PortainerClient;
  readonly docker: DockerClient;
  /** Options for every call: the signal ends the call when the operation ends. */
  readonly call: CallOptions;
  readonly instanceId: string;
  readonly engineId: string;
  /** The swarm that it manages. */
  readonly swarmId: string | undefined;
}

/** The environment's engine cannot be reached, although Portainer can. */
class Unreachable extends ProviderError {}

/** Where an object was created. One of a swarm is on all of the swarm's managers. */
interface Origin {
  readonly instanceId?: string | undefined;
  readonly engineId?: string | undefined;
  readonly swarmId?: string | undefined;
}

/**
 * Reaches an engine. Refuses if the server is not the one that the object was created on, nor the engine, unless it
 * manages the swarm that the object belongs to.
 *
 * @throws Unreachable when the engine does not answer. Each process asks an engine for its id only once.
 */
export async function reachEngine(context: Context, ref: EngineRef, known: Origin = {}): Promise<Engine> {
  const { connection, signal } = context;
  const { endpointId, nodeName } = ref;
  const instanceId = await connection.sameServer(known.instanceId);
  const { id: engineId, swarmId } = await engineOf(context, ref);
  const { client } = connection;
  const engine: Engine = {
    context,
    endpointId,
    nodeName,
    portainer: client,
    docker: client.docker(endpointId, nodeName),
    call: { signal },
    instanceId,
    engineId,
    swarmId,
  };
  const isOther = known.engineId && engineId && known.engineId !== engineId;
  if (isOther && !(await manages(engine, known.swarmId))) {
    throw new ProviderError(
      `environment ${endpointId} leads to another engine: this was made on engine ${known.engineId}, and this one is ${engineId}. ` +
        "Nothing was changed. Point the environment at the first engine, or remove the resource from the state with `pulumi state delete` if that engine is gone for good.",
    );
  }
  return engine;
}

/** Whether the engine manages this swarm. An agent may describe a worker, and yet ask a manager of its swarm. */
async function manages(
  { swarmId: own, docker, call }: Engine,
  swarmId: string | undefined,
): Promise<boolean> {
  if (swarmId === undefined) return false;
  if (own !== undefined) return own === swarmId;
  try {
    return (await docker.swarm.inspect({}, call)).ID === swarmId;
  } catch (error) {
    if (isApiError(error) && error.source === "engine") return false;
    throw error;
  }
}

/**
 * The same engine, for work that must finish even if the operation is cancelled, such as a rollback.
 *
 * @param seconds the time limit for that work.
 */
export function afterwards(engine: Engine, seconds: number): Engine {
  return { ...engine, call: { signal: AbortSignal.timeout(seconds * 1_000) } };
}

async function engineOf({ connection }: Context, { endpointId, nodeName }: EngineRef) {
  try {
    return await connection.engine(endpointId, nodeName);
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    throw new Unreachable(
      `the engine of environment ${endpointId} cannot be reached: ${messageOf(error)} ` +
        "With `skipUnreachable` the provider leaves what is on it as it is, with `deleteUnreachable` destroy forgets it.",
    );
  }
}

/** Where nothing listens, Portainer answers 500 for a socket and 502 for an address. An agent may not answer at all. */
function isUnreachable(error: unknown): boolean {
  if (isConnectionError(error)) return true;
  return isApiError(error) && error.source === "portainer" && [500, 502, 503, 504].includes(error.status);
}

/**
 * Reads an object of an engine. If its environment is gone, the object is gone too. If the engine cannot be reached and
 * the provider sets `skipUnreachable`, the remembered state is returned, if there is one.
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

/** The answer of a call, or `undefined` if the object is not on the engine. If the environment is gone, it throws. */
export async function unlessObjectGone<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isNotFound(error) && !isEnvironmentGone(error)) return undefined;
    throw error;
  }
}

/** Whether to skip a step: the engine cannot be reached, and the provider sets `skipUnreachable`. */
const isToBeSkipped = ({ connection }: Context, error: unknown): boolean =>
  error instanceof Unreachable && connection.skipUnreachable;

/**
 * Changes an object of an engine. If the engine cannot be reached and the provider sets `skipUnreachable`, the state stays
 * as it is, and the next `up` makes the change.
 */
export async function updateThere<State>(
  context: Context,
  olds: State,
  change: () => Promise<State>,
): Promise<State> {
  try {
    return await change();
  } catch (error) {
    if (!isToBeSkipped(context, error)) throw error;
    context.warn(`${messageOf(error)} The change is left for later.`);
    return olds;
  }
}

/** Looks whether an engine answers before Portainer works on it, if the provider says what to do where it does not. */
export async function requireReachable(context: Context, endpointId: number): Promise<void> {
  const { skipUnreachable, deleteUnreachable } = context.connection;
  if (skipUnreachable || deleteUnreachable) await engineOf(context, { endpointId });
}

/**
 * Deletes an object of an engine. If the engine cannot be reached and the provider sets `deleteUnreachable`, Pulumi
 * only forgets the object.
 */
export async function deleteThere(context: Context, remove: () => Promise<void>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (isEnvironmentGone(error)) return;
    if (!(error instanceof Unreachable) || !context.connection.deleteUnreachable) throw error;
    context.warn(`${messageOf(error)} It is forgotten.`);
  }
}
