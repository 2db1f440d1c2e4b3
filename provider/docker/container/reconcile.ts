/**
 * Makes an existing container match its inputs: in place where the engine can, else by a roll-out. Also adopts a
 * container, and removes all that belongs to one.
 */
import type { ContainerInspect } from "../../../contract";
import { difference } from "../../core/diff";
import { ProviderError } from "../../core/errors";
import type { Engine } from "../engine";
import type { Adoption } from "./adopt";
import { type ContainerInputs, containerArguments, containerProperties, identifies } from "./arguments";
import type { ContainerChange } from "./arguments/argument";
import { stateOf } from "./arguments/run";
import { bringTo, findByName, neverRan, remove, updateContainer } from "./calls";
import { createNew } from "./creation";
import { fileFolders, removeFileVolumes } from "./file-volumes";
import { CREATE_LABEL, identityOf, labelsOf } from "./labels";
import { leftoverOf, leftoversFor } from "./leftovers";
import { observe, unfulfilled, withResolvedNames } from "./observe";
import { ready } from "./ready";
import { recover } from "./recovery";
import { rollOut } from "./roll-out";
import { refuseTooNew } from "./specification";
import { type ContainerState, outputsOf } from "./state";
import { isUnset, type Wire } from "./wire";

type Key = keyof ContainerInputs;
const keys = Object.keys(containerArguments) as Key[];

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
    const { change, needsRollOut } = containerArguments[key];
    if (change !== "inPlace") return change === "rollout";
    return needsRollOut?.(news[key] as never, olds, news) === true;
  });
}

/**
 * Makes the changes that the engine can make on the existing container.
 *
 * @returns the engine's warnings, and whether this started the container's process.
 */
async function changeInPlace(
  engine: Engine,
  changed: readonly Key[],
  change: ContainerChange<ContainerInputs>,
): Promise<{ readonly warnings: readonly string[]; readonly wasStarted: boolean }> {
  const { container, news } = change;
  await refuseTooNew(engine, news, changed);
  const changing = changed.map((key) => containerArguments[key]);
  const body: Wire = {};
  for (const key of changed) containerArguments[key].update?.(news[key] as never, body, change);
  const warnings = isUnset(body) ? [] : await updateContainer(engine, container.Id, body);
  for (const { apply } of changing) await apply?.(engine, change);
  let wasStarted = await bringTo(engine, container.Id, container.State, news.desiredState);
  const isToKnow = !wasStarted && container.State.Running && news.desiredState === "running";
  for (const { announce } of isToKnow ? changing : [])
    if (await announce?.(engine, change)) wasStarted = true;
  return { warnings, wasStarted };
}

/** What is to be applied once more, because it cannot be read back and a container that never ran may lack it. */
function inDoubt({ State }: ContainerInspect): Key[] {
  if (!neverRan(State.Status)) return [];
  return keys.filter((key) => containerArguments[key].apply && !containerArguments[key].read);
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
      ...inDoubt(found),
    ].filter((key) => !identifies(key)),
  );
  const outOfReach = keys.filter((key) => containerArguments[key].isOutOfReach?.(found, news));
  const reasons = [...new Set([...needRollOut([...changed], olds, news), ...outOfReach])];
  if (reasons.length > 0) {
    if (news.replacement === "never" && !neverRan(found.State.Status)) throw refusedByReplacement(reasons);
    const { container: now, logs, warnings } = await rollOut(engine, found, olds, news);
    return { ...news, ...(await outputsOf(engine, now, { ...olds, warnings, logs })) };
  }
  const { warnings: further, wasStarted } = await changeInPlace(engine, [...changed], {
    container: found,
    olds,
    news,
  });
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
