/**
 * Makes an existing container match its inputs: in place where the engine can, else by a roll-out. Also adopts a
 * container, and removes all that belongs to one.
 */
import type { ContainerInspect } from "../../../contract";
import { difference, equal } from "../../core/diff";
import { ProviderError } from "../../core/errors";
import { hasUnknown, isUnknown } from "../../core/properties";
import type { Engine } from "../engine";
import type { Adoption } from "./adopt";
import { type ContainerInputs, containerArguments, containerProperties, identifies } from "./arguments";
import { ownershipOf, setAccess } from "./arguments/access";
import { at, canonical, type Wire } from "./arguments/argument";
import { type FileInput, fileArguments, fileFolders, fileSpecification } from "./arguments/files";
import { limitFields } from "./arguments/limits";
import { restartPolicy } from "./arguments/run";
import {
  bringTo,
  findByName,
  nameOfContainer,
  neverRan,
  remove,
  rename,
  restart,
  stateOf,
  updateContainer,
} from "./calls";
import { createNew } from "./creation";
import { fileVolumesOf, hasFileVolumes, removeFileVolumes, uploadFiles } from "./files";
import { CREATE_LABEL, identityOf, labelsOf } from "./labels";
import { leftoverOf, leftoversFor } from "./leftovers";
import { canBeRewired, leavesFirstNetwork, rewire } from "./networks";
import { observe, unfulfilled, withResolvedNames } from "./observe";
import { ready } from "./ready";
import { recover } from "./recovery";
import { rollOut } from "./roll-out";
import { refuseTooNew } from "./specification";
import { type ContainerState, outputsOf } from "./state";

type Key = keyof ContainerInputs;

/** The engine's value for "no limit", for the limits that it can lift in place. */
const NO_LIMIT: Partial<Record<Key, number>> = { pidsLimit: 0 };

/**
 * The changed properties that need a new engine container. In a preview also those that may need one, depending on
 * values that are not known yet.
 */
export function needRollOut(
  changed: readonly Key[],
  olds: Partial<ContainerInputs>,
  news: ContainerInputs,
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

/** The engine takes either `cpus` or a quota, and never switches between them in place. */
function switchesCpuLimit(key: Key, { cpus, cpuQuota, cpuPeriod }: Partial<ContainerInputs>): boolean {
  if (key === "cpus") return cpuQuota !== undefined || cpuPeriod !== undefined;
  return (key === "cpuQuota" || key === "cpuPeriod") && cpus !== undefined;
}

/**
 * Makes the changes that the engine can make on the existing container.
 *
 * @returns the engine's warnings, and whether this started the container's process.
 */
async function changeInPlace(
  engine: Engine,
  container: ContainerInspect,
  changed: readonly Key[],
  olds: Partial<ContainerInputs>,
  news: ContainerInputs,
): Promise<{ readonly warnings: readonly string[]; readonly wasStarted: boolean }> {
  await refuseTooNew(engine, news, changed);
  const { Id } = container;
  const { context } = engine;
  if (nameOfContainer(container) !== news.name) {
    context.progress(`renaming to ${news.name}`);
    await rename(engine, Id, news.name);
  }
  const warnings = await updateLimits(engine, container, changed, news);
  if (changed.includes("networks") && news.networks) {
    await rewire(engine, container, olds.networks ?? [], news.networks);
  }
  if (changed.includes("access") && news.access) {
    await setAccess(engine, Id, container.Portainer?.ResourceControl, await ownershipOf(engine, news.access));
  }
  const files = changedFiles(container, olds.files, news.files);
  const target = { id: Id, image: container.Image, volumes: fileVolumesOf(container) };
  await uploadFiles(engine, target, news, files);
  const wasStarted = await bringTo(engine, Id, container.State, news.desiredState);
  const isToKnow = !wasStarted && container.State.Running && news.desiredState === "running";
  const wasRestarted = isToKnow && (await announce(engine, Id, files));
  return { warnings, wasStarted: wasStarted || wasRestarted };
}

/** Changes limits and the restart policy in one request. */
async function updateLimits(
  engine: Engine,
  container: ContainerInspect,
  changed: readonly Key[],
  news: ContainerInputs,
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
  const { Warnings } = await updateContainer(engine, container.Id, update);
  for (const warning of Warnings ?? []) engine.context.warn(warning);
  return Warnings ?? [];
}

/**
 * The engine refuses memory above the old swap limit. So both change together, with swap twice the memory, as at
 * creation.
 */
function swapBeside(container: ContainerInspect, { Memory }: Wire): number {
  return at(container, ["HostConfig", "MemorySwap"]) === -1 ? -1 : Number(Memory) * 2;
}

type Files = Readonly<Record<string, FileInput>>;

/** The files to upload: those that changed. A container that never ran may lack any of its files, so it gets all. */
function changedFiles(container: ContainerInspect, olds: Files = {}, news: Files = {}): Files {
  if (container.State.Status === "created") return news;
  const before = fileArguments.files.normalize(olds);
  const after = fileArguments.files.normalize(news);
  return Object.fromEntries(Object.entries(news).filter(([path]) => !equal(before[path], after[path])));
}

/**
 * Tells the running process of changed files: by a restart if one of them asks for it, else by their signals.
 *
 * @returns whether it was restarted.
 */
async function announce(engine: Engine, id: string, files: Files): Promise<boolean> {
  const { docker, call, context } = engine;
  const reactions = Object.values(files).map((file) => fileSpecification(file).onChange);
  if (reactions.includes("restart")) {
    context.progress("restarting for changed files");
    await restart(engine, id);
    return true;
  }
  const signals = reactions.flatMap((reaction) => (typeof reaction === "object" ? [reaction.signal] : []));
  for (const signal of new Set(signals)) {
    await docker.containers.kill({ params: { id }, query: { signal } }, call);
  }
  return false;
}

/** Whether only settings of the provider changed: then there is nothing to do on the engine. */
export function changesNothing(olds: ContainerState, news: ContainerInputs): boolean {
  const { changed } = difference(containerProperties, { ...olds }, news);
  return changed.length > 0 && changed.every((key) => containerArguments[key as Key].change === "setting");
}

/** Makes the container of the state match the inputs; creates it again if it is gone. */
export async function reconcile(
  engine: Engine,
  id: string,
  olds: ContainerState,
  news: ContainerInputs,
): Promise<ContainerState> {
  const found = await recover(engine, olds, news);
  if (!found) {
    engine.context.info(`"${olds.name}" is gone: it is created anew`);
    return await createNew(engine, news, id);
  }
  return await bringAbout(engine, found, olds, news);
}

/** Makes an existing container match the inputs, in place or by a roll-out. */
async function bringAbout(
  engine: Engine,
  found: ContainerInspect,
  olds: Partial<ContainerState>,
  news: ContainerInputs,
): Promise<ContainerState> {
  const changed = new Set<Key>(
    [
      ...(difference(containerProperties, { ...olds }, news).changed as Key[]),
      ...unfulfilled(found, await withResolvedNames(engine, news), olds.warnings),
    ].filter((key) => !identifies(key)),
  );
  const reasons = needRollOut([...changed], olds, news);
  if (!reasons.includes("files") && !hasFileVolumes(found, news)) reasons.push("files");
  if (reasons.length === 0 && leavesFirstNetwork(found, news)) reasons.push("networks");
  if (reasons.length > 0) {
    if (news.replacement === "never" && !neverRan(found.State.Status)) throw refusedByReplacement(reasons);
    const { container: now, logs, warnings } = await rollOut(engine, found, olds, news);
    return { ...news, ...(await outputsOf(engine, now, { ...olds, warnings, logs })) };
  }
  const { warnings: further, wasStarted } = await changeInPlace(engine, found, [...changed], olds, news);
  const { container: now, logs } = await ready(
    engine,
    found.Id,
    news,
    wasStarted,
    news.autoRemove ? found : undefined,
  );
  const warnings = [...new Set([...(olds.warnings ?? []), ...further])];
  return { ...news, ...(await outputsOf(engine, now, { ...olds, warnings, logs })) };
}

/** With `replacement: "never"`, only a container that never ran is recreated: it has nothing to lose. */
export const refusedByReplacement = (reasons: readonly Key[]): ProviderError =>
  new ProviderError(
    `changing ${reasons.map((key) => `\`${key}\``).join(", ")} needs a new container, and \`replacement\` is "never": nothing was changed`,
  );

