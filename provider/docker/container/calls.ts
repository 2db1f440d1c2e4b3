/**
 * The calls on an engine's containers: list, find, create, start, stop, rename, remove. A write whose answer was lost
 * is looked up, or repeated where that does no harm.
 */
import { setTimeout as delay } from "node:timers/promises";
import { type DockerClient, isApiError } from "../../../client";
import type { ContainerInspect, ResourceControl } from "../../../contract";
import { isEnvironmentGone, isNotFound } from "../../core/errors";
import { mayHaveHappened, repeatIfLost } from "../../core/lost-answer";
import { learnName } from "../../core/names";
import { afterwards, type Engine } from "../engine";
import { CREATE_LABEL, labelsOf } from "./labels";
import type { Wire } from "./wire";

/** Between two looks at a container, or two tries. */
const PAUSE_MS = 300;

const shortPause = ({ call: { signal } }: Engine): Promise<void> =>
  delay(PAUSE_MS, undefined, signal ? { signal } : {});

type Listed = Awaited<ReturnType<DockerClient["containers"]["list"]>>;

const listed = new WeakMap<DockerClient, Promise<Listed>>();

/** All containers of the engine, running or not, that fit the filters. */
export async function listContainers(
  { docker, call }: Engine,
  filters?: Readonly<Record<string, readonly string[]>>,
): Promise<Listed> {
  const list = await docker.containers.list(
    { query: { all: "1", ...(filters && { filters: JSON.stringify(filters) }) } },
    call,
  );
  for (const { Id, Names } of list) learnName(Id, (Names[0] ?? Id).replace(/^\//, ""));
  return list;
}

/**
 * The containers that the engine had when this process first asked. One request shows every resource what interrupted
 * roll-outs left, and which container is Portainer itself.
 */
export function listOnce(engine: Engine): Promise<Listed> {
  const { docker } = engine;
  const known = listed.get(docker);
  if (known) return known;
  const list = listContainers(engine);
  listed.set(docker, list);
  list.catch(() => listed.delete(docker));
  return list;
}

/** The container with this id, in full; `undefined` if there is none. */
export async function findById({ docker, call }: Engine, id: string): Promise<ContainerInspect | undefined> {
  try {
    const found = await docker.containers.inspect({ params: { id } }, call);
    if (!found.Id.startsWith(id)) return undefined;
    learnName(found.Id, nameOfContainer(found));
    return found;
  } catch (error) {
    if (isNotFound(error) && !isEnvironmentGone(error)) return undefined;
    throw error;
  }
}

/**
 * The container with exactly this name. Not by `inspect`: that takes `cafe` as the beginning of an id and answers with
 * another container.
 */
export async function findByName(engine: Engine, name: string): Promise<ContainerInspect | undefined> {
  const [found] = await listNamed(engine, `^/${quote(name)}$`);
  return found === undefined ? undefined : await findById(engine, found);
}

/** The ids of the containers whose names match, the newest first. */
async function listNamed(engine: Engine, pattern: string): Promise<string[]> {
  const list = await listContainers(engine, { name: [pattern] });
  const exact = new RegExp(pattern);
  return list.filter(({ Names }) => Names.some((name) => exact.test(name))).map(({ Id }) => Id);
}

const quote = (name: string): string => name.replace(/[.]/g, "\\.");

export const nameOfContainer = ({ Name }: ContainerInspect): string => Name.replace(/^\//, "");

/**
 * Does a write once, and never repeats it blindly. If its answer was lost, `isDone` looks up whether it was done. 304
 * (already in that state) counts as done.
 */
export async function confirmed(
  write: () => Promise<unknown>,
  isDone: () => Promise<boolean>,
): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (isApiError(error) && error.status === 304) return;
    if (mayHaveHappened(error) && (await isDone())) return;
    throw error;
  }
}

export async function start(engine: Engine, id: string): Promise<void> {
  const { docker, call } = engine;
  await confirmed(
    () => docker.containers.start({ params: { id } }, call),
    async () => (await findById(engine, id))?.State.Running === true,
  );
}

/** A call whose answer was lost is repeated: a second restart does no harm. */
export async function restart({ docker, call }: Engine, id: string): Promise<void> {
  await repeatIfLost(() => docker.containers.restart({ params: { id } }, call));
}

/** How often an update is tried while the container's process keeps ending. */
const UPDATE_TRIES = 5;

/**
 * Changes limits and the restart policy. A call whose answer was lost is repeated: it sets the same values again. An
 * engine fails to update a container whose process ends at that moment, in words that depend on where the end is
 * noticed ("ttrpc: closed", "cannot update a deleted process"): a container that is in a crash loop is updated again.
 *
 * @returns the engine's warnings.
 */
export async function updateContainer(engine: Engine, id: string, body: Wire): Promise<readonly string[]> {
  const { docker, call } = engine;
  const update = () => docker.containers.update({ params: { id }, body }, call);
  for (let tries = 1; ; tries += 1) {
    try {
      const { Warnings } = await repeatIfLost(update);
      return Warnings ?? [];
    } catch (error) {
      const mayPass = isApiError(error) && error.source === "engine" && error.status === 500;
      if (!mayPass || tries === UPDATE_TRIES || !(await hasEnded(engine, id))) throw error;
    }
    await shortPause(engine);
  }
}

/** Whether the container's process has ended, now or ever since it was first started. */
async function hasEnded(engine: Engine, id: string): Promise<boolean> {
  const container = await findById(engine, id);
  if (container === undefined) return false;
  const { State, RestartCount = 0 } = container;
  return !State.Running || State.Restarting || RestartCount > 0;
}

/** Sends no timeout, so that the container's own stop timeout applies. */
export async function stop(engine: Engine, id: string): Promise<void> {
  const { docker, call } = engine;
  await confirmed(
    () => docker.containers.stop({ params: { id } }, call),
    async () => (await findById(engine, id))?.State.Running === false,
  );
}

export async function pause(engine: Engine, id: string): Promise<void> {
  const { docker, call } = engine;
  await confirmed(
    () => docker.containers.pause({ params: { id } }, call),
    async () => (await findById(engine, id))?.State.Paused === true,
  );
}

async function unpause(engine: Engine, id: string): Promise<void> {
  const { docker, call } = engine;
  await confirmed(
    () => docker.containers.unpause({ params: { id } }, call),
    async () => (await findById(engine, id))?.State.Paused === false,
  );
}

/** Whether the status is that of a container that was created but never started. */
export const neverRan = (status: string): boolean => status === "created";

/** The states that a container can be brought to. */
export type DesiredState = "running" | "stopped" | "paused" | "created";

type RunState = Pick<ContainerInspect["State"], "Running" | "Paused" | "Restarting">;

/** The state of a container that was just created. */
export const NOT_STARTED: RunState = { Running: false, Paused: false, Restarting: false };

/**
 * Brings a container into the desired state by the fewest steps. A container that its restart policy keeps starting is
 * restarted at once: the engine's pauses grow to a minute, and the change may have fixed the crash.
 *
 * @returns whether this started its process.
 */
export async function bringTo(
  engine: Engine,
  id: string,
  now: RunState,
  desired: DesiredState,
): Promise<boolean> {
  const runs = now.Running || now.Restarting;
  if (desired === "created") return false;
  if (desired === "stopped") {
    if (runs) await stop(engine, id);
    return false;
  }
  if (now.Paused && desired === "running") await unpause(engine, id);
  if (now.Restarting) await restart(engine, id);
  else if (!runs) await start(engine, id);
  if (!now.Paused && desired === "paused") await pause(engine, id);
  return now.Restarting || !runs;
}

/**
 * Stops a container within its stop timeout and removes it.
 *
 * @returns `false` if there is none with this id.
 */
export async function remove(engine: Engine, id: string, removeVolumes: boolean): Promise<boolean> {
  try {
    await stop(engine, id);
  } catch (error) {
    if (isNotFound(error) && !isEnvironmentGone(error)) return false;
    if (!isApiError(error) || error.source !== "engine") throw error;
    // A container that cannot be stopped (a paused one on old engines, one without a process) is removed by force.
  }
  await discard(engine, id, removeVolumes);
  return true;
}

/** Removes a container at once, running or not. */
export async function discard(engine: Engine, id: string, removeVolumes: boolean): Promise<void> {
  const { docker, call } = engine;
  const query = { force: "1", ...(removeVolumes && { v: "1" }) };
  try {
    await repeatIfLost(() => docker.containers.delete({ params: { id }, query }, call));
  } catch (error) {
    if (isNotFound(error) && !isEnvironmentGone(error)) return;
    const underWay = isApiError(error) && error.status === 409 && /in progress/i.test(error.serverMessage);
    if (!underWay && !mayHaveHappened(error)) throw error;
    await waitUntilGone(engine, id, error);
  }
}

async function waitUntilGone(engine: Engine, id: string, reason: unknown): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (await findById(engine, id)) {
    if (Date.now() > deadline) throw reason;
    await shortPause(engine);
  }
}

