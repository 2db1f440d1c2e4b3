import { ResourceType, StackStatus, StackType } from "../../../contract";
import type { Caller } from "../../auth/caller";
import { unixSeconds } from "../../clock";
import { isKubernetes } from "../../gateway/environment-type";
import { HttpError } from "../../http-error";
import { INVALID_PAYLOAD } from "../../route/decode";
import type { Services } from "../../services";
import type { EndpointRecord, StackRecord } from "../../store/records";
import type { Store } from "../../store/store";
import { emptyControl } from "../resource-control";
import { controlIdOf, endpointCalled, requireManagement, requireUse, shown } from "./access";
import { readAgain } from "./from-git";
import { isRunning, runStack, stopStack } from "./run";
import type { NewStack } from "./source";

/** Deploys a stack, then stores it. If the deployment fails, only an id is used up. */
export async function createStack(
  services: Services,
  caller: Caller,
  type: string,
  endpointId: number,
  read: () => NewStack,
) {
  const { store, clock } = services;
  const endpoint = endpointCalled(store, endpointId, "environment");
  requireManagement(caller, endpoint, "Stack creation");
  requireUse(store, caller, endpoint, "environment");
  const Type = typeOf(type, endpoint);
  const requested = read();
  if (Type === StackType.swarm && requested.SwarmId === "")
    throw new HttpError(400, INVALID_PAYLOAD, "Invalid Swarm ID");
  const draft: StackRecord = {
    AdditionalFiles: null,
    AutoUpdate: null,
    GitConfig: null,
    ...requested,
    Id: 0,
    Name: normalized(requested.Name),
    Type,
    EndpointId: endpoint.Id,
    Status: StackStatus.active,
    CreationDate: unixSeconds(clock),
    CreatedBy: caller.username,
    UpdateDate: 0,
    UpdatedBy: "",
    Option: null,
  };
  const isTaken = (await isRunning(services, draft, endpoint)) || isStored(store, draft);
  // A Compose stack may join a running project of its name if no stored stack has that name.
  if (isTaken && (Type === StackType.swarm || isNameStored(store, draft))) throw taken(draft);
  refuseSameWebhook(store, draft);
  const Id = await store.change(() => store.stacks.nextId());
  const stack = { ...(draft.GitConfig ? await readAgain(draft) : draft), Id };
  try {
    await runStack(services, caller, stack, endpoint);
  } catch (error) {
    await stopStack(services, caller, stack, endpoint).catch(() => undefined);
    throw error;
  }
  return store.change(() => {
    if (isStored(store, stack)) throw taken(stack);
    insertControl(store, caller, stack);
    return shown(services, store.stacks.put(stack.Id, stack));
  });
}

/** Lower-cases a name and drops all but letters, digits, `-` and `_`. */
export const normalized = (name: string): string => name.toLowerCase().replace(/[^-_a-z0-9]/g, "");

function typeOf(type: string, endpoint: EndpointRecord): number {
  if (type === "standalone") return StackType.compose;
  if (type === "swarm") return StackType.swarm;
  if (type !== "kubernetes")
    throw new HttpError(
      400,
      "Invalid value for query parameter: type. Value must be one of: 1 (Swarm stack) or 2 (Compose stack)",
      "Invalid query parameter",
    );
  if (!isKubernetes(endpoint.Type)) throw new HttpError(400, "Environment type does not match");
  throw new HttpError(500, "Unable to deploy stack", "this server deploys no stacks to clusters");
}

/** 400 for an unknown creation method, after the checks that every method makes. */
export function refuseMethod(
  { store }: Services,
  caller: Caller,
  { type }: { readonly type: string },
  endpointId: number,
): never {
  const endpoint = endpointCalled(store, endpointId, "environment");
  requireManagement(caller, endpoint, "Stack creation");
  requireUse(store, caller, endpoint, "environment");
  typeOf(type, endpoint);
  throw new HttpError(
    400,
    "Invalid value for query parameter: method. Value must be one of: string, repository or file",
    "Invalid query parameter",
  );
}

const isStored = (store: Store, { Name, EndpointId }: StackRecord): boolean =>
  store.stacks.find((other) => other.Name === Name && other.EndpointId === EndpointId) !== undefined;

function refuseSameWebhook(store: Store, { AutoUpdate }: StackRecord): void {
  const token = AutoUpdate?.Webhook;
  if (token && store.stacks.find((other) => other.AutoUpdate?.Webhook === token))
    throw new HttpError(409, `Webhook ID: ${token} already exists`, "webhook ID already exists");
}

const isNameStored = (store: Store, { Name }: StackRecord): boolean =>
  store.stacks.find((other) => other.Name === Name) !== undefined;

const taken = ({ Name }: Pick<StackRecord, "Name">): HttpError =>
  new HttpError(409, `A stack with the normalized name '${Name}' already exists`);

/** Makes a stack private: to administrators, or to the standard user who creates it. */
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