/** Adopts a container that is in no state, as it is or changed to match. */
export async function takeOver(
  engine: Engine,
  inputs: ContainerInputs,
  { container: found, change }: Adoption,
): Promise<ContainerState> {
  engine.context.claims.hold(identityOf(found.Id));
  const outputs = { ...inputs, ...(await outputsOf(engine, found)) };
  if (!change) return outputs;
  // The content of its files cannot be read, so all are uploaded.
  const { files: _unseen, ...observed } = observe(found, inputs) as Partial<ContainerInputs>;
  const olds = {
    ...observed,
    desiredState: stateOf(found, inputs),
  };
  return await bringAbout(engine, found, olds, inputs);
}

/** Removes the container of the state, the other one of a killed roll-out, and the volumes of their files. */
export async function removeAll(engine: Engine, state: ContainerState): Promise<void> {
  const another = await removeContainers(engine, state);
  const areOurs = another === undefined || labelsOf(another)[CREATE_LABEL] !== state.createId;
  if (areOurs && fileFolders(state).length > 0) await removeFileVolumes(engine, state.createId);
  if (another === undefined && !state.removeVolumes) tellOfVolumes(engine, state);
}

/** @returns the container of that name, if another resource of this run has taken it: it is not removed. */
async function removeContainers(
  engine: Engine,
  state: ContainerState,
): Promise<ContainerInspect | undefined> {
  const { containerId, removeVolumes = false } = state;
  const isAside = leftoverOf(containerId, state.name) !== undefined;
  const wasInterrupted = isAside || (await leftoversFor(engine, state.name)).length > 0;
  if (!wasInterrupted && (await remove(engine, containerId, removeVolumes))) return undefined;
  const namesake = await findByName(engine, leftoverOf(containerId, state.name)?.name ?? state.name);
  if (namesake && engine.context.claims.isHeldByAnother(identityOf(namesake.Id))) {
    await remove(engine, containerId, removeVolumes);
    return namesake;
  }
  const found = await recover(engine, state, state);
  if (found) await remove(engine, found.Id, removeVolumes);
  return undefined;
}

/** Data is never removed unasked. Anonymous volumes are hard to find later, so their names are reported. */
function tellOfVolumes({ context }: Engine, { anonymousVolumes = {} }: ContainerState): void {
  const volumes = Object.entries(anonymousVolumes).map(([target, name]) => `${name} (${target})`);
  if (volumes.length === 0) return;
  context.info(
    `volumes without a name stay, with the data: ${volumes.join(", ")}. ` +
      "`docker volume rm` removes them; with `removeVolumes: true` they go with the container.",
  );
}
