import { requireEndpointAccess } from "../../auth/access";
import type { Caller } from "../../auth/caller";
import { mayUseControl } from "../../auth/resource-control";
import { isKubernetes } from "../../gateway/environment-type";
import { HttpError } from "../../http-error";
import { noSuchRow } from "../../not-found";
import type { EndpointRecord, StackRecord } from "../../store/records";
import type { Store } from "../../store/store";
import { controlOf } from "./shown";

export function mayUseStack(store: Store, caller: Caller, stack: StackRecord): boolean {
  if (caller.isAdmin) return true;
  const control = controlOf(store, stack);
  return control !== undefined && mayUseControl(caller, control);
}

export function requireStackAccess(store: Store, caller: Caller, stack: StackRecord): void {
  if (!mayUseStack(store, caller, stack)) throw new HttpError(403, "Access denied to resource");
}

/** What an environment is called where it is missing or closed: Portainer's routes of stacks have never agreed. */
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

/** Throws unless the caller may do this to stacks on the environment: `deed` is the beginning of the refusal. */
export function requireManagement(caller: Caller, endpoint: EndpointRecord, deed: string): void {
  const isOpen = isKubernetes(endpoint.Type) || endpoint.SecuritySettings.allowStackManagementForRegularUsers;
  if (!caller.isAdmin && !isOpen) throw new HttpError(403, `${deed} is disabled for non-admin users`);
}

/** The environment that a call names, which most calls must. */
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