export async function rename(engine: Engine, id: string, name: string): Promise<void> {
  const { docker, call } = engine;
  await confirmed(
    () => docker.containers.rename({ params: { id }, query: { name } }, call),
    async () => {
      const now = await findById(engine, id);
      return now !== undefined && nameOfContainer(now) === name;
    },
  );
  learnName(id, name);
}

export interface NewContainer {
  readonly id: string;
  readonly createId: string;
  /** The image that it was created from, as the call named it. */
  readonly image: string;
  readonly warnings: readonly string[];
  readonly control: ResourceControl | null | undefined;
}

/** Time limit for the look-up after a creation that was cancelled, in seconds. */
const LOOK_SECONDS = 10;

/**
 * Sends a creation once. If its answer was lost, or not waited for, the container is looked up by its name and the label of
 * the call.
 */
export async function sendCreation(
  engine: Engine,
  body: Wire & { Image: string },
  { name, createId, platform }: { name: string; createId: string; platform?: string | undefined },
): Promise<NewContainer> {
  try {
    const query = { name, ...(platform !== undefined && { platform }) };
    const { Id, Warnings, Portainer } = await engine.docker.containers.create({ query, body }, engine.call);
    learnName(Id, name);
    return {
      id: Id,
      createId,
      image: body.Image,
      warnings: Warnings ?? [],
      control: Portainer?.ResourceControl,
    };
  } catch (error) {
    const isCancelled = engine.call.signal?.aborted === true;
    if (!isCancelled && !mayHaveHappened(error)) throw error;
    const look = isCancelled ? afterwards(engine, LOOK_SECONDS) : engine;
    const found = await findByName(look, name).catch(() => undefined);
    if (!found || labelsOf(found)[CREATE_LABEL] !== createId) throw error;
    return {
      id: found.Id,
      createId,
      image: body.Image,
      warnings: [],
      control: found.Portainer?.ResourceControl,
    };
  }
}
