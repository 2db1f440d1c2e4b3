import type { Endpoint } from "../../contract";
import type { Context } from "../core/definition";
import { IDS_ALONE } from "../core/directory";
import { ProviderError } from "../core/failure";
import { isLost, onceBack } from "../core/lost";
import { type Pauses, until } from "../core/wait";
import { findByName } from "./find";
import { createForm } from "./form";
import { isLasting, isUnreachable, patience, unreachable } from "./reach";
import type { EndpointSettled } from "./schema";
import { differences } from "./view";

/** Each attempt takes an id of the server for ever, and an engine that starts is seldom ready within seconds. */
const PAUSES: Pauses = { first: 1_000, growth: 2, longest: 15_000 };

/**
 * Creates an environment whose name is free, waiting for its engine. When that does not answer in time, nothing is
 * left behind.
 */
export async function addEnvironment(context: Context, wish: EndpointSettled): Promise<Endpoint> {
  const { connection, signal, progress } = context;
  const form = createForm(wish);
  let mayBeThere = false;
  const attempt = async (seconds: number) => {
    const found = mayBeThere ? await leftByUs(context, wish) : undefined;
    if (found) return found;
    try {
      return await connection.client.endpoints.create({ form }, { signal });
    } catch (error) {
      const isInTime = seconds * 1_000 < patience(wish.startupTimeout);
      mayBeThere = isLost(error);
      if (mayBeThere && isInTime) return undefined;
      await removeRest(context, wish);
      if (!isUnreachable(error)) throw error;
      if (isLasting(error, wish) || !isInTime) {
        throw new ProviderError(`${unreachable(error, wish).message} No environment was created.`);
      }
      progress(`waiting for the engine at ${wish.url}: ${seconds} s`);
      return undefined;
    }
  };
  return await until(signal, attempt, PAUSES);
}

/** The name was free before: what has it now, and is all that was asked for, came of a call of ours. */
async function leftByUs(context: Context, wish: EndpointSettled): Promise<Endpoint | undefined> {
  const { connection, signal } = context;
  const found = await onceBack(signal, () => findByName(connection.client, wish.name));
  const created: EndpointSettled = { ...wish, access: undefined, security: undefined };
  return found && differences(found, created, IDS_ALONE).length === 0 ? found : undefined;
}

/** Portainer can keep an environment although it answered with an error, for example for an unknown tag. */
async function removeRest(context: Context, wish: EndpointSettled): Promise<void> {
  const rest = await leftByUs(context, wish);
  if (rest) await context.connection.client.endpoints.delete({ params: { id: rest.Id } });
}
