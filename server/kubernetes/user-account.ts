import type { Cluster } from "./cluster";
import type { Namespaces } from "./namespace-access";

const NAMESPACE = "portainer";
const ROLE = "portainer-cr-user";
const ALREADY_EXISTS = [409];
const GONE = [404];
/** Seconds. */
const TOKEN_LIFETIME = 3_600;

/** The rights of every user in a cluster. */
const RULES = [
  { verbs: ["list", "get"], apiGroups: [""], resources: ["namespaces", "nodes"] },
  { verbs: ["list"], apiGroups: ["storage.k8s.io"], resources: ["storageclasses"] },
  { verbs: ["list", "get"], apiGroups: ["metrics.k8s.io"], resources: ["namespaces", "pods", "nodes"] },
  { verbs: ["list"], apiGroups: ["networking.k8s.io"], resources: ["ingressclasses"] },
];

export interface AccountToken {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/**
 * Returns a token of the service account of a standard user. Creates what the account lacks, and removes rights that it
 * must not have.
 */
export async function userToken(
  cluster: Cluster,
  account: string,
  namespaces: () => Promise<Namespaces>,
): Promise<AccountToken> {
  const create = (path: string, body: object) => cluster.json("POST", path, body, ALREADY_EXISTS);
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  const subjects = [{ kind: "ServiceAccount", name: account, namespace: NAMESPACE }];
  const bound = (role: string) => ({
    subjects,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
  });
  await create("/api/v1/namespaces", { metadata: { name: NAMESPACE } });
  await create(`/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, { metadata: { name: account } });
  await create(`${rbac}/clusterroles`, { metadata: { name: ROLE }, rules: RULES });
  await create(`${rbac}/clusterrolebindings`, { metadata: { name: account }, ...bound(ROLE) });
  const { open, closed } = await namespaces();
  const bindings = (namespace: string) => `${rbac}/namespaces/${encodeURIComponent(namespace)}/rolebindings`;
  for (const namespace of open)
    await create(bindings(namespace), { metadata: { name: account }, ...bound("edit") });
  for (const namespace of closed)
    await cluster.json("DELETE", `${bindings(namespace)}/${account}`, undefined, GONE);
  const { status } = await cluster.json<{ status: { token: string; expirationTimestamp: string } }>(
    "POST",
    `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${account}/token`,
    { spec: { expirationSeconds: TOKEN_LIFETIME } },
  );
  return { token: status.token, expires: Date.parse(status.expirationTimestamp) };
}
