import type { ContainerInspect } from "../../contract";
import { equal } from "../core/equal";
import { hasUnknown, isUnknown } from "../core/unknown";
import type { Place } from "../docker/place";
import { ownershipOf, setAccess } from "./access";
import { at, canonical, type Wire } from "./argument";
import { type ContainerSettled, containerArguments } from "./arguments";
import { fileFolders } from "./arguments/file-placement";
import { type FileInput, fileArguments, fileSpecification } from "./arguments/files";
import { limitFields } from "./arguments/limits";
import { restartPolicy } from "./arguments/run";
import { fileVolumesOf } from "./file-volumes";
import { nameOfContainer } from "./find";
import { canBeRewired, rewire } from "./networks";
import { rename } from "./rename";
import { refuseTooNew } from "./requirements";
import { bringTo, restart } from "./run-state";
import { uploadFiles } from "./upload";

type Key = keyof ContainerSettled;

/** How the engine says that there is no limit, for the limits that it can take away. */
const NO_LIMIT: Partial<Record<Key, number>> = { pidsLimit: 0 };

/**
 * The properties among the changed ones that need a new engine container, and cannot be changed on the old one. In a
 * preview also those that may need one, depending on values that are not known yet.
 */
export function needRollOut(
  changed: readonly Key[],
  olds: Partial<ContainerSettled>,
  news: ContainerSettled,
): Key[] {
  return changed.filter((key) => {
    const argument = containerArguments[key];
    if (argument.change !== "inPlace") return argument.change === "rollout";
    if (mayNeedRollOut(key, news[key])) return true;
    const isTakenAway = !hasUnknown(news[key]) && canonical(argument, news[key]) === null;
    if (key in limitFields) return (isTakenAway && !(key in NO_LIMIT)) || switchesCpuLimit(key, olds);
    if (key === "networks") return isTakenAway || !canBeRewired(olds, news);
    if (key === "files") {
      const isLess = Object.keys(olds.files ?? {}).some((path) => !(path in (news.files ?? {})));
      return isLess || !equal(fileFolders(olds), fileFolders(news));
    }
    return false;
  });
}

/** Whether a value that is not known yet may turn out to be one that the engine cannot change in place. */
function mayNeedRollOut(key: Key, value: unknown): boolean {
  if (key === "files") return isUnknown(value);
  return hasUnknown(value) && (key === "networks" || (key in limitFields && !(key in NO_LIMIT)));
}

/** The engine takes either `cpus` or a quota, and never changes from one to the other. */
function switchesCpuLimit(key: Key, { cpus, cpuQuota, cpuPeriod }: Partial<ContainerSettled>): boolean {
  if (key === "cpus") return cpuQuota !== undefined || cpuPeriod !== undefined;
  return (key === "cpuQuota" || key === "cpuPeriod") && cpus !== undefined;
}

/**
 * Makes the changes that the engine can make on the container as it is.
 *
 * @returns what the engine warns of, and whether the container's process was started by this.
 */
export async function changeInPlace(
  place: Place,
  container: ContainerInspect,
  changed: readonly Key[],
  olds: Partial<ContainerSettled>,
  news: ContainerSettled,
): Promise<{ readonly warnings: readonly string[]; readonly wasStarted: boolean }> {
  await refuseTooNew(place, news, changed);
  const { Id } = container;
  const { context } = place;
  if (nameOfContainer(container) !== news.name) {
    context.progress(`renaming to ${news.name}`);
    await rename(place, Id, news.name);
  }
  const warnings = await updateLimits(place, container, changed, news);
  if (changed.includes("networks") && news.networks) {
    await rewire(place, container, olds.networks ?? [], news.networks);
  }
  if (changed.includes("access") && news.access) {
    await setAccess(place, Id, container.Portainer?.ResourceControl, await ownershipOf(place, news.access));
  }
  const files = changedFiles(container, olds.files, news.files);
  const target = { id: Id, image: container.Image, volumes: fileVolumesOf(container) };
  await uploadFiles(place, target, news, files);
  const wasStarted = await bringTo(place, Id, container.State, news.desiredState);
  const isToKnow = !wasStarted && container.State.Running && news.desiredState === "running";
  const wasRestarted = isToKnow && (await announce(place, Id, files));
  return { warnings, wasStarted: wasStarted || wasRestarted };
}

/** Limits and the restart policy, by one request. */
async function updateLimits(
  { docker, call, context }: Place,
  container: ContainerInspect,
  changed: readonly Key[],
  news: ContainerSettled,
): Promise<readonly string[]> {
  const body: Wire = {};
  for (const key of changed.filter((candidate) => candidate in limitFields)) {
    containerArguments[key].write?.((news[key] ?? NO_LIMIT[key]) as never, body);
  }
  const update: Wire = { ...(body["HostConfig"] as Wire | undefined) };
  if (changed.includes("memory") && canonical(containerArguments.memorySwap, news.memorySwap) === null)
    update["MemorySwap"] = swapBeside(container, update);
  if (changed.includes("restart")) update["RestartPolicy"] = restartPolicy(news.restart ?? "no");
  if (Object.keys(update).length === 0) return [];
  const { Warnings } = await docker.containers.update({ params: { id: container.Id }, body: update }, call);
  for (const warning of Warnings ?? []) context.warn(warning);
  return Warnings ?? [];
}

/** The engine refuses memory above the swap limit of before: both go together, in the proportion of a creation. */
function swapBeside(container: ContainerInspect, { Memory }: Wire): number {
  return at(container, ["HostConfig", "MemorySwap"]) === -1 ? -1 : Number(Memory) * 2;
}

type Files = Readonly<Record<string, FileInput>>;

/** A container that never ran may lack any of its files. */
function changedFiles(container: ContainerInspect, olds: Files = {}, news: Files = {}): Files {
  if (container.State.Status === "created") return news;
  const before = fileArguments.files.normalize(olds);
  const after = fileArguments.files.normalize(news);
  return Object.fromEntries(Object.entries(news).filter(([path]) => !equal(before[path], after[path])));
}

/**
 * Lets the running process know of changed files: by a restart if one of them asks for it, else by their signals.
 *
 * @returns whether it was restarted.
 */
async function announce(place: Place, id: string, files: Files): Promise<boolean> {
  const { docker, call, context } = place;
  const wishes = Object.values(files).map((file) => fileSpecification(file).onChange);
  if (wishes.includes("restart")) {
    context.progress("restarting for changed files");
    await restart(place, id);
    return true;
  }
  const signals = wishes.flatMap((wish) => (typeof wish === "object" ? [wish.signal] : []));
  for (const signal of new Set(signals)) {
    await docker.containers.kill({ params: { id }, query: { signal } }, call);
  }
  return false;
}
