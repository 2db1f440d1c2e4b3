/** Finds the container of a state, and finishes or undoes a roll-out that was killed. */
import type { ContainerInspect } from "../../../contract";
import { ProviderError } from "../../core/errors";
import type { Engine } from "../engine";
import type { ContainerInputs } from "./arguments";
import { discard, findById, findByName, nameOfContainer, rename } from "./calls";
import { tidyUpAfter } from "./file-volumes";
import { CREATE_LABEL, labelsOf } from "./labels";
import { asLeftover, leftoverOf, leftoversFor } from "./leftovers";

/** What the state says of the container. */
export interface Known {
  readonly containerId: string;
  readonly createId: string;
  readonly name: string;
}

/**
 * Finds the container that the state names, and finishes or undoes a roll-out that was killed half-way: its new
 * container stays if it is up; else the old one gets its name back.
 *
 * @returns `undefined` when the container is gone.
 */
export async function recover(
  engine: Engine,
  known: Known,
  desired: Pick<ContainerInputs, "desiredState">,
): Promise<ContainerInspect | undefined> {
  const container = await findKnown(engine, known);
  const aside = container && asLeftover(container);
  // A refresh after the kill may have saved the temporary name in the state.
  const name = aside?.name ?? leftoverOf(known.containerId, known.name)?.name ?? known.name;
  const leftovers = await leftoversFor(engine, name);
  for (const { id, role } of leftovers) {
    if (role === "new" && id !== container?.Id) await discardOwn(engine, id);
  }
  if (!container || aside?.role !== "old") return container;
  return await settle(engine, container, aside.createId, name, desired);
}

/** By its id; or by its name, if Portainer's "recreate" replaced it: the new container has all its labels. */
export async function findKnown(engine: Engine, known: Known): Promise<ContainerInspect | undefined> {
  const container = await findById(engine, known.containerId);
  if (container) return container;
  const namesake = await findByName(engine, known.name);
  const isOurs = namesake && known.createId !== "" && labelsOf(namesake)[CREATE_LABEL] === known.createId;
  return isOurs ? namesake : undefined;
}

/** The old container has its temporary name: decides which of the two keeps the real one. */
async function settle(
  engine: Engine,
  old: ContainerInspect,
  createId: string,
  name: string,
  { desiredState }: Pick<ContainerInputs, "desiredState">,
): Promise<ContainerInspect | undefined> {
  const holder = await findByName(engine, name);
  if (holder && labelsOf(holder)[CREATE_LABEL] !== createId) {
    throw new ProviderError(
      `a roll-out of "${name}" was interrupted, and its name is now held by another container (${holder.Id.slice(0, 12)}): rename or remove that one, then run again. The container from before is "${nameOfContainer(old)}"`,
    );
  }
  if (holder && isUp(holder, desiredState)) {
    await discard(engine, old.Id, false);
    await tidyUpAfter(engine, old);
    engine.context.info(`finished an interrupted roll-out of "${name}": the new container stays`);
    return holder;
  }
  if (holder) {
    await discard(engine, holder.Id, false);
    await tidyUpAfter(engine, holder);
  }
  await rename(engine, old.Id, name);
  engine.context.info(
    `took back an interrupted roll-out of "${name}": the container from before has its name again`,
  );
  return await findById(engine, old.Id);
}

function isUp({ State }: ContainerInspect, desiredState: ContainerInputs["desiredState"]): boolean {
  if (desiredState !== "running") return true;
  const isHealthy = !State.Health || ["none", "healthy"].includes(State.Health.Status);
  return State.Running && !State.Restarting && isHealthy;
}

/**
 * Removes the new container of a killed roll-out. Its name ends in the id of its label, which shows that it is ours.
 */
async function discardOwn(engine: Engine, id: string): Promise<void> {
  const container = await findById(engine, id);
  const leftover = container && asLeftover(container);
  if (!leftover || labelsOf(container)[CREATE_LABEL] !== leftover.createId) return;
  await discard(engine, id, false);
  await tidyUpAfter(engine, container);
}
