import type { DEFAULT_LDAP, DEFAULT_SETTINGS } from "../../contract";

/** The settings of the whole installation. One record, with id 1. */
export type SettingsRecord = Omit<typeof DEFAULT_SETTINGS, "LDAPSettings"> & { LDAPSettings: LdapRecord };

type LdapRecord = Omit<typeof DEFAULT_LDAP, "SearchSettings" | "GroupSearchSettings"> & {
  SearchSettings: (typeof DEFAULT_LDAP)["SearchSettings"] | null;
  GroupSearchSettings: (typeof DEFAULT_LDAP)["GroupSearchSettings"] | null;
};
