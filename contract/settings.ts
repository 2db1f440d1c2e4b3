import { z } from "zod";
import { isUrl, listOf } from "./common";
import { live, route } from "./route";

export const PublicSettings = z.looseObject({
  LogoURL: z.string(),
  AuthenticationMethod: z.int(),
  /** In bytes. */
  RequiredPasswordLength: z.int().optional(),
});
export type PublicSettings = z.infer<typeof PublicSettings>;

/** Where passwords are checked. */
export const AuthenticationMethod = { internal: 1, ldap: 2, oauth: 3 } as const;

const Url = (message: string) => z.string(message).refine((text) => text === "" || isUrl(text), message);

const METHOD_RULE =
  "Invalid authentication method value. Value must be one of: 1 (internal), 2 (LDAP/AD) or 3 (OAuth)";

const text = z.string().default("");
const flag = z.boolean().default(false);

/** Replaced as a whole: what is not sent is empty afterwards, but for the reader's name and password. */
const LdapSettings = z.object({
  AnonymousMode: flag,
  ReaderDN: text,
  Password: text,
  URL: text,
  TLSConfig: z.object({ TLS: flag, TLSSkipVerify: flag }).prefault({}),
  StartTLS: flag,
  SearchSettings: z
    .array(z.object({ BaseDN: text, Filter: text, UserNameAttribute: text }))
    .nullable()
    .default(null),
  GroupSearchSettings: z
    .array(z.object({ GroupBaseDN: text, GroupFilter: text, GroupAttribute: text }))
    .nullable()
    .default(null),
  AutoCreateUsers: flag,
});

/** Replaced as a whole: what is not sent is empty afterwards, but for the secret. */
const OauthSettings = z.object({
  ClientID: text,
  ClientSecret: text,
  AccessTokenURI: text,
  AuthorizationURI: text,
  ResourceURI: text,
  RedirectURI: text,
  UserIdentifier: text,
  Scopes: text,
  OAuthAutoCreateUsers: flag,
  DefaultTeamID: z.int().default(0),
  SSO: flag,
  LogoutURI: text,
  AuthStyle: z
    .int("Invalid OAuth AuthStyle")
    .min(0, "Invalid OAuth AuthStyle")
    .max(2, "Invalid OAuth AuthStyle")
    .default(0),
});

/** Unset fields stay as they are. */
const SettingsChange = z.object({
  LogoURL: Url("Invalid logo URL. Must correspond to a valid URL format").optional(),
  BlackListedLabels: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
  AuthenticationMethod: z.literal([1, 2, 3], METHOD_RULE).optional(),
  InternalAuthSettings: z.object({ RequiredPasswordLength: z.int().default(0) }).optional(),
  LDAPSettings: LdapSettings.optional(),
  OAuthSettings: OauthSettings.optional(),
  SnapshotInterval: z.string().optional(),
  TemplatesURL: Url("Invalid external templates URL. Must correspond to a valid URL format").optional(),
  GlobalDeploymentOptions: z.object({ hideStacksFunctionality: z.boolean().optional() }).optional(),
  EdgeAgentCheckinInterval: z.int().optional(),
  EnableEdgeComputeFeatures: z.boolean().optional(),
  UserSessionTimeout: z.string().optional(),
  KubeconfigExpiry: z.string().optional(),
  EnableTelemetry: z.boolean().optional(),
  HelmRepositoryURL: Url("Invalid Helm repository URL. Must correspond to a valid URL format").optional(),
  KubectlShellImage: z.string().optional(),
  TrustOnFirstConnect: z.boolean().optional(),
  EnforceEdgeID: z.boolean().optional(),
  EdgePortainerURL: z.string().optional(),
});

