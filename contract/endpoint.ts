import { z } from "zod";
import { AccessPolicies, FormFile, Id, listOf } from "./common";
import { live, route, source } from "./route";

/** What an environment is. The server sets it, never a client. */
export const EndpointType = {
  docker: 1,
  agentDocker: 2,
  azure: 3,
  edgeAgentDocker: 4,
  localKubernetes: 5,
  agentKubernetes: 6,
  edgeAgentKubernetes: 7,
} as const;

/** What a client asks for when it creates an environment. */
export const CreationType = { docker: 1, agent: 2, azure: 3, edgeAgent: 4, localKubernetes: 5 } as const;

export const EndpointStatus = { up: 1, down: 2 } as const;

export const SecuritySettings = z.object({
  /** Mount paths of the host. */
  allowBindMountsForRegularUsers: z.boolean(),
  /** Run privileged containers. */
  allowPrivilegedModeForRegularUsers: z.boolean(),
  /** See and change the files of volumes, through an agent. */
  allowVolumeBrowserForRegularUsers: z.boolean(),
  /** Use the host's process namespace. */
  allowHostNamespaceForRegularUsers: z.boolean(),
  /** Give devices of the host to containers. */
  allowDeviceMappingForRegularUsers: z.boolean(),
  /** Deploy and change stacks. */
  allowStackManagementForRegularUsers: z.boolean(),
  /** Add capabilities to containers. */
  allowContainerCapabilitiesForRegularUsers: z.boolean(),
  /** Set kernel settings of containers. */
  allowSysctlSettingForRegularUsers: z.boolean(),
  /** Show the host's devices and files, through an agent. */
  enableHostManagementFeatures: z.boolean(),
});
export type SecuritySettings = z.infer<typeof SecuritySettings>;

/** What standard users may do on a new environment. */
export const DEFAULT_SECURITY: Readonly<SecuritySettings> = {
  allowBindMountsForRegularUsers: true,
  allowPrivilegedModeForRegularUsers: true,
  allowVolumeBrowserForRegularUsers: false,
  allowHostNamespaceForRegularUsers: true,
  allowDeviceMappingForRegularUsers: true,
  allowStackManagementForRegularUsers: true,
  allowContainerCapabilitiesForRegularUsers: true,
  allowSysctlSettingForRegularUsers: true,
  enableHostManagementFeatures: false,
};

export const Gpu = z.object({ name: z.string(), value: z.string() });

export const TlsConfig = z.looseObject({
  TLS: z.boolean(),
  TLSSkipVerify: z.boolean(),
  /** Paths on the server; absent when that file is not used. */
  TLSCACert: z.string().optional(),
  TLSCert: z.string().optional(),
  TLSKey: z.string().optional(),
});

export const Endpoint = z.looseObject({
  Id,
  Name: z.string(),
  Type: z.int(),
  ContainerEngine: z.string().optional(),
  URL: z.string(),
  GroupId: z.int(),
  PublicURL: z.string(),
  TLSConfig: TlsConfig,
  TagIds: listOf(Id),
  Status: z.int(),
  UserAccessPolicies: AccessPolicies.nullish(),
  TeamAccessPolicies: AccessPolicies.nullish(),
  SecuritySettings: SecuritySettings.partial().optional(),
});
export type Endpoint = z.infer<typeof Endpoint>;

const TYPE_RULE =
  "Invalid environment type value. Value must be one of: 1 (Docker environment), 2 (Agent environment), 3 (Azure environment), 4 (Edge Agent environment) or 5 (Local Kubernetes environment)";

const NO_ENVIRONMENT = "Invalid request payload: Missing environment identifier";

const NOTHING_TO_DELETE = "Invalid request payload. You must provide a list of environments to delete";

