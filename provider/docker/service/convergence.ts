/** Waits until a service runs as its specification says. */
import type { ServiceInspect, TaskInspect } from "../../../contract";
import { until } from "../../core/concurrency";
import { equal } from "../../core/diff";
import { messageOf, ProviderError, sentence } from "../../core/errors";
import { at, type Wire } from "../container/wire";
import type { Engine } from "../engine";

/** A roll-out that the swarm has undone: the service is as it was before. */
export class RolledBack extends ProviderError {}

/** So often a task may fail in one place before the roll-out counts as failed. */
const FAILURES = 3;

/** States of a task that it does not leave. */
const FAILED: readonly string[] = ["failed", "rejected"];
const ENDED: readonly string[] = [...FAILED, "complete", "shutdown", "orphaned", "remove"];

interface Wait {
  readonly id: string;
  readonly name: string;
  /** How long all tasks must run, in milliseconds. */
  readonly steadyMs: number;
}

/**
 * Waits until all tasks run, or those of a job have ended, and shows their number on the resource's line.
 *
 * @returns the service as it is then.
 * @throws ProviderError with the failed task's own message; `RolledBack` if the swarm has undone the update.
 */
export async function converge(engine: Engine, wait: Wait): Promise<ServiceInspect> {
  const { context, call } = engine;
  const failed = new Map<string, TaskInspect>();
  let trouble = "";
  let steadySince: number | undefined;
  try {
    return await until(call.signal ?? context.signal, async () => {
      const service = await look(engine, wait);
      const tasks = await tasksOf(engine, wait.id);
      for (const task of tasks) if (isFailureOf(service, task)) failed.set(task.ID, task);
      trouble = troubleOf(tasks);
      const { done, of, isDone } = progressOf(service, tasks);
      const update = service.UpdateStatus?.State ?? "";
      context.progress(
        `${done} of ${of} tasks ${isJob(service) ? "have ended" : "run"}${update === "" || update === "completed" ? "" : `, ${update.replaceAll("_", " ")}`}${trouble && `: ${trouble}`}`,
      );
      requireUpdate(wait.name, service, trouble);
      if (update === "updating" || update === "rollback_started") return undefined;
      const runs = isDone && done > 0;
      if (update === "" && !runs) requireTasks(wait.name, service, [...failed.values()]);
      if (!isDone) {
        steadySince = undefined;
        return undefined;
      }
      if (isJob(service) || update === "completed") return service;
      steadySince ??= Date.now();
      return Date.now() - steadySince >= wait.steadyMs ? service : undefined;
    });
  } catch (error) {
    if (!call.signal?.aborted || trouble === "") throw error;
    throw new ProviderError(
      `${sentence(messageOf(error))} The service "${wait.name}" does not run as it should: ${sentence(trouble)}`,
    );
  }
}

/** Waits until no container of a deleted service runs: only then are its networks and volumes free. */
export async function stopped({ docker, call, context }: Engine, id: string, name: string): Promise<void> {
  // A swarm no longer finds the tasks by their service. Their names begin with the service's.
  const query = { filters: JSON.stringify({ name: [`${name}.`] }) };
  await until(call.signal ?? context.signal, async () => {
    const tasks = await docker.tasks.list({ query }, call);
    const running = tasks.filter(
      ({ ServiceID, Status }) => ServiceID === id && !ENDED.includes(Status.State),
    );
    if (running.length === 0) return true;
    context.progress(`${running.length} tasks stop`);
    return undefined;
  });
}

async function look({ docker, call }: Engine, { id, name }: Wait): Promise<ServiceInspect> {
  const query = { filters: JSON.stringify({ id: [id] }), status: "true" };
  const found = (await docker.services.list({ query }, call)).find(({ ID }) => ID === id);
  if (found) return found;
  throw new ProviderError(`the service "${name}" is gone: somebody has deleted it meanwhile`);
}

function tasksOf({ docker, call }: Engine, id: string): Promise<TaskInspect[]> {
  return docker.tasks.list({ query: { filters: JSON.stringify({ service: [id] }) } }, call);
}

const isJob = ({ Spec }: ServiceInspect): boolean =>
  at(Spec, ["Mode", "ReplicatedJob"]) !== undefined || at(Spec, ["Mode", "GlobalJob"]) !== undefined;

interface Progress {
  readonly done: number;
  readonly of: number;
  readonly isDone: boolean;
}

