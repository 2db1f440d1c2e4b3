/**
 * Starts a container and waits until it is ready, as `waitFor` says. If it is not, the error quotes its last log lines.
 */
import type { ContainerInspect } from "../../../contract";
import { pauseFor, until } from "../../core/concurrency";
import { ProviderError } from "../../core/errors";
import type { Engine } from "../engine";
import type { ContainerInputs } from "./arguments";
import { bringTo, findById, NOT_STARTED } from "./calls";
import { lastLines, mask } from "./logs";

const LOG_LINES = 15;
/** How long to watch a process that only has to start, in milliseconds: many crash right after the start. */
const WATCH_MS = 1_000;

/** How long to wait for past events that the engine still has, in milliseconds. */
const EVENTS_MS = 2_000;

export interface Readiness {
  readonly container: ContainerInspect;
  /** Its last log lines, if `waitFor` is `"exited"`. */
  readonly logs?: string;
}

/**
 * Waits until a container is ready, as `waitFor` says. A container that only has to start is read one second later, and
 * again one second after each restart by its restart policy: most need one request.
 *
 * @param wasStarted whether its process was started just now.
 * @param before the container before it was started, if it may remove itself.
 * @throws ProviderError with its last lines when it crashes or is unhealthy.
 */
export async function ready(
  engine: Engine,
  id: string,
  desired: Pick<ContainerInputs, "waitFor" | "desiredState">,
  wasStarted: boolean,
  before?: ContainerInspect,
): Promise<Readiness> {
  const { context, call } = engine;
  const signal = call.signal ?? context.signal;
  const waitFor = desired.desiredState === "running" ? (desired.waitFor ?? "started") : "nothing";
  const isWatched = wasStarted && waitFor === "started";
  let restarts = 0; // A start resets the engine's count.
  const container = await until(signal, async (seconds) => {
    if (isWatched) await pauseFor(WATCH_MS, signal);
    const now = await findById(engine, id);
    if (!now) return await endedAndGone(engine, id, waitFor, before);
    if (waitFor === "nothing") return now;
    if ((await judge(engine, now, waitFor)) === "wait") {
      const state = now.State.Health?.Status ?? now.State.Status;
      context.progress(`waiting for ${waitFor}: ${state} ${seconds} s`);
      return undefined;
    }
    const { RestartCount = 0 } = now;
    if (!isWatched || RestartCount === restarts) return now;
    restarts = RestartCount;
    return undefined;
  });
  if (waitFor !== "exited") return { container };
  return { container, logs: await lastLines(engine, container, LOG_LINES) };
}

/** Starts a new container if it is to run, and waits until it is ready. */
export async function bringUp(engine: Engine, id: string, inputs: ContainerInputs): Promise<Readiness> {
  const before = inputs.autoRemove ? await findById(engine, id) : undefined;
  const wasStarted = await bringTo(engine, id, NOT_STARTED, inputs.desiredState);
  return await ready(engine, id, inputs, wasStarted, before);
}

/**
 * The last known state of a container that `autoRemove` removed when it ended.
 *
 * @throws ProviderError when it ended with an error, or its exit code is unknown.
 */
async function endedAndGone(
  engine: Engine,
  id: string,
  waitFor: string,
  before: ContainerInspect | undefined,
): Promise<ContainerInspect> {
  const exitCode = before && (await exitCodeOf(engine, id));
  if (!before || exitCode === undefined)
    throw new ProviderError("the container was removed while it was waited for");
  if (exitCode !== 0 || waitFor === "healthy") {
    throw new ProviderError(
      `the container ended with exit code ${exitCode}, and autoRemove has removed it and its log`,
    );
  }
  const State = { ...before.State, Status: "removed", Running: false, ExitCode: exitCode };
  return { ...before, State };
}

/** The engine keeps its last events. They tell the exit code of a container that is gone. */
async function exitCodeOf({ docker, call }: Engine, id: string): Promise<number | undefined> {
  const filters = JSON.stringify({ type: ["container"], event: ["die"], container: [id] });
  const limit = AbortSignal.timeout(EVENTS_MS);
  const signal = call.signal ? AbortSignal.any([call.signal, limit]) : limit;
  try {
    for await (const { Actor } of docker.system.events({ query: { since: "1", filters } }, { signal })) {
      const exitCode = Actor.Attributes?.["exitCode"];
      if (exitCode !== undefined) return Number(exitCode);
    }
  } catch (error) {
    if (!limit.aborted) throw error;
  }
  return undefined;
}

type Verdict = "ready" | "wait";

async function judge(engine: Engine, container: ContainerInspect, waitFor: string): Promise<Verdict> {
  const { State } = container;
  const crashed =
    State.Restarting || (State.Status === "exited" && State.ExitCode !== 0) || State.Status === "dead";
  if (crashed) throw await failure(engine, container, `ended with exit code ${State.ExitCode}`);
  if (waitFor === "exited") return State.Status === "exited" ? "ready" : "wait";
  if (waitFor !== "healthy") return "ready";
  if (State.Status === "exited") throw await failure(engine, container, "ended before it was healthy");
  if (!State.Health || State.Health.Status === "none") {
    throw new ProviderError(
      'waitFor is "healthy", but neither the program nor the image has a health check: set `healthcheck`',
    );
  }
  if (State.Health.Status === "unhealthy") throw await failure(engine, container, "is unhealthy");
  return State.Health.Status === "healthy" ? "ready" : "wait";
}

async function failure(engine: Engine, container: ContainerInspect, what: string): Promise<ProviderError> {
  const check = container.State.Health?.Log?.at(-1);
  const lines = await lastLines(engine, container, LOG_LINES).catch(() => "");
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
