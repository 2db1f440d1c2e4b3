import { type Access, contract, type Endpoint, type Route, type SecuritySettings } from "../../contract";
import type { Role } from "./report";

const REFUSED: Readonly<Record<Role, readonly Access[]>> = {
  administrator: [],
  "team leader": ["administrator"],
  "standard user": ["administrator", "teamLeader"],
};

/** The operations of Portainer's API that a role is refused, by entity: `{ tags: ["create", "delete"] }`. */
export function refusedTo(role: Role): Record<string, string[]> {
  const entities = Object.entries(contract).map(([entity, routes]) => {
    const refused = Object.entries<Route>(routes).filter(([, { access }]) => REFUSED[role].includes(access));
    return [entity, refused.map(([operation]) => operation)] as const;
  });
  return Object.fromEntries(entities.filter(([, operations]) => operations.length > 0));
}

/** What each setting of an environment permits to standard users. */
const PERMISSIONS: Readonly<Record<keyof SecuritySettings, string>> = {
  allowBindMountsForRegularUsers: "bind mounts",
  allowPrivilegedModeForRegularUsers: "privileged mode",
  allowVolumeBrowserForRegularUsers: "browsing volumes",
  allowHostNamespaceForRegularUsers: "namespaces of the host",
  allowDeviceMappingForRegularUsers: "devices",
  allowStackManagementForRegularUsers: "stacks",
  allowContainerCapabilitiesForRegularUsers: "capabilities",
  allowSysctlSettingForRegularUsers: "sysctls",
  enableHostManagementFeatures: "managing the host",
};

/** What an environment forbids to standard users. */
export const forbiddenBy = (settings: Endpoint["SecuritySettings"]): string[] =>
  Object.entries(PERMISSIONS)
    .filter(([key]) => settings?.[key as keyof SecuritySettings] === false)
    .map(([, name]) => name);
