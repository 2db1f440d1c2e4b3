import type { AccessPolicies } from "../../contract";
import type { Cluster } from "./cluster";

export interface NamespaceUser {
  readonly id: number;
  readonly teamIds: readonly number[];
  /** Whether the namespace `default` needs a policy too. Otherwise it is open to every user. */
  readonly isDefaultRestricted: boolean;
}

/** The namespaces of a cluster that a standard user may use, and the others. */
export interface Namespaces {
  readonly open: readonly string[];
  readonly closed: readonly string[];
}

const DEFAULT = "default";
/** Portainer stores the policies in the cluster, so that several servers share them. */
const POLICIES = "/api/v1/namespaces/portainer/configmaps/portainer-config";

interface Namespace {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly phase?: string };
}

interface NamespacePolicy {
  readonly UserAccessPolicies?: AccessPolicies | null;
  readonly TeamAccessPolicies?: AccessPolicies | null;
}

export async function namespacesOf(cluster: Cluster, user: NamespaceUser): Promise<Namespaces> {
  const policies = await policiesOf(cluster);
  const { items } = await cluster.json<{ items: Namespace[] }>("GET", "/api/v1/namespaces");
  // A terminating namespace accepts no new objects, and can exist for a long time.
  const names = items
    .filter(({ status }) => status?.phase !== "Terminating")
    .map(({ metadata }) => metadata.name);
  const isOpen = (name: string) =>
    name === DEFAULT && !user.isDefaultRestricted ? true : grants(policies[name], user);
  return { open: names.filter(isOpen), closed: names.filter((name) => !isOpen(name)) };
}

async function policiesOf(cluster: Cluster): Promise<Readonly<Record<string, NamespacePolicy>>> {
  const { data } = await cluster.json<{ data?: { NamespaceAccessPolicies?: string } }>(
    "GET",
    POLICIES,
    undefined,
    [404],
  );
  return JSON.parse(data?.NamespaceAccessPolicies || "{}") as Record<string, NamespacePolicy>;
}

function grants(policy: NamespacePolicy | undefined, { id, teamIds }: NamespaceUser): boolean {
  return (
    String(id) in (policy?.UserAccessPolicies ?? {}) ||
    teamIds.some((team) => String(team) in (policy?.TeamAccessPolicies ?? {}))
  );
}
