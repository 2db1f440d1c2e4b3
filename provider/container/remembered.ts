import type { State } from "../core/definition";
import { type ContainerSchema, type ContainerSettled, containerArguments } from "./arguments";
import type { ContainerOutputs } from "./state";

/** What Pulumi remembers of a container. */
export type ContainerState = State<typeof ContainerSchema, ContainerOutputs>;

const inputKeys = new Set(Object.keys(containerArguments));

export function inputsOf(state: Partial<ContainerState>): Partial<ContainerSettled> {
  return Object.fromEntries(Object.entries(state).filter(([key]) => inputKeys.has(key)));
}

export function outputsIn(state: ContainerState): ContainerOutputs {
  return Object.fromEntries(
    Object.entries(state).filter(([key]) => !inputKeys.has(key)),
  ) as unknown as ContainerOutputs;
}

export function isRemembered(state: Partial<ContainerState>): state is ContainerState {
  return state.containerId !== undefined && state.name !== undefined;
}
