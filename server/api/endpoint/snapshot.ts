import { EndpointStatus } from "../../../contract";
import type { Services } from "../../services";
import type { EndpointRecord } from "../../store/records";
import { connectionOf } from "./connection";

/** Looks at an environment's engine. That it does not answer is no failure of the call: the environment is down. */
export async function takeSnapshot(services: Services, endpoint: EndpointRecord): Promise<void> {
  const { store } = services;
  const snapshot = await probe(services, endpoint).catch(() => undefined);
  await store.change(() => {
    const current = store.endpoints.get(endpoint.Id);
    if (!current) return;
    const Status = snapshot ? EndpointStatus.up : EndpointStatus.down;
    store.endpoints.put(current.Id, { ...current, Status, ...(snapshot && { Snapshot: snapshot }) });
  });
}

export async function probe({ gateway, tlsFiles }: Services, endpoint: EndpointRecord) {
  return { ...(await gateway.probe(await connectionOf(tlsFiles, endpoint))) };
}
