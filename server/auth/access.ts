import type { Access, AccessPolicies } from "../../contract";
import { HttpError } from "../http-error";
import type {
  EndpointGroupRecord,
  EndpointRecord,
  RegistryRecord,
  ResourceControlRecord,
} from "../store/records";
import type { Store } from "../store/store";
import type { Caller } from "./caller";

/** What a route's declared access asks of a caller who is known. */
export function requireAccess(access: Access, caller: Caller): void {
  const allowed =
    access === "administrator"
      ? caller.isAdmin
      : access !== "teamLeader" || caller.isAdmin || caller.teamLeaderOf.length > 0;
  if (!allowed) throw new HttpError(403, "Access denied", "Unauthorized");
}

/** As much of a caller as the question needs, so that it can be asked of users too. */
type Person = Pick<Caller, "id" | "isAdmin" | "teamIds">;

interface Governed {
  readonly UserAccessPolicies: AccessPolicies;
  readonly TeamAccessPolicies: AccessPolicies;
}

function grants(object: Governed | undefined, userId: number, teamIds: readonly number[]): boolean {
  if (!object) return false;
  return (
    String(userId) in object.UserAccessPolicies ||
    teamIds.some((team) => String(team) in object.TeamAccessPolicies)
  );
}

/** An environment is open to whom it, or its group, names. */
export function mayUseEndpoint(store: Store, caller: Person, endpoint: EndpointRecord): boolean {
  return (
    caller.isAdmin ||
    grants(endpoint, caller.id, caller.teamIds) ||
    grants(store.endpointGroups.get(endpoint.GroupId), caller.id, caller.teamIds)
  );
}

export function mayUseGroup(caller: Caller, group: EndpointGroupRecord): boolean {
  return caller.isAdmin || grants(group, caller.id, caller.teamIds);
}

export function requireEndpointAccess(store: Store, caller: Caller, endpoint: EndpointRecord): void {
  if (!mayUseEndpoint(store, caller, endpoint))
    throw new HttpError(403, "Permission denied to access environment", "Access denied to environment");
}

/** Standard users may use a registry where somebody has let them, environment by environment. */
export function mayUseRegistry(caller: Caller, registry: RegistryRecord, endpointId: number): boolean {
  if (caller.isAdmin) return true;
  const access = registry.RegistryAccesses[String(endpointId)];
  return (
    access !== undefined &&
    (String(caller.id) in (access.UserAccessPolicies ?? {}) ||
      caller.teamIds.some((team) => String(team) in (access.TeamAccessPolicies ?? {})))
  );
}

type Accesses = Pick<ResourceControlRecord, "Public" | "UserAccesses" | "TeamAccesses">;

/** Whether a standard user may use what a control protects. */
export function mayUseControl(caller: Caller, control: Accesses): boolean {
  return (
    control.Public ||
    control.UserAccesses.some(({ UserId }) => UserId === caller.id) ||
    control.TeamAccesses.some(({ TeamId }) => caller.teamIds.includes(TeamId))
  );
}
