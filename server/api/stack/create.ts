import { ResourceType, StackStatus, StackType } from "../../../contract";
import type { Caller } from "../../auth/caller";
import { unixSeconds } from "../../clock";
import { HttpError } from "../../http-error";
import { INVALID_PAYLOAD } from "../../route/decode-json";
import type { Services } from "../../services";
import type { StackRecord } from "../../store/records";
import type { Store } from "../../store/store";
import { emptyControl } from "../resource-control";
import { manageableEndpoint } from "./access";
import { isRunning, runStack, stopStack } from "./run";
import { controlIdOf, shown } from "./shown";

type Fixed = "Name" | "Files" | "EntryPoint" | "Env" | "SwarmId" | "FromAppTemplate";
type Optional = "AdditionalFiles" | "AutoUpdate" | "GitConfig";
export type StackWish = Pick<StackRecord, Fixed> & Partial<Pick<StackRecord, Optional>>;

/** Deploys first and stores then: a stack that does not come up leaves nothing but a used-up id. */
export async function createStack(
  services: Services,
  caller: Caller,
  type: string,
  endpointId: number,
  read: () => Promise<StackWish> | StackWish,
) {
  const { store, clock } = services;
  const Type = typeOf(type);
  const endpoint = manageableEndpoint(store, caller, endpointId, "creation");
  const wish = await read();
  if (Type === StackType.swarm && wish.SwarmId === "")
    throw new HttpError(400, INVALID_PAYLOAD, "Invalid Swarm ID");
  const draft: StackRecord = {
    AdditionalFiles: null,
    AutoUpdate: null,
    GitConfig: null,
    ...wish,
    Id: 0,
    Name: normalized(wish.Name),
    Type,
    EndpointId: endpoint.Id,
    Status: StackStatus.active,
    CreationDate: unixSeconds(clock),
    CreatedBy: caller.username,
    UpdateDate: 0,
    UpdatedBy: "",
    Option: null,
  };
  refuseStored(store, draft);
  if (isNameStored(store, draft) && (await isRunning(services, draft, endpoint))) throw taken(draft);
  const stack = { ...draft, Id: await store.change(() => store.stacks.nextId()) };
  try {
    await runStack(services, caller, stack, endpoint);
  } catch (error) {
    await stopStack(services, caller, stack, endpoint).catch(() => undefined);
    throw error;
  }
  return store.change(() => {
    refuseStored(store, stack);
    insertControl(store, caller, stack);
    return shown(services, store.stacks.put(stack.Id, stack));
  });
}

/** Lower case, and nothing but letters, digits, `-` and `_`. */
export const normalized = (name: string): string => name.toLowerCase().replace(/[^-_a-z0-9]/g, "");

function typeOf(type: string): number {
  if (type === "standalone") return StackType.compose;
  if (type === "swarm") return StackType.swarm;
  const details = "Invalid stack type. Value must be one of: swarm or standalone";
  throw new HttpError(400, "Invalid path parameter: type", details);
}

function refuseStored(store: Store, { Name, EndpointId }: StackRecord): void {
  if (store.stacks.find((other) => other.Name === Name && other.EndpointId === EndpointId))
    throw taken({ Name });
}

const isNameStored = (store: Store, { Name }: StackRecord): boolean =>
  store.stacks.find((other) => other.Name === Name) !== undefined;

const taken = ({ Name }: Pick<StackRecord, "Name">): HttpError =>
  new HttpError(409, `A stack with the normalized name '${Name}' already exists`);

/** An administrator's stack is for administrators, anybody else's for himself. */
function insertControl(store: Store, caller: Caller, stack: StackRecord): void {
  const resourceId = controlIdOf(stack);
  if (store.resourceControls.find((c) => c.Type === ResourceType.stack && c.ResourceId === resourceId))
    return;
  store.resourceControls.insert((Id) => ({
    ...emptyControl(ResourceType.stack, resourceId),
    Id,
    AdministratorsOnly: caller.isAdmin,
    UserAccesses: caller.isAdmin ? [] : [{ UserId: caller.id, AccessLevel: 1 }],
  }));
}
