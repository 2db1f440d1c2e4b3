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

/** Throws unless an authenticated caller has the access that a route declares. */
export function requireAccess(access: Access, caller: Caller): void {
  const allowed =
    access === "administrator"
      ? caller.isAdmin
      : access !== "teamLeader" || caller.isAdmin || caller.teamLeaderOf.length > 0;
  if (!allowed) throw new HttpError(403, "Access denied", "Unauthorized");
}

/** The part of a caller that access depends on; it can be built for any user. */
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

/** Whether an environment, or its group, gives the caller access. */
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

/** Whether the caller may use a registry on an environment. Standard users need access there. */
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

/** Whether a resource control gives a standard user access. */
export function mayUseControl(caller: Caller, control: Accesses): boolean {
  return (
    control.Public ||
    control.UserAccesses.some(({ UserId }) => UserId === caller.id) ||
    control.TeamAccesses.some(({ TeamId }) => caller.teamIds.includes(TeamId))
  );
}