/** Forms carry text: numbers in digits, flags as `true`, lists as JSON. */
const CreateForm = z.object({
  Name: z.string("Invalid environment name").min(1, "Invalid environment name"),
  EndpointCreationType: z.string(TYPE_RULE).regex(/^-?[1-9]\d*$/, TYPE_RULE),
  ContainerEngine: z.string().optional(),
  URL: z.string().optional(),
  PublicURL: z.string().optional(),
  GroupID: z.string().optional(),
  TagIds: z.string().optional(),
  TLS: z.string().optional(),
  TLSSkipVerify: z.string().optional(),
  TLSSkipClientVerify: z.string().optional(),
  TLSCACertFile: FormFile.optional(),
  TLSCertFile: FormFile.optional(),
  TLSKeyFile: FormFile.optional(),
  AzureApplicationID: z.string().optional(),
  AzureTenantID: z.string().optional(),
  AzureAuthenticationKey: z.string().optional(),
  Gpus: z.string().optional(),
  EdgeCheckinInterval: z.string().optional(),
  /** The name of `EdgeCheckinInterval` in older servers. */
  CheckinInterval: z.string().optional(),
});

const DeleteMany = z.object({
  endpoints: z
    .array(z.object({ id: z.int(), deleteCluster: z.boolean().optional() }), NOTHING_TO_DELETE)
    .min(1, NOTHING_TO_DELETE),
});

/** The answer where some could not be deleted; otherwise there is none. */
const DeletedMany = z.object({ deleted: z.array(z.int()), errors: z.array(z.int()) }).optional();

