import { parseDuration } from "../contract/duration";
import { isReachable, takeSnapshot } from "./api/endpoint/snapshot";
import type { Services } from "./services";

/** How often a replica that nobody asks looks what the others have written, in milliseconds. */
const CATCH_UP_EVERY = 1_000;

/** Lets a replica serve as another one was told to. Does nothing for a server alone. Returns how to stop. */
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

/** Looks at every engine now and then, so that the status of an environment is not an old story. Returns how to stop. */
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
