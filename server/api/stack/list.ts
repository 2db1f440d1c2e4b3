import { z } from "zod";
import { StackType } from "../../../contract";
import type { Caller } from "../../auth/caller";
import { HttpError } from "../../http-error";
import { readFilters } from "../../route/decode";
import type { Services } from "../../services";
import type { StackRecord } from "../../store/records";
import { mayUseStack, shown } from "./access";

const Filters = z.object({
  SwarmID: z.string().default(""),
  EndpointID: z.int().default(0),
  IncludeOrphanedStacks: z.boolean().default(false),
});
type Filters = z.output<typeof Filters>;

/** The stacks that the caller may use, optionally of one environment or swarm. */
export function listStacks(services: Services, caller: Caller, text: string | undefined) {
  const { store } = services;
  const filters = readFilters(Filters, text);
  if (filters.IncludeOrphanedStacks && !caller.isAdmin)
    throw new HttpError(403, "Permission denied to access orphaned stacks", "Unauthorized");
  const isOrphan = ({ EndpointId }: StackRecord) => !store.endpoints.get(EndpointId);
  return matching(store.stacks.list(), filters, isOrphan)
    .filter((stack) => mayUseStack(store, caller, stack))
    .map((stack) => shown(services, stack));
}

function matching(
  stacks: readonly StackRecord[],
  { SwarmID, EndpointID, IncludeOrphanedStacks }: Filters,
  isOrphan: (stack: StackRecord) => boolean,
): readonly StackRecord[] {
  if (EndpointID === 0 && SwarmID === "") return stacks;
  const named = stacks.filter((stack) =>
    stack.Type === StackType.swarm ? stack.SwarmId === SwarmID : stack.EndpointId === EndpointID,
  );
  if (!IncludeOrphanedStacks) return named;
  const names = new Set(named.map(({ Name }) => Name));
  const wantedType = SwarmID === "" ? StackType.compose : StackType.swarm;
  const orphans = stacks.filter(
    (stack) => isOrphan(stack) && stack.Type === wantedType && !names.has(stack.Name),
  );
  return [...named, ...orphans];
}
