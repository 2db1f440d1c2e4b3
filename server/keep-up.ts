import type { Services } from "./services";

/** How often a replica that nobody asks looks what the others have written, in milliseconds. */
const LOOK_EVERY = 1_000;

/** Lets a replica serve as another one was told to. Does nothing for a server alone. Returns how to stop. */
export function keepUp({ store, serving }: Services, report: (error: unknown) => void): () => void {
  if (!store.isShared) return () => {};
  let served = store.ssl.revision;
  const look = async () => {
    await store.catchUp();
    if (store.ssl.revision === served) return;
    served = store.ssl.revision;
    await serving.apply();
  };
  const timer = setInterval(() => look().catch(report), LOOK_EVERY).unref();
  return () => clearInterval(timer);
}
