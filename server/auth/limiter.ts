import { type Clock, milliseconds } from "../clock";

const BURST = 10;
const REFILL_MS = 1_000;
const BAN_MS = 3_600_000;

interface Bucket {
  tokens: number;
  at: number;
  bannedUntil: number;
}

/**
 * Portainer's limit on logins: ten at once, then one a second; who exceeds it is shut out for an hour. A token
 * bucket, because with a fixed window (which is what rate limiting libraries count in) a client that keeps to one
 * call a second after its first ten would be banned here but not there.
 */
export class LoginLimiter {
  readonly #clock: Clock;
  readonly #isOn: boolean;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, isOn = true) {
    this.#clock = clock;
    this.#isOn = isOn;
  }

  /** Counts one call from an address, and tells whether it may go on. */
  admits(address: string): boolean {
    if (!this.#isOn) return true;
    const now = milliseconds(this.#clock);
    if (this.#buckets.size > 10_000) this.#forgetIdle(now);
    const bucket = this.#buckets.get(address) ?? { tokens: BURST, at: now, bannedUntil: 0 };
    this.#buckets.set(address, bucket);
    if (now < bucket.bannedUntil) return false;
    bucket.tokens = Math.min(BURST, bucket.tokens + (now - bucket.at) / REFILL_MS);
    bucket.at = now;
    if (bucket.tokens < 1) {
      bucket.bannedUntil = now + BAN_MS;
      return false;
    }
    bucket.tokens -= 1;
    return true;
  }

  reset(): void {
    this.#buckets.clear();
  }

  #forgetIdle(now: number): void {
    for (const [address, bucket] of this.#buckets)
      if (now >= bucket.bannedUntil && now - bucket.at >= BURST * REFILL_MS) this.#buckets.delete(address);
  }
}