function progressOf(service: ServiceInspect, tasks: readonly TaskInspect[]): Progress {
  if (isJob(service)) return progressOfJob(service, tasks);
  const wanted = tasks.filter(({ DesiredState }) => DesiredState === "running");
  const done = service.ServiceStatus?.RunningTasks ?? wanted.filter(isRunning).length;
  const of = replicasOf(service) ?? wanted.length;
  return { done, of, isDone: done >= of && wanted.length === of && wanted.every(isRunning) };
}

/** `undefined` for a service with a task on every node. */
function replicasOf({ Spec }: ServiceInspect): number | undefined {
  const replicas = at(Spec, ["Mode", "Replicated", "Replicas"]);
  return typeof replicas === "number" ? replicas : undefined;
}

function progressOfJob(service: ServiceInspect, tasks: readonly TaskInspect[]): Progress {
  const iteration = service.JobStatus?.JobIteration.Index ?? 0;
  const now = tasks.filter(({ JobIteration }) => (JobIteration?.Index ?? 0) === iteration);
  const done = now.filter(({ Status }) => Status.State === "complete").length;
  const job = (at(service.Spec, ["Mode", "ReplicatedJob"]) ?? {}) as Readonly<Record<string, number>>;
  const of =
    job["TotalCompletions"] ??
    job["MaxConcurrent"] ??
    now.filter(({ DesiredState }) => DesiredState !== "shutdown").length;
  return { done, of, isDone: done >= of && now.length > 0 };
}

/**
 * Whether it has failed with the specification that the service has now. For a moment after an update the swarm shows
 * only what has failed before.
 */
function isFailureOf({ Spec }: ServiceInspect, task: TaskInspect): boolean {
  // The engine names the runtime of services only.
  const { Runtime: _runtime, ...template } = (at(Spec, ["TaskTemplate"]) ?? {}) as Wire;
  return FAILED.includes(task.Status.State) && equal(task.Spec, template);
}

const isRunning = ({ Status }: TaskInspect): boolean => Status.State === "running";

/** What keeps a task from running, in its own words; the latest counts. */
function troubleOf(tasks: readonly TaskInspect[]): string {
  const [latest] = tasks
    .filter(({ Status }) => Status.Err)
    .sort((one, other) => (other.Status.Timestamp ?? "").localeCompare(one.Status.Timestamp ?? ""));
  return latest?.Status.Err ?? "";
}

/** Fails if the swarm has stopped or undone an update. */
function requireUpdate(name: string, { UpdateStatus }: ServiceInspect, trouble: string): void {
  const state = UpdateStatus?.State ?? "";
  const reason = sentence(trouble || (UpdateStatus?.Message ?? state));
  if (state === "paused") {
    throw new ProviderError(
      `the roll-out of the service "${name}" failed: ${reason} The swarm has stopped it half-way: some tasks run as before. Correct the program and run \`pulumi up\` again, or set \`updateConfig: { failureAction: "rollback" }\` to have it undone.`,
    );
  }
  if (state === "rollback_completed") {
    throw new RolledBack(
      `the roll-out of the service "${name}" failed: ${reason} The swarm has undone it: the service runs as before. Correct the program.`,
    );
  }
  if (state === "rollback_paused") {
    throw new RolledBack(
      `the roll-out of the service "${name}" failed: ${reason} The swarm was undoing it and has stopped half-way. Correct the program, or see \`docker service ps ${name}\`.`,
    );
  }
}

/** Fails if tasks fail again and again, or once where the program wants no other attempt. */
function requireTasks(name: string, service: ServiceInspect, failed: readonly TaskInspect[]): void {
  if (replicasOf(service) === 0) return;
  const { Spec } = service;
  const policy = (at(Spec, ["TaskTemplate", "RestartPolicy"]) ?? {}) as Readonly<Record<string, unknown>>;
  const attempts = Number(policy["MaxAttempts"] ?? 0);
  const most =
    policy["Condition"] === "none" ? 1 : attempts > 0 ? Math.min(FAILURES, attempts + 1) : FAILURES;
  const places = new Map<string, TaskInspect[]>();
  for (const task of failed) {
    const place = task.Slot ? String(task.Slot) : (task.NodeID ?? "");
    places.set(place, [...(places.get(place) ?? []), task]);
  }
  const worst = [...places.values()].find((tasks) => tasks.length >= most);
  if (!worst) return;
  const reason = troubleOf(worst) || worst[0]?.Status.Message || worst[0]?.Status.State || "";
  throw new ProviderError(
    `the tasks of the service "${name}" fail: ${sentence(reason)} The service is there, and the swarm may try on. Correct the program and run \`pulumi up\` again.`,
  );
}
