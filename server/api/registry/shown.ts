import type { RegistryRecord } from "../../store/records";

const UNSET = {
  UserAccessPolicies: null,
  TeamAccessPolicies: null,
  AuthorizedUsers: null,
  AuthorizedTeams: null,
};

/** A registry as administrators see it. Portainer shows the password too, which we keep to ourselves. */
export function shown({ Password, ...registry }: RegistryRecord) {
  return { ...registry, ...UNSET };
}

/** Without anything that would let one log in. */
export function hidden(registry: RegistryRecord, { accesses = true } = {}) {
  return {
    ...shown(registry),
    ManagementConfiguration: null,
    ...(!accesses && { RegistryAccesses: null }),
  };
}
