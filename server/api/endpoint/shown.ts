import type { EndpointRecord } from "../../store/records";

const KUBERNETES = {
  Snapshots: [],
  Configuration: {
    UseLoadBalancer: false,
    UseServerMetrics: false,
    EnableResourceOverCommit: true,
    ResourceOverCommitPercentage: 0,
    StorageClasses: [],
    IngressClasses: [],
    RestrictDefaultNamespace: false,
    IngressAvailabilityPerNamespace: false,
    AllowNoneIngressClass: false,
  },
  Flags: {
    IsServerMetricsDetected: false,
    IsServerIngressClassDetected: false,
    IsServerStorageDetected: false,
  },
};

interface View {
  /** The last look at the engine goes with it. */
  readonly snapshot?: boolean;
  readonly composeVersion?: string;
}

/** An environment as answered. Old clients look for lists where newer servers send null. */
export function shown(endpoint: EndpointRecord, { snapshot = false, composeVersion = "" }: View = {}) {
  const { Snapshot, KubernetesSnapshot, AgentVersion = "", EnableGPUManagement, ...stored } = endpoint;
  return {
    ...stored,
    ...(EnableGPUManagement && { EnableGPUManagement }),
    AzureCredentials: { ApplicationID: "", TenantID: "", AuthenticationKey: "" },
    Snapshots: snapshot && Snapshot ? [Snapshot] : [],
    Kubernetes: {
      ...KUBERNETES,
      ...stored.Kubernetes,
      Snapshots: snapshot && KubernetesSnapshot ? [KubernetesSnapshot] : [],
    },
    ComposeSyntaxMaxVersion: composeVersion,
    LastCheckInDate: 0,
    QueryDate: 0,
    Heartbeat: false,
    PostInitMigrations: { MigrateIngresses: false, MigrateGPUs: false },
    Edge: { AsyncMode: false, PingInterval: 0, SnapshotInterval: 0, CommandInterval: 0 },
    Agent: { Version: AgentVersion },
    AuthorizedUsers: [],
    AuthorizedTeams: [],
    Tags: [],
    Extensions: [],
  };
}
