import type { ContainerInspect } from "../../contract";
import type { Definition, Property, State } from "../core/definition";
import { difference } from "../core/diff";
import { equal } from "../core/equal";
import { messageOf, ProviderError, Unfinished } from "../core/failure";
import { isEnvironmentGone } from "../core/gone";
import type { Properties } from "../core/hidden";
import { idNumber } from "../core/id";
import type { Failure } from "../core/validate";
import { withIds } from "./access";
import { adopt } from "./adopt";
import { ContainerSchema, type ContainerSettled, containerArguments } from "./arguments";
import { accessArguments } from "./arguments/access";
import { findById, findByName, nameOfContainer } from "./find";
import { idOf, parseId } from "./identity";
import { changeInPlace, needRollOut } from "./in-place";
import { newCreateId } from "./labels";
import { leftoverOf, leftoversFor } from "./leftovers";
import { createContainer, furnish, isNameTaken } from "./new-container";
import { observe, unfulfilled } from "./observe";
import { openPlace, type Place, Unreachable } from "./place";
import { misnomers, validateTogether } from "./program";
import { ready } from "./ready";
import { findKnown, recover } from "./recovery";
import { remove } from "./removal";
import { rollOut } from "./roll-out";
import { bringTo, stateOf } from "./run-state";
import { type ContainerOutputs, outputsOf } from "./state";

export type { ContainerInputs, ContainerSettled } from "./arguments";
export type { ContainerOutputs } from "./state";

type Schema = typeof ContainerSchema;
type ContainerState = State<Schema, ContainerOutputs>;
type Key = keyof ContainerSettled;

/**
 * A container: a named place on an environment. What the engine can change it changes on the container that runs; for
 * the rest a roll-out puts a new one in its place, within the update, and goes back if that fails.
 */
export const container: Definition<Schema, ContainerOutputs> = {
  type: "Container",
  schema: ContainerSchema,
  properties: properties(),
  secrets: [],
  misnomers,

  defaults: (inputs, { name, settings }) => ({
    ...(name !== undefined && { name }),
    ...(inputs["endpointId"] === undefined && settings.endpointId && { endpointId: settings.endpointId }),
  }),
  validate: (inputs: Properties): Failure[] => validateTogether(inputs),

  explain(changed, olds, news) {
    const reasons = needRollOut(changed as Key[], olds, news);
    if (reasons.length === 0 || reasons.includes("endpointId") || news.replacement === "replace")
      return undefined;
    const noReturn = olds.autoRemove ? " There is no way back if that fails, because of autoRemove." : "";
    return `the container is recreated by a roll-out, because of: ${reasons.join(", ")}.${noReturn}`;
  },

  replaces(changed, olds, news) {
    const reasons = needRollOut(changed as Key[], olds, news);
    if (reasons.length === 0 || news.replacement === undefined || news.replacement === "rollout") return [];
    if (news.replacement === "replace") return reasons;
    throw new ProviderError(
      `changing ${reasons.map((key) => `\`${key}\``).join(", ")} needs a new container, and \`replacement\` is "never": nothing was changed`,
    );
  },

  async create(context, inputs) {
    const place = await openPlace(context, idNumber(inputs.endpointId));
    const id = idOf(place.endpointId, inputs.name);
    const found = inputs.adopt === undefined ? undefined : await adopt(place, inputs);
    if (found) return { id, outputs: await takeOver(place, inputs, found) };
    try {
      return { id, outputs: await createNew(place, inputs, id) };
    } catch (error) {
      if (!isNameTaken(error)) throw error;
      const holder = await adopt(place, inputs);
      if (!holder) throw error;
      return { id, outputs: await takeOver(place, inputs, holder) };
    }
  },

  async read(context, id, state) {
    const { endpointId, nameOrId } = parseId(id, context.connection.endpointId);
    try {
      const place = await openPlace(context, endpointId, state);
      const now = isRemembered(state)
        ? await findKnown(place, state)
        : ((await findByName(place, nameOrId)) ?? (await findById(place, nameOrId)));
      if (!now) return undefined;
      return await show(place, id, now, state);
    } catch (error) {
      if (isEnvironmentGone(error)) {
        context.warn(`environment ${endpointId} is gone, and its containers with it`);
        return undefined;
      }
      if (!(error instanceof Unreachable) || !context.connection.skipUnreachable || !isRemembered(state))
        throw error;
      context.warn(`${messageOf(error)} It is left as it was.`);
      return { id, inputs: inputsOf(state), outputs: { ...state } };
    }
  },

  async update(context, id, olds, news) {
    if (changesNothing(olds, news)) return { ...news, ...outputsIn(olds) };
    try {
      const place = await openPlace(context, idNumber(news.endpointId), olds);
      return await reconcile(place, id, olds, news);
    } catch (error) {
      if (!(error instanceof Unreachable) || !context.connection.skipUnreachable) throw error;
      context.warn(`${messageOf(error)} The change is left for later.`);
      return olds;
    }
  },

  async delete(context, _id, state) {
    try {
      const place = await openPlace(context, idNumber(state.endpointId), state);
      await removeAll(place, state);
    } catch (error) {
      if (isEnvironmentGone(error)) return;
      if (!(error instanceof Unreachable) || !context.connection.deleteUnreachable) throw error;
      context.warn(`${messageOf(error)} It is forgotten.`);
    }
  },
};