export const Settings = z.looseObject({
  LogoURL: z.string(),
  BlackListedLabels: listOf(z.object({ name: z.string(), value: z.string() })),
  /** One of `AuthenticationMethod`. */
  AuthenticationMethod: z.int(),
  InternalAuthSettings: z.object({ RequiredPasswordLength: z.int() }),
  /** Without the password. */
  LDAPSettings: z.looseObject({
    AnonymousMode: z.boolean(),
    ReaderDN: z.string(),
    URL: z.string(),
    TLSConfig: z.looseObject({ TLS: z.boolean(), TLSSkipVerify: z.boolean() }),
    StartTLS: z.boolean(),
    SearchSettings: listOf(
      z.object({ BaseDN: z.string(), Filter: z.string(), UserNameAttribute: z.string() }),
    ),
    GroupSearchSettings: listOf(
      z.object({ GroupBaseDN: z.string(), GroupFilter: z.string(), GroupAttribute: z.string() }),
    ),
    AutoCreateUsers: z.boolean(),
  }),
  /** Without the client's secret. */
  OAuthSettings: z.looseObject({
    ClientID: z.string(),
    AccessTokenURI: z.string(),
    AuthorizationURI: z.string(),
    ResourceURI: z.string(),
    RedirectURI: z.string(),
    UserIdentifier: z.string(),
    Scopes: z.string(),
    OAuthAutoCreateUsers: z.boolean(),
    DefaultTeamID: z.int(),
    SSO: z.boolean(),
    LogoutURI: z.string(),
    AuthStyle: z.int().optional(),
  }),
  SnapshotInterval: z.string(),
  TemplatesURL: z.string().optional(),
  GlobalDeploymentOptions: z.looseObject({ hideStacksFunctionality: z.boolean().optional() }).optional(),
  /** In seconds. */
  EdgeAgentCheckinInterval: z.int().optional(),
  EnableEdgeComputeFeatures: z.boolean().optional(),
  UserSessionTimeout: z.string(),
  KubeconfigExpiry: z.string().optional(),
  EnableTelemetry: z.boolean().optional(),
  HelmRepositoryURL: z.string().optional(),
  KubectlShellImage: z.string().optional(),
  TrustOnFirstConnect: z.boolean().optional(),
  EnforceEdgeID: z.boolean().optional(),
  EdgePortainerUrl: z.string().optional(),
});
export type Settings = z.infer<typeof Settings>;

export const settings = {
  get: route({
    method: "GET",
    path: "/settings",
    access: "administrator",
    summary: "Show the settings of the installation",
    response: Settings,
    verified: live,
  }),
  update: route({
    method: "PUT",
    path: "/settings",
    access: "administrator",
    summary: "Change settings; what is not sent stays as it is",
    body: SettingsChange,
    response: Settings,
    fails: { 500: "The snapshot interval is no duration." },
    verified: live,
  }),
  getPublic: route({
    method: "GET",
    path: "/settings/public",
    access: "public",
    summary: "Show the settings that a login page needs",
    response: PublicSettings,
    verified: live,
  }),
};

export const DEFAULT_LDAP = {
  AnonymousMode: true,
  ReaderDN: "",
  Password: "",
  URL: "",
  TLSConfig: { TLS: false, TLSSkipVerify: false },
  StartTLS: false,
  SearchSettings: [{ BaseDN: "", Filter: "", UserNameAttribute: "" }],
  GroupSearchSettings: [{ GroupBaseDN: "", GroupFilter: "", GroupAttribute: "" }],
  AutoCreateUsers: true,
};

const DEFAULT_OAUTH = {
  ClientID: "",
  ClientSecret: "",
  AccessTokenURI: "",
  AuthorizationURI: "",
  ResourceURI: "",
  RedirectURI: "",
  UserIdentifier: "",
  Scopes: "",
  OAuthAutoCreateUsers: false,
  DefaultTeamID: 0,
  SSO: true,
  LogoutURI: "",
  AuthStyle: 0,
};

/** The settings of a new installation. */
export const DEFAULT_SETTINGS = {
  LogoURL: "",
  BlackListedLabels: [] as { name: string; value: string }[],
  AuthenticationMethod: 1,
  InternalAuthSettings: { RequiredPasswordLength: 12 },
  LDAPSettings: DEFAULT_LDAP,
  OAuthSettings: DEFAULT_OAUTH,
  /** A Go duration. Empty means five minutes. */
  SnapshotInterval: "",
  TemplatesURL: "",
  GlobalDeploymentOptions: { hideStacksFunctionality: false },
  EdgeAgentCheckinInterval: 5,
  EnableEdgeComputeFeatures: false,
  UserSessionTimeout: "8h",
  KubeconfigExpiry: "0",
  EnableTelemetry: false,
  HelmRepositoryURL: "https://charts.bitnami.com/bitnami",
  KubectlShellImage: "portainer/kubectl-shell:2.23.0",
  TrustOnFirstConnect: false,
  EnforceEdgeID: false,
  AgentSecret: "",
  EdgePortainerUrl: "",
};