export const endpoints = {
  list: route({
    method: "GET",
    path: "/endpoints",
    access: "restricted",
    summary: "List the environments",
    query: z.object({
      start: z.string().optional(),
      limit: z.string().optional(),
      sort: z.string().optional(),
      order: z.string().optional(),
      search: z.string().optional(),
      name: z.string().optional(),
      tagsPartialMatch: z.string().optional(),
      excludeSnapshots: z.string().optional(),
      "endpointIds[]": z.array(z.string()).optional(),
      "excludeIds[]": z.array(z.string()).optional(),
      "groupIds[]": z.array(z.string()).optional(),
      "status[]": z.array(z.string()).optional(),
      "types[]": z.array(z.string()).optional(),
      "tagIds[]": z.array(z.string()).optional(),
      "agentVersions[]": z.array(z.string()).optional(),
      edgeAsync: z.string().optional(),
      edgeDeviceUntrusted: z.string().optional(),
      edgeCheckInPassedSeconds: z.string().optional(),
      edgeStackId: z.string().optional(),
      edgeStackStatus: z.string().optional(),
    }),
    response: z.array(Endpoint),
    fails: { 500: "There is no such edge stack, as there is none at all." },
    verified: live,
  }),
  create: route({
    method: "POST",
    path: "/endpoints",
    access: "administrator",
    summary: "Create an environment; the server must reach its engine",
    form: CreateForm,
    response: Endpoint,
    pace: "slow",
    fails: {
      409: "The name is taken.",
      500: "The engine cannot be reached, or there is no such tag or group.",
    },
    verified: live,
  }),
  get: route({
    method: "GET",
    path: "/endpoints/:id",
    access: "restricted",
    summary: "Show an environment",
    query: z.object({ excludeSnapshot: z.string().optional() }),
    response: Endpoint,
    verified: live,
  }),
  update: route({
    method: "PUT",
    path: "/endpoints/:id",
    access: "administrator",
    summary: "Change an environment",
    body: z.object({
      Name: z.string().optional(),
      URL: z.string().optional(),
      PublicURL: z.string().optional(),
      GroupID: z.int().optional(),
      TLS: z.boolean().optional(),
      TLSSkipVerify: z.boolean().optional(),
      TLSSkipClientVerify: z.boolean().optional(),
      Status: z.int().optional(),
      TagIDs: z.array(z.int()).optional(),
      UserAccessPolicies: AccessPolicies.optional(),
      TeamAccessPolicies: AccessPolicies.optional(),
      EdgeCheckinInterval: z.int().optional(),
      Gpus: z.array(Gpu).optional(),
      AzureApplicationID: z.string().optional(),
      AzureTenantID: z.string().optional(),
      AzureAuthenticationKey: z.string().optional(),
      Kubernetes: z.record(z.string(), z.unknown()).optional(),
    }),
    response: Endpoint,
    fails: { 409: "The name is taken.", 500: "There is no such tag, or the TLS files cannot be used." },
    verified: live,
  }),
  updateSettings: route({
    method: "PUT",
    path: "/endpoints/:id/settings",
    access: "administrator",
    summary: "Change what standard users may do on an environment",
    body: SecuritySettings.partial().extend({
      enableGPUManagement: z.boolean().optional(),
      gpus: z.array(Gpu).optional(),
    }),
    response: Endpoint,
    verified: live,
  }),
  snapshot: route({
    method: "POST",
    path: "/endpoints/:id/snapshot",
    access: "administrator",
    summary: "Take a snapshot of the environment's engine, and set whether it is up",
    pace: "slow",
    verified: live,
  }),
  snapshotAll: route({
    method: "POST",
    path: "/endpoints/snapshot",
    access: "administrator",
    summary: "Take a snapshot of every environment's engine",
    pace: "slow",
    verified: live,
  }),
  deleteMany: route({
    method: "DELETE",
    path: "/endpoints",
    access: "administrator",
    since: "2.21",
    summary: "Delete several environments; 206 names those that could not be deleted",
    body: DeleteMany,
    response: DeletedMany,
    status: 204,
    verified: live,
  }),
  deleteManyByPost: route({
    method: "POST",
    path: "/endpoints/delete",
    access: "administrator",
    since: "2.24",
    summary: "Delete several environments, by the path of newer releases",
    body: DeleteMany,
    response: DeletedMany,
    status: 204,
    verified: { version: "after 2.23.0", by: "source" },
  }),
  updateRelations: route({
    method: "PUT",
    path: "/endpoints/relations",
    access: "administrator",
    since: "2.19",
    summary: "Set the tags, the group and the edge groups of several environments",
    body: z.object({
      Relations: z
        .record(
          z.string().regex(/^[+-]?\d+$/),
          z.object({
            EdgeGroups: z.array(z.int()).optional(),
            Tags: z.array(z.int()).optional(),
            Group: z.int().optional(),
          }),
        )
        .refine((relations) => !("0" in relations), NO_ENVIRONMENT)
        .default({}),
    }),
    fails: { 500: "There is no such environment, tag or edge group." },
    verified: live,
  }),
  agentVersions: route({
    method: "GET",
    path: "/endpoints/agent_versions",
    access: "restricted",
    since: "2.15",
    summary: "List the versions of the agents in use",
    response: z.array(z.string()),
    verified: source,
  }),
  forceUpdateService: route({
    method: "PUT",
    path: "/endpoints/:id/forceupdateservice",
    access: "authenticated",
    since: "2.20",
    summary: "Restart the tasks of a swarm service",
    body: z.object({
      ServiceID: z.string().default(""),
      PullImage: z.boolean().optional(),
    }),
    response: z.looseObject({ Warnings: z.array(z.string()).nullish() }),
    pace: "slow",
    fails: { 500: "The engine cannot be reached, or refuses." },
    verified: live,
  }),
  deleteAssociation: route({
    method: "DELETE",
    path: "/endpoints/:id/association",
    access: "administrator",
    summary: "Remove the agent of an edge environment, so that another can take its place",
    verified: source,
  }),
  findByEdgeId: route({
    method: "POST",
    path: "/endpoints/global-key",
    access: "public",
    since: "2.13",
    summary: "Find the environment of an edge agent; on this server no agent has one",
    response: z.object({ endpointID: Id }),
    fails: { 404: "No environment has this agent." },
    verified: source,
  }),
  delete: route({
    method: "DELETE",
    path: "/endpoints/:id",
    access: "administrator",
    summary: "Delete an environment; what runs there stays",
    verified: live,
  }),
};
