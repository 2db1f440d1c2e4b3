import { parseDuration } from "../contract/duration";
import { isReachable, takeSnapshot } from "./api/endpoint/snapshot";
import type { Services } from "./services";

const DEFAULT_INTERVAL = 5 * 60_000;
const SHORTEST_INTERVAL = 10_000;

/** Looks at every engine now and then, so that the status of an environment is not an old story. Returns how to stop. */
export function keepSnapshots(services: Services, report: (error: unknown) => void): () => void {
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
