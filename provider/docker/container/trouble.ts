import type { ContainerInspect } from "../../../contract";
import type { Engine } from "../engine";
import type { ContainerState } from "./state";

/**
 * Warns of trouble that is no diff, so that an `up` cannot fix it: a process that its restart policy keeps starting,
 * and a health check that fails. Both containers count as running.
 */
export function warnOfTrouble({ context }: Engine, now: ContainerInspect, known: ContainerState): void {
  const { State, RestartCount = 0 } = now;
  const restarts = RestartCount - known.restartCount;
  if (State.Restarting || restarts > 0) {
    const count = restarts > 0 ? `${restarts} more time${restarts === 1 ? "" : "s"}` : "again and again";
    const ending = State.Restarting ? `; its process ended with exit code ${State.ExitCode}` : "";
    context.warn(
      `"${known.name}" crashes: its restart policy has started it ${count} since the last refresh${ending}. See its log.`,
    );
  } else if (State.Health?.Status === "unhealthy") {
    context.warn(`"${known.name}" is unhealthy: its health check fails. See its log.`);
  }
}

/** Warns that a container with `autoRemove` is gone. It looks the same whether it ended or somebody removed it. */
export function warnOfAutoRemove(
  { context }: Pick<Engine, "context">,
  { name, autoRemove }: ContainerState,
): void {
  if (!autoRemove) return;
  context.warn(
    `"${name}" has ended and is gone, because of autoRemove: the next \`up\` creates and runs it again. ` +
      "A job that is to run once has no autoRemove: it stays as it ended, and counts as done if that was well.",
  );
}
