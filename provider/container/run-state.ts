import type { ContainerInspect } from "../../contract";
import { repeatIfLost } from "../core/lost";
import type { Place } from "../docker/place";
import type { ContainerSettled } from "./arguments";
import { restartPolicy } from "./arguments/run";
import { findById } from "./find";
import { surely } from "./lost-answer";

export type DesiredState = ContainerSettled["desiredState"];

type Wish = Pick<ContainerSettled, "desiredState" | "restart" | "waitFor">;

/**
 * The state that a container is in, in the words of `desiredState`. One that has ended well and is not to be
 * restarted has done what was wished: it counts as running.
 */
export function stateOf({ State }: ContainerInspect, wished: Partial<Wish>): DesiredState {
  if (State.Paused) return "paused";
  if (State.Running || State.Restarting) return "running";
  if (
    wished.desiredState === "created" ||
    (wished.desiredState === "stopped" && State.Status === "created")
  ) {
    return wished.desiredState;
  }
  if (wished.desiredState === "running" && State.Status === "exited" && isDone(State.ExitCode, wished)) {
    return "running";
  }
  return State.Status === "created" ? "created" : "stopped";
}

function isDone(exitCode: number, { restart = "no", waitFor }: Partial<Wish>): boolean {
  const endsForGood = ["no", "on-failure"].includes(restartPolicy(restart).Name);
  return exitCode === 0 && (endsForGood || waitFor === "exited");
}

export async function start(place: Place, id: string): Promise<void> {
  const { docker, call } = place;
  await surely(
    () => docker.containers.start({ params: { id } }, call),
    async () => (await findById(place, id))?.State.Running === true,
  );
}

/** Twice comes to the same as once. */
export async function restart({ docker, call }: Place, id: string): Promise<void> {
  await repeatIfLost(() => docker.containers.restart({ params: { id } }, call));
}

/** Without a time the container's own stop time-out counts. */
export async function stop(place: Place, id: string): Promise<void> {
  const { docker, call } = place;
  await surely(
    () => docker.containers.stop({ params: { id } }, call),
    async () => (await findById(place, id))?.State.Running === false,
  );
}

export async function pause(place: Place, id: string): Promise<void> {
  const { docker, call } = place;
  await surely(
    () => docker.containers.pause({ params: { id } }, call),
    async () => (await findById(place, id))?.State.Paused === true,
  );
}

export async function unpause(place: Place, id: string): Promise<void> {
  const { docker, call } = place;
  await surely(
    () => docker.containers.unpause({ params: { id } }, call),
    async () => (await findById(place, id))?.State.Paused === false,
  );
}

/** Whether a container, by its status, was created and not started since. */
export const neverRan = (status: string): boolean => status === "created";

type RunState = Pick<ContainerInspect["State"], "Running" | "Paused" | "Restarting">;

/** The state of a container that was just created. */
export const NOT_STARTED: RunState = { Running: false, Paused: false, Restarting: false };

/**
 * Brings a container into the desired state by the fewest steps. One that its restart policy starts over and over is
 * started at once: the engine's pauses grow to a minute, and what has changed may be the cure.
 *
 * @returns whether its process was started by this.
 */
export async function bringTo(
  place: Place,
  id: string,
  now: RunState,
  desired: DesiredState,
): Promise<boolean> {
  const runs = now.Running || now.Restarting;
  if (desired === "created") return false;
  if (desired === "stopped") {
    if (runs) await stop(place, id);
    return false;
  }
  if (now.Paused && desired === "running") await unpause(place, id);
  if (now.Restarting) await restart(place, id);
  else if (!runs) await start(place, id);
  if (!now.Paused && desired === "paused") await pause(place, id);
  return now.Restarting || !runs;
}
