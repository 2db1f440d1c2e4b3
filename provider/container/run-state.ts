import type { ContainerInspect } from "../../contract";
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

/** Brings a container into the wished state by the fewest steps. */
export async function bringTo(
  place: Place,
  container: ContainerInspect,
  wished: DesiredState,
): Promise<void> {
  const { Id, State } = container;
  const runs = State.Running || State.Restarting;
  if (wished === "created") return;
  if (wished === "stopped") {
    if (runs) await stop(place, Id);
    return;
  }
  if (State.Paused && wished === "running") await unpause(place, Id);
  if (!runs) await start(place, Id);
  if (!State.Paused && wished === "paused") await pause(place, Id);
}
