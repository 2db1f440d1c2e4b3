import type { RegistryRecord } from "../store/records";
import type { Caller } from "./caller";

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
