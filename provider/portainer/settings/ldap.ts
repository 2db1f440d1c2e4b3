/** Logins by an LDAP directory. */
import { z } from "zod";
import type { Settings } from "../../../contract";
import { defined } from "../../core/properties";

export const LdapSchema = z.strictObject({
  /** The directory's address, as host and port: `"ldap.example.com:389"`. Portainer: `URL`. */
  url: z.string().optional(),
  /** Whether Portainer reads the directory without logging in. Portainer: `AnonymousMode`. */
  anonymous: z.boolean().optional(),
  /** The account that reads the directory. Portainer cannot clear it. Portainer: `ReaderDN`. */
  readerDn: z.string().min(1, "Portainer cannot clear it: set `anonymous: true` instead").optional(),
  /** The reader's password: secret, and never read back. Portainer cannot clear it. Portainer: `Password`. */
  password: z.string().min(1, "Portainer cannot clear it: set `anonymous: true` instead").optional(),
  /** Whether the connection starts in plain text and changes to TLS. Portainer: `StartTLS`. */
  startTls: z.boolean().optional(),
  /** Whether the connection is TLS from its start. Portainer: `TLSConfig.TLS`. */
  tls: z.boolean().optional(),
  /** Whether the directory's certificate is not verified. Portainer: `TLSConfig.TLSSkipVerify`. */
  tlsSkipVerify: z.boolean().optional(),
  /** Whether a first login creates the user in Portainer. Portainer: `AutoCreateUsers`. */
  autoCreateUsers: z.boolean().optional(),
  /** Where users are looked up; the list is managed as a whole. Portainer: `SearchSettings`. */
  searches: z
    .array(
      z.strictObject({
        /** The base of the search: `"ou=people,dc=example,dc=com"`. */
        baseDn: z.string(),
        /** A filter in LDAP's form: `"(objectClass=account)"`. @default none */
        filter: z.string().default(""),
        /** The attribute that holds the name of the login: `"uid"`. */
        userNameAttribute: z.string(),
      }),
    )
    .optional(),
  /** Where the groups of a user are looked up, for teams of the same names; managed as a whole. Portainer: `GroupSearchSettings`. */
  groupSearches: z
    .array(
      z.strictObject({
        /** The base of the search. */
        baseDn: z.string(),
        /** A filter in LDAP's form. @default none */
        filter: z.string().default(""),
        /** The attribute that holds the members: `"member"`. */
        attribute: z.string(),
      }),
    )
    .optional(),
});

type Ldap = z.output<typeof LdapSchema>;
export type LdapWire = Settings["LDAPSettings"];

/** Spelled out as it is compared: empty filters may be left out. */
export function normalizeLdap({ searches, groupSearches, ...rest }: Ldap): unknown {
  const filled = (list: Ldap["searches"] | Ldap["groupSearches"]) =>
    list?.map((search) => ({ ...search, filter: search.filter ?? "" }));
  return { ...rest, searches: filled(searches), groupSearches: filled(groupSearches) };
}

export function ldapInputs(actual: LdapWire): Ldap {
  return {
    url: actual.URL,
    anonymous: actual.AnonymousMode,
    readerDn: actual.ReaderDN || undefined,
    startTls: actual.StartTLS,
    tls: actual.TLSConfig.TLS,
    tlsSkipVerify: actual.TLSConfig.TLSSkipVerify,
    autoCreateUsers: actual.AutoCreateUsers,
    searches: actual.SearchSettings.map(({ BaseDN, Filter, UserNameAttribute }) => ({
      baseDn: BaseDN,
      filter: Filter,
      userNameAttribute: UserNameAttribute,
    })),
    groupSearches: actual.GroupSearchSettings.map(({ GroupBaseDN, GroupFilter, GroupAttribute }) => ({
      baseDn: GroupBaseDN,
      filter: GroupFilter,
      attribute: GroupAttribute,
    })),
  };
}

/** The fields that the inputs set. Portainer replaces these settings as a whole, so the others are sent as they are. */
export function ldapFields(ldap: Ldap, before: LdapWire) {
  return defined({
    URL: ldap.url,
    AnonymousMode: ldap.anonymous,
    ReaderDN: ldap.readerDn,
    Password: ldap.password,
    StartTLS: ldap.startTls,
    TLSConfig: {
      ...before.TLSConfig,
      ...defined({ TLS: ldap.tls, TLSSkipVerify: ldap.tlsSkipVerify }),
    },
    AutoCreateUsers: ldap.autoCreateUsers,
    SearchSettings: ldap.searches?.map(({ baseDn, filter, userNameAttribute }) => ({
      BaseDN: baseDn,
      Filter: filter,
      UserNameAttribute: userNameAttribute,
    })),
    GroupSearchSettings: ldap.groupSearches?.map(({ baseDn, filter, attribute }) => ({
      GroupBaseDN: baseDn,
      GroupFilter: filter,
      GroupAttribute: attribute,
    })),
  });
}
