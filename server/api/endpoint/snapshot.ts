import { EndpointStatus } from "../../../contract";
import { unixSeconds } from "../../clock";
import { connectionOf } from "../../environment";
import { isDocker, isKubernetes } from "../../gateway/environment-type";
import { Cluster } from "../../kubernetes/cluster";
import { kubernetesSnapshot } from "../../kubernetes/snapshot";
import type { Services } from "../../services";
import type { EndpointRecord } from "../../store/records";

/** Whether the server can connect to an environment by itself. */
export const isReachable = ({ Type }: EndpointRecord): boolean => isDocker(Type) || isKubernetes(Type);

/** Takes a snapshot of an environment. If its engine does not answer, the environment is marked as down. */
export async function takeSnapshot(services: Services, endpoint: EndpointRecord): Promise<void> {
  const { store } = services;
  const seen = await look(services, endpoint).catch(() => undefined);
  await store.change(() => {
    const current = store.endpoints.get(endpoint.Id);
    if (!current) return;
    const Status = seen ? EndpointStatus.up : EndpointStatus.down;
    store.endpoints.put(current.Id, { ...current, Status, ...seen });
  });
}

/** Queries an environment's engine or cluster. Throws the reason if it cannot be reached. */
export async function look(
  services: Services,
  endpoint: EndpointRecord,
): Promise<Pick<EndpointRecord, "Snapshot" | "KubernetesSnapshot">> {
  const environment = await connectionOf(services, endpoint);
  if (!isKubernetes(endpoint.Type)) return { Snapshot: { ...(await services.gateway.probe(environment)) } };
  const KubernetesSnapshot = await services.engines.once(environment, (engine) =>
    kubernetesSnapshot(
      new Cluster(engine, environment, services.serviceAccount),
      unixSeconds(services.clock),
    ),
  );
  return { KubernetesSnapshot };
}
