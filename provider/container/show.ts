import type { ContainerInspect } from "../../contract";
import { equal } from "../core/equal";
import type { Properties } from "../core/hidden";
import { idOf } from "../docker/identity";
import type { Place } from "../docker/place";
import type { ContainerSettled } from "./arguments";
import { byIds } from "./by-id";
import { nameOfContainer } from "./find";
import { observe } from "./observe";
import { type ContainerState, inputsOf, isRemembered } from "./remembered";
import { stateOf } from "./run-state";
import { outputsOf } from "./state";

/** A container as `refresh` and `get` show it: the inputs that are managed, as they are now, and the outputs. */
export async function show(
  place: Place,
  id: string,
  now: ContainerInspect,
  state: Partial<ContainerState>,
): Promise<{ id: string; inputs: Partial<ContainerSettled>; outputs: Properties }> {
  const known = isRemembered(state);
  const wished = known ? inputsOf(state) : undefined;
  const inputs: Partial<ContainerSettled> = {
    ...(await asWritten(place, now, wished, state.warnings)),
    endpointId: wished?.endpointId ?? place.endpointId,
    nodeName: place.nodeName,
    name: nameOfContainer(now),
    desiredState: stateOf(now, wished ?? { desiredState: "running" }),
  };
  const outputs = { ...inputs, ...(await outputsOf(place, now, known ? state : {})) };
  return {
    id: idOf(place.endpointId, known ? id.slice(id.indexOf("/") + 1) : nameOfContainer(now)),
    inputs,
    outputs,
  };
}

/** What is as wished reads as it was written, with names where the engine has ids. */
async function asWritten(
  place: Place,
  now: ContainerInspect,
  wished: Partial<ContainerSettled> | undefined,
  warnings: readonly string[] | undefined,
): Promise<Properties> {
  if (wished === undefined) return observe(now, undefined);
  const resolved: Properties = await byIds(place, wished);
  const written: Properties = wished;
  return Object.fromEntries(
    Object.entries(observe(now, resolved, warnings)).map(([key, value]) => [
      key,
      equal(value, resolved[key]) ? written[key] : value,
    ]),
  );
}
