import type { ContainerInspect } from "../../contract";
import { equal } from "../core/equal";
import type { Properties } from "../core/hidden";
import { withIds } from "./access";
import type { ContainerSettled } from "./arguments";
import { accessArguments } from "./arguments/access";
import { nameOfContainer } from "./find";
import { idOf } from "./identity";
import { observe } from "./observe";
import type { Place } from "./place";
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
