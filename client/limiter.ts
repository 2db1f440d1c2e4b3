import { sleep } from "./abort";

/** Portainer allows ten; two are left to whoever else logs in from this address. */
const BURST = 8;
/** Portainer allows one a second. */
const INTERVAL = 1100;

/** Lets calls pass at the pace that the server's login limiter allows, first come, first served. */
export interface Limiter {
  take(signal: AbortSignal): Promise<void>;
}

const limiters = new Map<string, Limiter>();

/** The limiter of a server. All clients of a process share it, because the server counts addresses, not clients. */
export function limiterOf(server: string): Limiter {
  const limiter = limiters.get(server) ?? createLimiter(BURST, INTERVAL);
  limiters.set(server, limiter);
  return limiter;
}

/**
 * A token bucket like the server's: `burst` at once, then one each `interval` milliseconds. A window counter would
 * either exceed the burst at a window's edge or make an ordinary program wait.
 */
export function createLimiter(burst: number, interval: number): Limiter {
  /** When the bucket is full again, in milliseconds since the epoch. */
  let fullAt = 0;
  return {
    async take(signal) {
      const now = Date.now();
      fullAt = Math.max(fullAt, now) + interval;
      const wait = fullAt - now - burst * interval;
      if (wait > 0) await sleep(wait, signal);
    },
  };
}
