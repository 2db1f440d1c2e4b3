import type { AccessPolicies, SecuritySettings } from "../../contract";

/** What is stored of each entity, in Portainer's own spelling. */

export type UserRecord = {
  Id: number;
  Username: string;
  /** bcrypt; never part of an answer. */
  PasswordHash: string;
  Role: number;
  /** Unix seconds; tokens issued before are dead. */
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
  SecuritySettings: SecuritySettings;
  EnableGPUManagement: boolean;
  Snapshot?: Record<string, unknown>;
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

/** This installation: made at the first start, the same ever after. */
export type InstanceRecord = { Id: 1; InstanceID: string };
