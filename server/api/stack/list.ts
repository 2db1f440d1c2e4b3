import { StackType } from "../../../contract";
import type { Caller } from "../../auth/caller";
import { HttpError } from "../../http-error";
import type { Services } from "../../services";
import type { StackRecord } from "../../store/records";
import { mayUseStack } from "./access";
import { shown } from "./shown";

interface Filters {
  readonly SwarmID?: string;
  readonly EndpointID?: number;
  readonly IncludeOrphanedStacks?: boolean;
}

/** Without filters administrators see every stack, orphans too; others see theirs. */
export function listStacks(services: Services, caller: Caller, text: string | undefined) {
  const { store } = services;
  const filters = readFilters(text);
  const isOrphan = ({ EndpointId }: StackRecord) => !store.endpoints.get(EndpointId);
  const matches = (stack: StackRecord) => {
    if (!filters.EndpointID && !filters.SwarmID) return caller.isAdmin || !isOrphan(stack);
    if (isOrphan(stack)) return filters.IncludeOrphanedStacks === true && caller.isAdmin;
    return stack.Type === StackType.swarm
      ? stack.SwarmId === filters.SwarmID
      : stack.EndpointId === filters.EndpointID;
  };
  return store.stacks
    .filter((stack) => matches(stack) && mayUseStack(store, caller, stack))
    .map((stack) => shown(services, stack));
}

function readFilters(text: string | undefined): Filters {
  if (!text) return {};
  try {
    return JSON.parse(text) as Filters;
  } catch (cause) {
    throw new HttpError(400, "Invalid query parameter: filters", (cause as Error).message, { cause });
  }
}
