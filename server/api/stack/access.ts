import { requireEndpointAccess } from "../../auth/access";
import type { Caller } from "../../auth/caller";
import { mayUseControl } from "../../auth/resource-control";
import { HttpError } from "../../http-error";
import { found } from "../../not-found";
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

/** The environment, if the caller may use it and may manage stacks there. `what` names the deed in the refusal. */
export function manageableEndpoint(store: Store, caller: Caller, id: number, what: string): EndpointRecord {
  const endpoint = found(store.endpoints, id);
  requireEndpointAccess(store, caller, endpoint);
  if (!caller.isAdmin && !endpoint.SecuritySettings.allowStackManagementForRegularUsers)
    throw new HttpError(403, `Stack ${what} is disabled for non-admin users`);
  return endpoint;
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
