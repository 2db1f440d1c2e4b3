import { parseDuration } from "../contract/duration";
import { isReachable, takeSnapshot } from "./api/endpoint/snapshot";
import type { Services } from "./services";

/** How often an idle replica reads what the others have written, in milliseconds. */
const CATCH_UP_EVERY = 1_000;

/** Makes a replica follow the HTTPS settings that others change. Does nothing on a single server. Returns a function that stops it. */
export function followReplicas({ store, serving }: Services, report: (error: unknown) => void): () => void {
  if (!store.isShared) return () => {};
  let served = store.ssl.revision;
  const look = async () => {
    await store.catchUp();
    if (store.ssl.revision === served) return;
    served = store.ssl.revision;
    await serving.apply();
  };
  const timer = setInterval(() => look().catch(report), CATCH_UP_EVERY).unref();
  return () => clearInterval(timer);
}

const DEFAULT_INTERVAL = 5 * 60_000;
const SHORTEST_INTERVAL = 10_000;

/** Takes snapshots of all environments at an interval, so that their status stays current. Returns a function that stops it. */
export function snapshotRegularly(services: Services, report: (error: unknown) => void): () => void {
  const { store } = services;
  let timer: NodeJS.Timeout;
  const schedule = () => {
    const wanted = parseDuration(store.settings.get(1)?.SnapshotInterval ?? "") || DEFAULT_INTERVAL;
    timer = setTimeout(look, Math.max(wanted, SHORTEST_INTERVAL)).unref();
  };
  const look = async () => {
    const engines = (await store.leads()) ? store.endpoints.filter(isReachable) : [];
    for (const endpoint of engines) await takeSnapshot(services, endpoint).catch(report);
    schedule();
  };
  schedule();
  return () => clearTimeout(timer);
}
