import type { Context } from "../core/definition";
import { messageOf } from "../core/failure";
import { isEnvironmentGone } from "../core/gone";
import { Unreachable } from "./place";

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
