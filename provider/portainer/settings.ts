import { z } from "zod";
import { AuthenticationMethod, type Settings } from "../../contract";
import type { Context } from "../core/definition";
import { ProviderError } from "../core/errors";
import { DurationSchema, IdSchema, idNumber, milliseconds } from "../core/schema";
import { portainerSetting, type SettingOutputs } from "../core/setting";

const METHODS = ["internal", "ldap", "oauth"] as const;
const AUTH_STYLES = ["auto", "parameters", "header"] as const;

const LdapSchema = z.strictObject({
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

const OauthSchema = z.strictObject({
  /** Portainer's id at the identity provider. Portainer: `ClientID`. */
  clientId: z.string().optional(),
  /** Portainer's secret at the identity provider: secret, and never read back. Portainer cannot clear it. Portainer: `ClientSecret`. */
  clientSecret: z.string().min(1, "Portainer cannot clear it: leave it out").optional(),
  /** Where users log in. Portainer: `AuthorizationURI`. */
  authorizationUrl: z.string().optional(),
  /** Where Portainer exchanges the code for a token. Portainer: `AccessTokenURI`. */
  accessTokenUrl: z.string().optional(),
  /** Where Portainer asks who the user is. Portainer: `ResourceURI`. */
  resourceUrl: z.string().optional(),
  /** Where the identity provider sends users back to: Portainer's own URL. Portainer: `RedirectURI`. */
  redirectUrl: z.string().optional(),
  /** Where a logout leads to; `""` for none. Portainer: `LogoutURI`. */
  logoutUrl: z.string().optional(),
  /** The claim that holds the user's name: `"email"`. Portainer: `UserIdentifier`. */
  userIdentifier: z.string().optional(),
  /** The scopes, as the identity provider wants them: `"openid,email"`. Portainer: `Scopes`. */
  scopes: z.string().optional(),
  /** Whether a first login creates the user in Portainer. Portainer: `OAuthAutoCreateUsers`. */
  autoCreateUsers: z.boolean().optional(),
  /** The team of users that a login creates, by id or `Team`; 0 for none. Portainer: `DefaultTeamID`. */
  defaultTeamId: z.union([z.literal(0), IdSchema]).optional(),
  /** Whether a user who is logged in at the identity provider is not asked again. Portainer: `SSO`. */
  sso: z.boolean().optional(),
  /** How Portainer sends its id and secret. Portainer: `AuthStyle` 0, 1, 2. */
  authStyle: z.enum(AUTH_STYLES).optional(),
});

export const SettingsSchema = z.object({
  /**
   * Where passwords are checked. The installation's first administrator can always log in with the password that
   * Portainer keeps, and API keys go on. Portainer: `AuthenticationMethod`.
   */
  authenticationMethod: z.enum(METHODS).optional(),
  /** The directory of the method `"ldap"`. Only the keys that are set are managed. Portainer: `LDAPSettings`. */
  ldap: LdapSchema.optional(),
  /** The identity provider of the method `"oauth"`. Only the keys that are set are managed. Portainer: `OAuthSettings`. */
  oauth: OauthSchema.optional(),
  /** How many bytes a new password has at least. Portainer: `InternalAuthSettings.RequiredPasswordLength`. */
  requiredPasswordLength: z.int().min(1).optional(),
  /** How long a login lasts: `"8h"`, or seconds as a number. Logins from before keep their time. Portainer: `UserSessionTimeout`. */
  sessionTimeout: DurationSchema.optional(),
  /** How long a kubeconfig is valid: `"720h"`, or seconds as a number; 0 for ever. Portainer: `KubeconfigExpiry`. */
  kubeconfigExpiry: DurationSchema.optional(),
  /** How often Portainer takes snapshots of environments: `"5m"`, or seconds as a number. Portainer: `SnapshotInterval`. */
  snapshotInterval: DurationSchema.optional(),
  /** A logo in place of Portainer's; `""` for Portainer's. Portainer: `LogoURL`. */
  logoUrl: z.string().optional(),
  /** Where the application templates are; `""` for Portainer's. Portainer: `TemplatesURL`. */
  templatesUrl: z.string().optional(),
  /** The Helm repository that all users see, regardless of case; `""` for none. Portainer: `HelmRepositoryURL`. */
  helmRepositoryUrl: z.string().optional(),
  /** The image of the shell for Kubernetes. Portainer: `KubectlShellImage`. */
  kubectlShellImage: z.string().optional(),
  /** Containers with one of these labels are hidden; in any order, `[]` for none. Portainer: `BlackListedLabels`. */
  hiddenLabels: z
    .array(
      z.strictObject({
        /** The label's name. */
        name: z.string().min(1, "the name is empty"),
        /** The label's value. @default "" */
        value: z.string().default(""),
      }),
    )
    .optional(),
  /** Whether the pages about stacks are hidden from users who are no administrators. Portainer: `GlobalDeploymentOptions.hideStacksFunctionality`. */
  hideStacks: z.boolean().optional(),
  /** Whether the Edge compute features are on. Portainer: `EnableEdgeComputeFeatures`. */
  edgeCompute: z.boolean().optional(),
  /** Where edge agents find this server; `""` for none. Portainer: `EdgePortainerURL`. */
  edgeUrl: z.string().optional(),
  /** How often edge agents ask for work: `"5s"`, or whole seconds as a number. Portainer: `EdgeAgentCheckinInterval`. */
  edgeCheckinInterval: DurationSchema.refine(
    (value) => Number.isInteger((milliseconds(value) ?? 0) / 1_000),
    "must be whole seconds",
  ).optional(),
  /** Whether an edge agent must bring the id that Portainer knows. Portainer: `EnforceEdgeID`. */
  enforceEdgeId: z.boolean().optional(),
  /** Whether edge agents that connect for the first time are trusted. Portainer: `TrustOnFirstConnect`. */
  trustOnFirstConnect: z.boolean().optional(),
  /** Whether Portainer sends usage data; newer releases have no such setting. Portainer: `EnableTelemetry`. */
  telemetry: z.boolean().optional(),
});
export type SettingsArgs = z.input<typeof SettingsSchema>;
type SettingsInputs = z.output<typeof SettingsSchema>;

export interface SettingsOutputs extends SettingOutputs {}

export const normalizeUrl = (url: string): string => url.toLowerCase().replace(/\/$/, "");
export const normalizeLabels = (labels: readonly { name: string; value?: string | undefined }[]) =>
  [...new Set(labels.map(({ name, value = "" }) => JSON.stringify([name, value])))].sort();

/** In the form of the server: a Go duration. */
const duration = (value: string | number | undefined): string | undefined =>
  value === undefined || !/^\s*[\d.]+\s*$/.test(String(value))
    ? value?.toString().trim()
    : `${Number(value)}s`;

/** The settings of a Portainer installation. */
export const settings = portainerSetting<typeof SettingsSchema, Settings>({
  type: "Settings",
  what: "the settings",
  id: "settings",
  schema: SettingsSchema,
  secrets: ["ldap.password", "oauth.clientSecret"],
  properties: {
    sessionTimeout: { normalize: milliseconds },
    kubeconfigExpiry: { normalize: milliseconds },
    snapshotInterval: { normalize: milliseconds },
    edgeCheckinInterval: { normalize: milliseconds },
    helmRepositoryUrl: { normalize: normalizeUrl },
    hiddenLabels: { normalize: normalizeLabels },
    ldap: { normalize: normalizeLdap },
    oauth: { normalize: normalizeOauth },
  },
  misnomers: {
    logo_url: "logoUrl",
    logoURL: "logoUrl",
    templatesURL: "templatesUrl",
    authentication_method: "authenticationMethod",
    userSessionTimeout: "sessionTimeout",
    user_session_timeout: "sessionTimeout",
    blackListedLabels: "hiddenLabels",
    black_listed_labels: "hiddenLabels",
    helmRepositoryURL: "helmRepositoryUrl",
    enableTelemetry: "telemetry",
    enable_telemetry: "telemetry",
    enableEdgeComputeFeatures: "edgeCompute",
    enable_edge_compute_features: "edgeCompute",
    edgePortainerUrl: "edgeUrl",
    edge_portainer_url: "edgeUrl",
    edgeAgentCheckinInterval: "edgeCheckinInterval",
    ldapSettings: "ldap",
    ldap_settings: "ldap",
    oauthSettings: "oauth",
    oauth_settings: "oauth",
    internalAuthSettings: "requiredPasswordLength",
    internal_auth_settings: "requiredPasswordLength",
  },

  inputs: settingsInputs,
  read: (client) => client.settings.get(),
  update: async (context, changes, before) => {
    const { authenticationMethod: method, ldap, oauth, requiredPasswordLength, hideStacks } = changes;
    const { edgeCheckinInterval: checkin } = changes;
    const ldapBody = ldap && { ...before.LDAPSettings, ...ldapFields(ldap, before.LDAPSettings) };
    const oauthBody = oauth && { ...before.OAuthSettings, ...oauthFields(oauth) };
    keepAWayIn(
      context,
      changes,
      { ldap: ldapBody ?? before.LDAPSettings, oauth: oauthBody ?? before.OAuthSettings },
      before,
    );
    return await context.connection.client.settings.update({
      body: {
        AuthenticationMethod: method && AuthenticationMethod[method],
        LDAPSettings: ldapBody,
        OAuthSettings: oauthBody,
        InternalAuthSettings:
          requiredPasswordLength === undefined
            ? undefined
            : { RequiredPasswordLength: requiredPasswordLength },
        UserSessionTimeout: duration(changes.sessionTimeout),
        KubeconfigExpiry: duration(changes.kubeconfigExpiry),
        SnapshotInterval: duration(changes.snapshotInterval),
        LogoURL: changes.logoUrl,
        TemplatesURL: changes.templatesUrl,
        HelmRepositoryURL: changes.helmRepositoryUrl,
        KubectlShellImage: changes.kubectlShellImage,
        BlackListedLabels: changes.hiddenLabels,
        GlobalDeploymentOptions:
          hideStacks === undefined ? undefined : { hideStacksFunctionality: hideStacks },
        EnableEdgeComputeFeatures: changes.edgeCompute,
        EdgePortainerURL: changes.edgeUrl,
        EdgeAgentCheckinInterval: checkin === undefined ? undefined : (milliseconds(checkin) ?? 0) / 1_000,
        EnforceEdgeID: changes.enforceEdgeId,
        TrustOnFirstConnect: changes.trustOnFirstConnect,
        EnableTelemetry: changes.telemetry,
      },
    });
  },
});

/** The inputs that these settings are, without the secrets. */
export function settingsInputs(actual: Settings): Partial<SettingsInputs> {
  return {
    authenticationMethod: METHODS[actual.AuthenticationMethod - 1],
    ldap: ldapInputs(actual.LDAPSettings),
    oauth: oauthInputs(actual.OAuthSettings),
    requiredPasswordLength: actual.InternalAuthSettings.RequiredPasswordLength,
    sessionTimeout: actual.UserSessionTimeout,
    kubeconfigExpiry: actual.KubeconfigExpiry,
    // A new installation has none, which means five minutes. Portainer does not take the empty text back.
    snapshotInterval: actual.SnapshotInterval || "5m",
    logoUrl: actual.LogoURL,
    templatesUrl: actual.TemplatesURL,
    helmRepositoryUrl: actual.HelmRepositoryURL,
    kubectlShellImage: actual.KubectlShellImage,
    hiddenLabels: actual.BlackListedLabels,
    hideStacks: actual.GlobalDeploymentOptions?.hideStacksFunctionality,
    edgeCompute: actual.EnableEdgeComputeFeatures,
    edgeUrl: actual.EdgePortainerUrl,
    edgeCheckinInterval: actual.EdgeAgentCheckinInterval,
    enforceEdgeId: actual.EnforceEdgeID,
    trustOnFirstConnect: actual.TrustOnFirstConnect,
    telemetry: actual.EnableTelemetry,
  };
}

type Ldap = NonNullable<SettingsInputs["ldap"]>;
type Oauth = NonNullable<SettingsInputs["oauth"]>;
type LdapWire = Settings["LDAPSettings"];
type OauthWire = Settings["OAuthSettings"];

/** Spelled out as it is compared: empty filters may be left out. */
function normalizeLdap({ searches, groupSearches, ...rest }: Ldap): unknown {
  const filled = (list: Ldap["searches"] | Ldap["groupSearches"]) =>
    list?.map((search) => ({ ...search, filter: search.filter ?? "" }));
  return { ...rest, searches: filled(searches), groupSearches: filled(groupSearches) };
}

function normalizeOauth({ defaultTeamId: team, ...rest }: Oauth): unknown {
  return { ...rest, defaultTeamId: team === undefined ? undefined : idNumber(team) };
}

function ldapInputs(actual: LdapWire): Ldap {
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
function ldapFields(ldap: Ldap, before: LdapWire) {
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

function oauthInputs(actual: OauthWire): Oauth {
  return {
    clientId: actual.ClientID,
    authorizationUrl: actual.AuthorizationURI,
    accessTokenUrl: actual.AccessTokenURI,
    resourceUrl: actual.ResourceURI,
    redirectUrl: actual.RedirectURI,
    logoutUrl: actual.LogoutURI,
    userIdentifier: actual.UserIdentifier,
    scopes: actual.Scopes,
    autoCreateUsers: actual.OAuthAutoCreateUsers,
    defaultTeamId: actual.DefaultTeamID,
    sso: actual.SSO,
    authStyle: AUTH_STYLES[actual.AuthStyle ?? 0],
  };
}

function oauthFields(oauth: Oauth) {
  return defined({
    ClientID: oauth.clientId,
    ClientSecret: oauth.clientSecret,
    AuthorizationURI: oauth.authorizationUrl,
    AccessTokenURI: oauth.accessTokenUrl,
    ResourceURI: oauth.resourceUrl,
    RedirectURI: oauth.redirectUrl,
    LogoutURI: oauth.logoutUrl,
    UserIdentifier: oauth.userIdentifier,
    Scopes: oauth.scopes,
    OAuthAutoCreateUsers: oauth.autoCreateUsers,
    DefaultTeamID: oauth.defaultTeamId === undefined ? undefined : idNumber(oauth.defaultTeamId),
    SSO: oauth.sso,
    AuthStyle: oauth.authStyle && AUTH_STYLES.indexOf(oauth.authStyle),
  });
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };
const defined = <T extends object>(value: T): Defined<T> =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Defined<T>;

/**
 * Refuses a method whose service has no address: nobody but the first administrator could log in any more. Says what a
 * switch means for those who log in with a password of Portainer's.
 */
function keepAWayIn(
  { warn }: Context,
  { authenticationMethod: method }: Partial<SettingsInputs>,
  { ldap, oauth }: { ldap: Partial<LdapWire>; oauth: Partial<OauthWire> },
  before: Settings,
): void {
  const needed = {
    internal: {},
    ldap: { "ldap.url": ldap.URL },
    oauth: {
      "oauth.clientId": oauth.ClientID,
      "oauth.authorizationUrl": oauth.AuthorizationURI,
      "oauth.accessTokenUrl": oauth.AccessTokenURI,
      "oauth.resourceUrl": oauth.ResourceURI,
      "oauth.userIdentifier": oauth.UserIdentifier,
    },
  }[method ?? METHODS[before.AuthenticationMethod - 1] ?? "internal"];
  const missing = Object.entries(needed).flatMap(([name, value]) => (value ? [] : [name]));
  if (missing.length > 0) {
    throw new ProviderError(
      `nobody but the first administrator could log in with these settings: ${missing.join(", ")} would be empty. Nothing was changed. Set what is missing, or \`authenticationMethod: "internal"\`.`,
    );
  }
  if (method === undefined || method === "internal") return;
  warn(
    `from now on passwords are checked by ${method === "ldap" ? "the LDAP directory" : "the OAuth service"}: of Portainer's own passwords only the first administrator's still works, and API keys go on`,
  );
}
