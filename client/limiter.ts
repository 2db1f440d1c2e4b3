import { sleep } from "./abort";

/** Portainer allows ten; two are left for other programs at this address. */
const BURST = 8;
/** Portainer allows one a second. */
const INTERVAL = 1100;

/** Delays calls to the rate that the server's login limiter allows, in the order in which they come. */
export interface Limiter {
  take(signal: AbortSignal): Promise<void>;
}

const limiters = new Map<string, Limiter>();

/** The limiter for a server. The clients of a process share it, because the server counts by address. */
export function limiterOf(server: string): Limiter {
  const limiter = limiters.get(server) ?? createLimiter(BURST, INTERVAL);
  limiters.set(server, limiter);
  return limiter;
}

/**
 * A token bucket like the server's: `burst` calls at once, then one every `interval` milliseconds. A counter per
 * window would exceed the burst at the edge of two windows, or delay ordinary programs.
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
