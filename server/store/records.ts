import type { AccessPolicies, SecuritySettings } from "../../contract";

/** What is stored of each entity, in Portainer's own spelling. */

export type UserRecord = {
  Id: number;
  Username: string;
  /** bcrypt; never part of an answer. */
  PasswordHash: string;
  Role: number;
  /** Unix seconds. Tokens that were issued before are invalid. */
  TokenIssueAt: number;
  ThemeSettings: { color: string };
  UseCache: boolean;
};

export type ApiKeyRecord = {
  id: number;
  userId: number;
  description: string;
  prefix: string;
  dateCreated: number;
  lastUsed: number;
  /** SHA-256 of the raw key, base64. */
  digest: string;
};

export type TeamRecord = { Id: number; Name: string };

export type TeamMembershipRecord = { Id: number; UserID: number; TeamID: number; Role: number };

export type TagRecord = { ID: number; Name: string };

export type EndpointGroupRecord = {
  Id: number;
  Name: string;
  Description: string;
  UserAccessPolicies: AccessPolicies;
  TeamAccessPolicies: AccessPolicies;
  TagIds: number[];
};

/** `Dynamic` says which of the two fields lists its environments. The other one is kept. */
export type EdgeGroupRecord = {
  Id: number;
  Name: string;
  Dynamic: boolean;
  TagIds: number[];
  Endpoints: number[];
  PartialMatch: boolean;
};

export type TlsRecord = {
  TLS: boolean;
  TLSSkipVerify: boolean;
  TLSCACert?: string;
  TLSCert?: string;
  TLSKey?: string;
};

export type Gpu = { name: string; value: string };

export type EndpointRecord = {
  Id: number;
  Name: string;
  Type: number;
  ContainerEngine: string;
  URL: string;
  GroupId: number;
  PublicURL: string;
  Gpus: Gpu[];
  TLSConfig: TlsRecord;
  TagIds: number[];
  Status: number;
  UserAccessPolicies: AccessPolicies;
  TeamAccessPolicies: AccessPolicies;
  EdgeKey: string;
  EdgeCheckinInterval: number;
  UserTrusted?: boolean;
  SecuritySettings: SecuritySettings;
  EnableGPUManagement: boolean;
  Snapshot?: Record<string, unknown>;
  KubernetesSnapshot?: Record<string, unknown>;
  /** The cluster settings that differ from the defaults. */
  Kubernetes?: Record<string, unknown>;
  AgentVersion?: string;
};

export type ResourceControlRecord = {
  Id: number;
  ResourceId: string;
  SubResourceIds: string[];
  Type: number;
  UserAccesses: { UserId: number; AccessLevel: number }[];
  TeamAccesses: { TeamId: number; AccessLevel: number }[];
  Public: boolean;
  AdministratorsOnly: boolean;
  System: boolean;
};

/** The identity of this installation, created at the first start. */
export type InstanceRecord = { Id: 1; InstanceID: string };

/** The key by which agents identify this installation. One record, with id 1. */
export type AgentKeyRecord = {
  Id: 1;
  /** PEM. */
  PrivateKey: string;
};

/** The HTTP and HTTPS settings of the server itself. One record, with id 1. */
export type SslRecord = {
  Id: 1;
  /** PEM. Empty until the server first uses HTTPS. */
  Cert: string;
  Key: string;
  SelfSigned: boolean;
  HTTPEnabled: boolean;
};

export type RegistryAccessRecord = {
  UserAccessPolicies: AccessPolicies | null;
  TeamAccessPolicies: AccessPolicies | null;
  Namespaces: string[];
};

/** The credentials with which the server itself uses a registry. */
export type RegistryManagement = {
  Type: number;
  Authentication: boolean;
  Username: string;
  Password: string;
  TLSConfig: TlsRecord;
  Ecr: { Region: string };
};

export type RegistryRecord = {
  Id: number;
  Type: number;
  Name: string;
  URL: string;
  BaseURL: string;
  Authentication: boolean;
  Username: string;
  Password: string;
  ManagementConfiguration: RegistryManagement;
  Gitlab: { ProjectId: number; InstanceURL: string; ProjectPath: string };
  Quay: { UseOrganisation?: boolean; OrganisationName: string };
  Ecr: { Region: string };
  /** By environment id. */
  RegistryAccesses: Record<string, RegistryAccessRecord>;
};

export type GitRecord = {
  URL: string;
  ReferenceName: string;
  ConfigFilePath: string;
  Authentication: { Username: string; Password: string } | null;
  ConfigHash: string;
  TLSSkipVerify: boolean;
};

export type TemplateVariable = {
  name: string;
  label: string;
  defaultValue?: string | undefined;
  description?: string | undefined;
};

export type CustomTemplateRecord = {
  Id: number;
  Title: string;
  Description: string;
  Note: string;
  Platform: number;
  Logo: string;
  Type: number;
  EntryPoint: string;
  CreatedByUserId: number;
  Variables: TemplateVariable[] | null;
  GitConfig: GitRecord | null;
  IsComposeFormat: boolean;
  EdgeTemplate: boolean;
  /** The content of the file. */
  Content: string;
};

export type WebhookRecord = {
  Id: number;
  Token: string;
  ResourceId: string;
  EndpointId: number;
  RegistryId: number;
  Type: number;
};

export type AutoUpdateRecord = {
  Interval?: string | undefined;
  Webhook?: string | undefined;
  ForceUpdate?: boolean | undefined;
  ForcePullImage?: boolean | undefined;
};

export type StackVariable = { name: string; value: string };

export type StackRecord = {
  Id: number;
  Name: string;
  Type: number;
  EndpointId: number;
  SwarmId: string;
  EntryPoint: string;
  Env: StackVariable[] | null;
  Status: number;
  CreationDate: number;
  CreatedBy: string;
  UpdateDate: number;
  UpdatedBy: string;
  AdditionalFiles: string[] | null;
  AutoUpdate: AutoUpdateRecord | null;
  Option: { Prune: boolean } | null;
  GitConfig: GitRecord | null;
  FromAppTemplate: boolean;
  /** The contents of the files, by path. */
  Files: Record<string, string>;
};

/** The signing key that all replicas share. */
export type SecretRecord = { Id: 1; Key: string };

/** A revoked token. The record is kept until the token would expire. */
export type RevokedTokenRecord = { Id: number; Token: string; Expires: number };

export type LoginBucketRecord = {
  Id: number;
  Address: string;
  Tokens: number;
  At: number;
  BannedUntil: number;
};

export type TlsFileRecord = { Id: number; Folder: string; File: "ca" | "cert" | "key"; Content: string };
