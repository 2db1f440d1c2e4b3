import type { Cluster } from "./cluster";

interface Node {
  readonly status?: { readonly capacity?: { readonly cpu?: string; readonly memory?: string } };
}

/** A snapshot of a cluster, with Portainer's field names. Throws the reason if the cluster cannot be reached. */
export async function kubernetesSnapshot(cluster: Cluster, time: number) {
  const { gitVersion } = await cluster.json<{ gitVersion: string }>("GET", "/version");
  const { items } = await cluster.json<{ items: Node[] }>("GET", "/api/v1/nodes");
  const sum = (pick: (node: Node) => string | undefined) =>
    items.reduce((total, node) => total + quantity(pick(node) ?? "0"), 0);
  return {
    Time: time,
    KubernetesVersion: gitVersion,
    NodeCount: items.length,
    TotalCPU: Math.floor(sum(({ status }) => status?.capacity?.cpu)),
    TotalMemory: sum(({ status }) => status?.capacity?.memory),
  };
}

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A number as Kubernetes writes it: `16Gi`, `500m`. */
function quantity(text: string): number {
  const [, amount = "0", unit = ""] = /^([\d.]+)(\w*)$/.exec(text) ?? [];
  return Number(amount) * (UNITS[unit] ?? 0);
}