function properties(): Definition<Schema, ContainerOutputs>["properties"] {
  const entries = Object.entries(containerArguments).map(([key, { normalize }]): [string, Property] => [
    key,
    { change: key === "endpointId" ? "replace" : "update", ...(normalize && { normalize }) },
  ]);
  return Object.fromEntries(entries) as never;
}

const inputKeys = new Set(Object.keys(containerArguments));

function inputsOf(state: Partial<ContainerState>): Partial<ContainerSettled> {
  return Object.fromEntries(Object.entries(state).filter(([key]) => inputKeys.has(key)));
}

function outputsIn(state: ContainerState): ContainerOutputs {
  return Object.fromEntries(
    Object.entries(state).filter(([key]) => !inputKeys.has(key)),
  ) as unknown as ContainerOutputs;
}

function isRemembered(state: Partial<ContainerState>): state is ContainerState {
  return state.containerId !== undefined && state.name !== undefined;
}

/** What changed are settings of the provider alone, and what is there is as it was wished. */
function changesNothing(olds: ContainerState, news: ContainerSettled): boolean {
  const { changed } = difference(container.properties, { ...olds }, news);
  return changed.length > 0 && changed.every((key) => containerArguments[key as Key].change === "setting");
}

async function createNew(place: Place, inputs: ContainerSettled, id: string): Promise<ContainerState> {
  const born = await createContainer(place, inputs, { name: inputs.name, createId: newCreateId() });
  const { warnings } = born;
  for (const warning of warnings) place.context.warn(warning);
  try {
    await furnish(place, born, inputs);
    if (inputs.desiredState === "running" || inputs.desiredState === "paused") {
      const created = { Id: born.id, State: { Running: false, Paused: false, Restarting: false } };
      await bringTo(place, created as ContainerInspect, inputs.desiredState);
    }
    const { container: now, logs } = await ready(place, born.id, inputs, false);
    return { ...inputs, ...outputsOf(place, now, { warnings, logs }) };
  } catch (error) {
    throw await unfinished(place, id, born.id, inputs, error);
  }
}

/** The container is there and stays; state must name it, as it is now. */
async function unfinished(
  place: Place,
  id: string,
  containerId: string,
  inputs: ContainerSettled,
  error: unknown,
): Promise<Error> {
  const now = await findById(place, containerId).catch(() => undefined);
  const partial = now
    ? { ...inputs, desiredState: stateOf(now, inputs), ...outputsOf(place, now) }
    : { ...inputs, containerId, createId: "", engineId: place.engineId, instanceId: place.instanceId };
  return new Unfinished(id, partial, error);
}

/** The container of the state, and the other one of a roll-out that was killed. */
async function removeAll(place: Place, state: ContainerState): Promise<void> {
  const { containerId, removeVolumes = false } = state;
  const isAside = leftoverOf(containerId, state.name) !== undefined;
  const wasInterrupted = isAside || (await leftoversFor(place, state.name)).length > 0;
  if (!wasInterrupted && (await remove(place, containerId, removeVolumes))) return;
  const found = await recover(place, state, state);
  if (found) await remove(place, found.Id, removeVolumes);
}

async function takeOver(
  place: Place,
  inputs: ContainerSettled,
  { container: found, change }: { container: ContainerInspect; change: boolean },
): Promise<ContainerState> {
  const outputs = { ...inputs, ...outputsOf(place, found) };
  if (!change) return outputs;
  const olds = {
    ...(observe(found, inputs) as Partial<ContainerSettled>),
    desiredState: stateOf(found, inputs),
  };
  return await bringAbout(place, found, olds, inputs);
}

async function reconcile(
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
  olds: Partial<ContainerSettled>,
  news: ContainerSettled,
): Promise<ContainerState> {
  const wished = news.access === undefined ? news : { ...news, access: await withIds(place, news.access) };
  const changed = new Set<Key>([
    ...(difference(container.properties, { ...olds }, news).changed as Key[]),
    ...unfulfilled(found, wished),
  ]);
  changed.delete("endpointId");
  const reasons = needRollOut([...changed], olds, news);
  if (reasons.length > 0) {
    const { container: now, logs, warnings } = await rollOut(place, found, news);
    return { ...news, ...outputsOf(place, now, { warnings, logs }) };
  }
  await changeInPlace(place, found, [...changed], olds, news);
  const { container: now, logs } = await ready(place, found.Id, news, false);
  return { ...news, ...outputsOf(place, now, { logs }) };
}

async function show(
  place: Place,
  id: string,
  now: ContainerInspect,
  state: Partial<ContainerState>,
): Promise<{ id: string; inputs: Partial<ContainerSettled>; outputs: Properties }> {
  const known = isRemembered(state);
  const wished = known ? inputsOf(state) : undefined;
  const inputs: Partial<ContainerSettled> = {
    ...observe(now, wished),
    endpointId: wished?.endpointId ?? place.endpointId,
    name: nameOfContainer(now),
    desiredState: stateOf(now, wished ?? { desiredState: "running" }),
  };
  const { access } = wished ?? {};
  if (access !== undefined && inputs.access !== undefined) {
    const sameAccess = equal(
      accessArguments.access.normalize(inputs.access),
      accessArguments.access.normalize(await withIds(place, access)),
    );
    if (sameAccess) inputs.access = access;
  }
  const outputs = { ...inputs, ...outputsOf(place, now, known ? state : {}) };
  return {
    id: idOf(place.endpointId, known ? id.slice(id.indexOf("/") + 1) : nameOfContainer(now)),
    inputs,
    outputs,
  };
}
