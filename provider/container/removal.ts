import { setTimeout as delay } from "node:timers/promises";
import { isApiError } from "../../client";
import { isEnvironmentGone, isNotFound } from "../core/gone";
import { isLost, repeatIfLost } from "../core/lost";
import type { Place } from "../docker/place";
import { findById } from "./find";
import { stop } from "./run-state";

const PAUSE_MS = 300;

/**
 * Stops a container within its stop time-out and removes it.
 *
 * @returns `false` when there is none with this id.
 */
export async function remove(place: Place, id: string, removeVolumes: boolean): Promise<boolean> {
  try {
    await stop(place, id);
  } catch (error) {
    if (isNotFound(error) && !isEnvironmentGone(error)) return false;
    if (!isApiError(error) || error.source !== "engine") throw error;
    // What cannot be stopped (a paused container on old engines, one without a process) is removed by force.
  }
  await discard(place, id, removeVolumes);
  return true;
}

/** Removes a container at once, running or not. */
export async function discard(place: Place, id: string, removeVolumes: boolean): Promise<void> {
  const { docker, call } = place;
  const query = { force: "1", ...(removeVolumes && { v: "1" }) };
  try {
    await repeatIfLost(() => docker.containers.delete({ params: { id }, query }, call));
  } catch (error) {
    if (isNotFound(error)) return;
    const underWay = isApiError(error) && error.status === 409 && /in progress/i.test(error.serverMessage);
    if (!underWay && !isLost(error)) throw error;
    await waitUntilGone(place, id, error);
  }
}

async function waitUntilGone(place: Place, id: string, reason: unknown): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (await findById(place, id)) {
    if (Date.now() > deadline) throw reason;
    await delay(PAUSE_MS, undefined, place.call.signal ? { signal: place.call.signal } : {});
  }
}
