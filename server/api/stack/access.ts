import { ResourceType } from "../../../contract";
import { mayUseControl, requireEndpointAccess } from "../../auth/access";
import type { Caller } from "../../auth/caller";
import { unixSeconds } from "../../clock";
import { isKubernetes } from "../../gateway/environment-type";
import { found, HttpError, noSuchRow } from "../../http-error";
import type { Services } from "../../services";
import type { EndpointRecord, ResourceControlRecord, StackRecord } from "../../store/records";
import type { Store } from "../../store/store";

export const controlIdOf = ({ EndpointId, Name }: StackRecord): string => `${EndpointId}_${Name}`;

export function controlOf(store: Store, stack: StackRecord): ResourceControlRecord | undefined {
  const ids = [controlIdOf(stack), stack.Name];
  return store.resourceControls.find((c) => c.Type === ResourceType.stack && ids.includes(c.ResourceId));
}

/** A stack as answered. Portainer omits the resource control after a change. */
export function shown(services: Services, { Files, ...stack }: StackRecord, withControl = true) {
  const git = stack.GitConfig;
  return {
    ...stack,
    GitConfig: git && {
      ...git,
      Authentication: git.Authentication && { ...git.Authentication, Password: "" },
    },
    ResourceControl: withControl ? (controlOf(services.store, { Files, ...stack }) ?? null) : null,
    ProjectPath: services.folderOf("compose", stack.Id),
    Namespace: "",
  };
}

export function mayUseStack(store: Store, caller: Caller, stack: StackRecord): boolean {
  if (caller.isAdmin) return true;
  const control = controlOf(store, stack);
  return control !== undefined && mayUseControl(caller, control);
}

export function requireStackAccess(store: Store, caller: Caller, stack: StackRecord): void {
  if (!mayUseStack(store, caller, stack)) throw new HttpError(403, "Access denied to resource");
}

/** How Portainer's stack routes name an environment in their error texts; they differ from each other. */
const CALLED = {
  environment: "an environment with the specified identifier",
  endpoint: "an endpoint with the specified identifier",
  itsEnvironment: "the environment associated to the stack",
  itsEndpoint: "the endpoint associated to the stack",
} as const;
export type Called = keyof typeof CALLED;

export function endpointCalled(store: Store, id: number, called: Called): EndpointRecord {
  const endpoint = store.endpoints.get(id);
  if (endpoint) return endpoint;
  throw new HttpError(
    404,
    `Unable to find ${CALLED[called]} inside the database`,
    noSuchRow("endpoints", id),
  );
}

/** Throws unless the caller may use the environment. */
export function requireUse(store: Store, caller: Caller, endpoint: EndpointRecord, called: Called): void {
  try {
    requireEndpointAccess(store, caller, endpoint);
  } catch (cause) {
    if (!called.toLowerCase().endsWith("endpoint")) throw cause;
    throw new HttpError(403, "Permission denied to access endpoint", "Access denied to environment", {
      cause,
    });
  }
}

/** Throws unless the caller may manage stacks on the environment. `deed` starts the error text. */
export function requireManagement(caller: Caller, endpoint: EndpointRecord, deed: string): void {
  const isOpen = isKubernetes(endpoint.Type) || endpoint.SecuritySettings.allowStackManagementForRegularUsers;
  if (!caller.isAdmin && !isOpen) throw new HttpError(403, `${deed} is disabled for non-admin users`);
}

/** The environment id in a query that must have one. */
export function requiredEndpointId(query: { endpointId?: string | undefined }): number {
  const id = optionalEndpointId(query);
  if (id === undefined)
    throw new HttpError(400, "Invalid query parameter: endpointId", "Missing query parameter");
  return id;
}

export function optionalEndpointId({ endpointId }: { endpointId?: string | undefined }): number | undefined {
  if (endpointId === undefined || endpointId === "") return undefined;
  if (/^[+-]?\d+$/.test(endpointId)) return Number(endpointId);
  throw new HttpError(
    400,
    "Invalid query parameter: endpointId",
    `Strconv.Atoi: parsing "${endpointId}": invalid syntax`,
  );
}

/** Returns a stack that the caller may read. Only administrators may read one without an environment. */
export function visibleStack(store: Store, caller: Caller, id: number): StackRecord {
  const stack = found(store.stacks, id);
  if (caller.isAdmin) return stack;
  const endpoint = found(store.endpoints, stack.EndpointId);
  requireManagement(caller, endpoint, "Stack management");
  requireUse(store, caller, endpoint, "environment");
  requireStackAccess(store, caller, stack);
  return stack;
}

/** Returns the environment `on` if the caller may change the stack there. */
export function manageableEnvironment(
  store: Store,
  caller: Caller,
  stack: StackRecord,
  { on, called, deed }: { on: number; called: Called; deed: string },
): EndpointRecord {
  const endpoint = endpointCalled(store, on, called);
  requireUse(store, caller, endpoint, called);
  requireStackAccess(store, caller, stack);
  requireManagement(caller, endpoint, deed);
  return endpoint;
}

/** Stores a change of a stack, with its author if there is one, and returns what the route answers. */
export function saveStack(
  services: Services,
  caller: Caller | undefined,
  stack: StackRecord,
  change: Partial<StackRecord>,
) {
  const { store, clock } = services;
  return store.change(() => {
    const dates = caller ? { UpdateDate: unixSeconds(clock), UpdatedBy: caller.username } : {};
    const updated = { ...found(store.stacks, stack.Id), ...dates, ...change };
    return shown(services, store.stacks.put(stack.Id, updated), false);
  });
}
