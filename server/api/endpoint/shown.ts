import { unchanging } from "../../route/json";
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
  /** Includes the latest snapshot. */
  readonly snapshot?: boolean;
  readonly composeVersion?: string;
  /** The default check-in interval of edge agents, in seconds. */
  readonly checkinInterval?: number;
  /** Hides which users have access. */
  readonly hidesUsers?: boolean;
}

type Shown = ReturnType<typeof show>;

const remembered = new WeakMap<EndpointRecord, Map<string, Shown>>();

/** An environment as answered. Lists are never null, because old clients expect lists. */
export function shown(endpoint: EndpointRecord, view: View = {}): Shown {
  return showing(view)(endpoint);
}

/** Returns a function that shows environments in one view. */
export function showing(view: View): (endpoint: EndpointRecord) => Shown {
  const key = JSON.stringify(view);
  return (endpoint) => {
    const views = remembered.get(endpoint) ?? new Map<string, Shown>();
    remembered.set(endpoint, views);
    const known = views.get(key) ?? unchanging(show(endpoint, view));
    views.set(key, known);
    return known;
  };
}

function show(
  endpoint: EndpointRecord,
  { snapshot = false, composeVersion = "", checkinInterval = 0, hidesUsers = false }: View,
) {
  const { Snapshot, KubernetesSnapshot, AgentVersion = "", EnableGPUManagement, ...stored } = endpoint;
  return {
    ...stored,
    EdgeCheckinInterval: stored.EdgeCheckinInterval || checkinInterval,
    ...(hidesUsers && { UserAccessPolicies: null }),
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
