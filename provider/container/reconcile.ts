import type { ContainerInspect } from "../../contract";
import { difference } from "../core/diff";
import { ProviderError } from "../core/failure";
import type { Place } from "../docker/place";
import type { Adoption } from "./adopt";
import { type ContainerSettled, containerArguments } from "./arguments";
import { fileFolders } from "./arguments/file-placement";
import { byIds } from "./by-id";
import { createNew } from "./creation";
import { hasFileVolumes, removeFileVolumes } from "./file-volumes";
import { findByName } from "./find";
import { changeInPlace, needRollOut } from "./in-place";
import { CREATE_LABEL, identityOf, labelsOf } from "./labels";
import { leftoverOf, leftoversFor } from "./leftovers";
import { leavesFirstNetwork } from "./networks";
import { observe, unfulfilled } from "./observe";
import { containerProperties, isPlace } from "./properties";
import { ready } from "./ready";
import { recover } from "./recovery";
import type { ContainerState } from "./remembered";
import { remove } from "./removal";
import { rollOut } from "./roll-out";
import { neverRan, stateOf } from "./run-state";
import { outputsOf } from "./state";

type Key = keyof ContainerSettled;

/** What changed are settings of the provider alone, and what is there is as it was wished. */
export function changesNothing(olds: ContainerState, news: ContainerSettled): boolean {
  const { changed } = difference(containerProperties, { ...olds }, news);
  return changed.length > 0 && changed.every((key) => containerArguments[key as Key].change === "setting");
}

/** Makes the container that state names what is wished; creates it anew if it is gone. */
export async function reconcile(
  place: Place,
  id: string,
  olds: ContainerState,
  news: ContainerSettled,
): Promise<ContainerState> {
  const found = await recover(place, olds, news);
  if (!found) {
    place.context.info(`"${olds.name}" is gone: it is created anew`);
    return await createNew(place, news, id);
  }
  return await bringAbout(place, found, olds, news);
}

/** Makes the container that is there what is wished, in place or by a roll-out. */
async function bringAbout(
  place: Place,
  found: ContainerInspect,
  olds: Partial<ContainerState>,
  news: ContainerSettled,
): Promise<ContainerState> {
  const changed = new Set<Key>(
    [
      ...(difference(containerProperties, { ...olds }, news).changed as Key[]),
      ...unfulfilled(found, await byIds(place, news), olds.warnings),
    ].filter((key) => !isPlace(key)),
  );
  const reasons = needRollOut([...changed], olds, news);
  if (!reasons.includes("files") && !hasFileVolumes(found, news)) reasons.push("files");
  if (reasons.length === 0 && leavesFirstNetwork(found, news)) reasons.push("networks");
  if (reasons.length > 0) {
    if (news.replacement === "never" && !neverRan(found.State.Status)) throw refusedByReplacement(reasons);
    const { container: now, logs, warnings } = await rollOut(place, found, olds, news);
    return { ...news, ...(await outputsOf(place, now, { ...olds, warnings, logs })) };
  }
  const { warnings: further, wasStarted } = await changeInPlace(place, found, [...changed], olds, news);
  const { container: now, logs } = await ready(
    place,
    found.Id,
    news,
    wasStarted,
    news.autoRemove ? found : undefined,
  );
  const warnings = [...new Set([...(olds.warnings ?? []), ...further])];
  return { ...news, ...(await outputsOf(place, now, { ...olds, warnings, logs })) };
}

/** With `replacement: "never"` only a container that never ran, so that nothing is lost with it, is recreated. */
export const refusedByReplacement = (reasons: readonly Key[]): ProviderError =>
  new ProviderError(
    `changing ${reasons.map((key) => `\`${key}\``).join(", ")} needs a new container, and \`replacement\` is "never": nothing was changed`,
  );

/** Takes a container that is in no state, as it is or changed to match. */
export async function takeOver(
  place: Place,
  inputs: ContainerSettled,
  { container: found, change }: Adoption,
): Promise<ContainerState> {
  place.context.claims.hold(identityOf(found.Id));
  const outputs = { ...inputs, ...(await outputsOf(place, found)) };
  if (!change) return outputs;
  // What is in its files cannot be seen, so they are put there.
  const { files: _unseen, ...observed } = observe(found, inputs) as Partial<ContainerSettled>;
  const olds = {
    ...observed,
    desiredState: stateOf(found, inputs),
  };
  return await bringAbout(place, found, olds, inputs);
}

/** The container of the state, the other one of a roll-out that was killed, and the volumes of their files. */
export async function removeAll(place: Place, state: ContainerState): Promise<void> {
  const another = await removeContainers(place, state);
  const areOurs = another === undefined || labelsOf(another)[CREATE_LABEL] !== state.createId;
  if (areOurs && fileFolders(state).length > 0) await removeFileVolumes(place, state.createId);
  if (another === undefined && !state.removeVolumes) tellOfVolumes(place, state);
}

/** @returns the container of that name, if another resource of this run has taken it: it is left alone. */
async function removeContainers(place: Place, state: ContainerState): Promise<ContainerInspect | undefined> {
  const { containerId, removeVolumes = false } = state;
  const isAside = leftoverOf(containerId, state.name) !== undefined;
  const wasInterrupted = isAside || (await leftoversFor(place, state.name)).length > 0;
  if (!wasInterrupted && (await remove(place, containerId, removeVolumes))) return undefined;
  const namesake = await findByName(place, leftoverOf(containerId, state.name)?.name ?? state.name);
  if (namesake && place.context.claims.isHeldByAnother(identityOf(namesake.Id))) {
    await remove(place, containerId, removeVolumes);
    return namesake;
  }
  const found = await recover(place, state, state);
  if (found) await remove(place, found.Id, removeVolumes);
  return undefined;
}

/** Data is never removed unasked, and nobody finds a volume without a name who is not told of it. */
function tellOfVolumes({ context }: Place, { anonymousVolumes = {} }: ContainerState): void {
  const volumes = Object.entries(anonymousVolumes).map(([target, name]) => `${name} (${target})`);
  if (volumes.length === 0) return;
  context.info(
    `volumes without a name stay, with the data: ${volumes.join(", ")}. ` +
      "`docker volume rm` removes them; with `removeVolumes: true` they go with the container.",
  );
}
