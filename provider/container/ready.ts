import type { ContainerInspect } from "../../contract";
import { ProviderError } from "../core/failure";
import { pauseFor, until } from "../core/wait";
import type { Place } from "../docker/place";
import type { ContainerSettled } from "./arguments";
import { findById } from "./find";
import { lastLines, mask } from "./logs";

const LOG_LINES = 15;
/** For how long a process is watched that has only to start, in milliseconds: many crash at once. */
const WATCH_MS = 1_000;

type Wish = Pick<ContainerSettled, "waitFor" | "desiredState">;

export interface Readiness {
  readonly container: ContainerInspect;
  /** What a container that was to end has written. */
  readonly logs?: string;
}

/**
 * Waits until a container is ready, as `waitFor` says. One that has only to start is looked at a second later, and
 * again a second after its restart policy has started it anew: most take one request.
 *
 * @param wasStarted whether its process was started just now.
 * @throws ProviderError with its last lines when it crashes or is unhealthy.
 */
export async function ready(place: Place, id: string, wish: Wish, wasStarted: boolean): Promise<Readiness> {
  const { context, call } = place;
  const signal = call.signal ?? context.signal;
  const waitFor = wish.desiredState === "running" ? (wish.waitFor ?? "started") : "nothing";
  const isWatched = wasStarted && waitFor === "started";
  let restarts = 0; // The engine counts anew when somebody starts a container.
  const container = await until(signal, async (seconds) => {
    if (isWatched) await pauseFor(WATCH_MS, signal);
    const now = await findById(place, id);
    if (!now)
      throw new ProviderError(`the container was removed while it was waited for${removalHint(wish)}`);
    if (waitFor === "nothing") return now;
    if ((await judge(place, now, waitFor)) === "wait") {
      const state = now.State.Health?.Status ?? now.State.Status;
      context.progress(`waiting for ${waitFor}: ${state} ${seconds} s`);
      return undefined;
    }
    const { RestartCount = 0 } = now;
    if (!isWatched || RestartCount === restarts) return now;
    restarts = RestartCount;
    return undefined;
  });
  return waitFor === "exited"
    ? { container, logs: await lastLines(place, container, LOG_LINES) }
    : { container };
}

const removalHint = ({ waitFor }: Wish): string =>
  waitFor === "exited" ? "; with autoRemove its exit code cannot be seen" : "";

type Verdict = "ready" | "wait";

async function judge(place: Place, container: ContainerInspect, waitFor: string): Promise<Verdict> {
  const { State } = container;
  const crashed =
    State.Restarting || (State.Status === "exited" && State.ExitCode !== 0) || State.Status === "dead";
  if (crashed) throw await failure(place, container, `ended with exit code ${State.ExitCode}`);
  if (waitFor === "exited") return State.Status === "exited" ? "ready" : "wait";
  if (waitFor !== "healthy") return "ready";
  if (State.Status === "exited") throw await failure(place, container, "ended before it was healthy");
  if (!State.Health || State.Health.Status === "none") {
    throw new ProviderError(
      'waitFor is "healthy", but neither the program nor the image has a health check: set `healthcheck`',
    );
  }
  if (State.Health.Status === "unhealthy") throw await failure(place, container, "is unhealthy");
  return State.Health.Status === "healthy" ? "ready" : "wait";
}

async function failure(place: Place, container: ContainerInspect, what: string): Promise<ProviderError> {
  const check = container.State.Health?.Log?.at(-1);
  const lines = await lastLines(place, container, LOG_LINES).catch(() => "");
  return new ProviderError(
    [
      `the container ${what}${container.State.OOMKilled ? " (out of memory)" : ""}`,
      ...(check && check.ExitCode !== 0
        ? [`last health check: ${mask(check.Output.trim(), container)}`]
        : []),
      ...(lines ? [`its last lines:\n${lines}`] : []),
    ].join("; "),
  );
}
