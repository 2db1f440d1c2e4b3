import type { Definition } from "../../core/definition";
import { ProviderError } from "../../core/errors";
import { inputsToSay } from "../../core/importable";
import { hasUnknown, isUnknown } from "../../core/properties";
import { deleteThere, engineRefOf, nameAndEnvironment, reachEngine, readThere, updateThere } from "../engine";
import { idOf, parseId } from "../identity";
import { adopt } from "./adopt";
import { type ContainerInputs, ContainerSchema, containerProperties, identifies } from "./arguments";
import { findById, findByName, neverRan } from "./calls";
import { createNew, isNameTaken } from "./creation";
import { readImportedInputs } from "./importable";
import { identityOf } from "./labels";
import { misnomers } from "./misnomers";
import {
  changesNothing,
  needRollOut,
  reconcile,
  refusedByReplacement,
  removeAll,
  takeOver,
} from "./reconcile";
import { findKnown } from "./recovery";
import type { ContainerOutputs } from "./state";
import { inputsOf, isRemembered, outputsIn, show } from "./state";
import { warnOfAutoRemove, warnOfTrouble } from "./trouble";
import { validateTogether } from "./validate";

export type { ContainerArgs, ContainerInputs } from "./arguments";
export { type ImportableContainer, importableContainers } from "./importable";
export type { ContainerOutputs } from "./state";

type Schema = typeof ContainerSchema;
type Key = keyof ContainerInputs;

/**
 * A container: a name on an environment. What the engine can change, it changes on the running container. For the rest,
 * the update rolls out a new container, and rolls back if that fails.
 */
export const container: Definition<Schema, ContainerOutputs> = {
  type: "Container",
  schema: ContainerSchema,
  properties: containerProperties,
  secrets: [],
  misnomers,

  defaults: nameAndEnvironment,
  identity: ({ containerId }) => containerId && identityOf(containerId),
  validate: validateTogether,

  explain(changed, olds, news) {
    if (goesWithItsVolume(changed, olds, news)) return undefined;
    const reasons = needRollOut(changed as Key[], olds, news);
    if (reasons.length === 0 || reasons.some(identifies) || news.replacement === "replace") return undefined;
    const noReturn = olds.autoRemove ? " There is no way back if that fails, because of autoRemove." : "";
    if (reasons.every((key) => hasUnknown(news[key]))) {
      return `the container may be recreated by a roll-out, depending on values that are not known yet: ${reasons.join(", ")}.${noReturn}`;
    }
    return `the container is recreated by a roll-out, because of: ${reasons.join(", ")}.${noReturn}`;
  },

  replaces(changed, olds, news) {
    if (goesWithItsVolume(changed, olds, news)) return ["volumes"];
    const reasons = needRollOut(changed as Key[], olds, news);
    if (reasons.length === 0 || news.replacement === undefined || news.replacement === "rollout") return [];
    if (news.replacement !== "never") return reasons;
    const certain = reasons.filter((key) => !hasUnknown(news[key]));
    if (certain.length === 0 || neverRan(olds.status)) return [];
    throw refusedByReplacement(certain);
  },

  async create(context, inputs) {
    const engine = await reachEngine(context, engineRefOf(inputs));
    const id = idOf(engine.endpointId, inputs.name);
    const found = inputs.adopt === undefined ? undefined : await adopt(engine, inputs);
    if (found) return { id, outputs: await takeOver(engine, inputs, found) };
    try {
      return { id, outputs: await createNew(engine, inputs, id) };
    } catch (error) {
      if (!isNameTaken(error)) throw error;
      const holder = await adopt(engine, inputs);
      if (!holder) throw error;
      return { id, outputs: await takeOver(engine, inputs, holder) };
    }
  },

  read(context, id, state) {
    const { endpointId, nodeName, nameOrId } = parseId(id, context.connection.endpointId);
    const look = async () => {
      const engine = await reachEngine(context, { endpointId, nodeName: state.nodeName ?? nodeName }, state);
      const now = isRemembered(state)
        ? await findKnown(engine, state)
        : ((await findByName(engine, nameOrId)) ?? (await findById(engine, nameOrId)));
      if (isRemembered(state)) {
        if (now) warnOfTrouble(engine, now, state);
        else warnOfAutoRemove(engine, state);
      }
      return now && (await show(engine, id, now, state));
    };
    const remembered = isRemembered(state)
      ? { id, inputs: inputsOf(state), outputs: { ...state } }
      : undefined;
    return readThere(context, endpointId, look, remembered);
  },

  async importedInputs(context, id) {
    const { endpointId, nodeName, nameOrId } = parseId(id, context.connection.endpointId);
    const engine = await reachEngine(context, { endpointId, nodeName });
    const now = await findByName(engine, nameOrId);
    if (!now) throw new ProviderError(`there is no container "${nameOrId}" on environment ${endpointId}`);
    return inputsToSay(ContainerSchema, { ...(await readImportedInputs(engine, now)) });
  },

  async update(context, id, olds, news) {
    if (changesNothing(olds, news)) return { ...news, ...outputsIn(olds) };
    return await updateThere(context, olds, async () => {
      const engine = await reachEngine(context, engineRefOf(news), olds);
      return await reconcile(engine, id, olds, news);
    });
  },

  delete: (context, _id, state) =>
    deleteThere(context, async () => {
      const engine = await reachEngine(context, engineRefOf(state), state);
      await removeAll(engine, state);
    }),
};

/**
 * Whether Pulumi asks what happens to the container when its volume is replaced. It asks with all inputs unknown that
 * depend on the volume. If the answer is that the container is replaced, Pulumi deletes it before the volume.
 */
function goesWithItsVolume(
  changed: readonly string[],
  olds: Partial<ContainerInputs>,
  news: Partial<ContainerInputs>,
): boolean {
  const isAsked = changed.includes("volumes") && changed.every((key) => isUnknown(news[key as Key]));
  return isAsked && olds.volumes !== undefined && news.replacement !== "never";
}
