/** The settings of the whole installation. One record, with id 1. */
export type SettingsRecord = Omit<typeof DEFAULT_SETTINGS, "LDAPSettings"> & { LDAPSettings: LdapRecord };

type LdapRecord = Omit<typeof DEFAULT_LDAP, "SearchSettings" | "GroupSearchSettings"> & {
  SearchSettings: (typeof DEFAULT_LDAP)["SearchSettings"] | null;
  GroupSearchSettings: (typeof DEFAULT_LDAP)["GroupSearchSettings"] | null;
};

const DEFAULT_LDAP = {
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
