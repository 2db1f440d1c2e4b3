import { type Clock, milliseconds } from "../clock";

const BURST = 10;
const REFILL_MS = 1_000;
const BAN_MS = 3_600_000;

/** What is left to an address. */
export interface Bucket {
  readonly tokens: number;
  readonly at: number;
  readonly bannedUntil: number;
}

/** Where buckets are kept, by address. */
export interface Buckets {
  /** Puts another bucket in the place of an address's; of those that `isIdle`, some are forgotten. */
  replace(
    address: string,
    next: (bucket: Bucket | undefined) => Bucket,
    isIdle: (bucket: Bucket) => boolean,
  ): Promise<void>;
  clear(): Promise<void>;
}

/**
 * Portainer's limit on logins: ten at once, then one a second; who exceeds it is shut out for an hour. A token
 * bucket, because with a fixed window (which is what rate limiting libraries count in) a client that keeps to one
 * call a second after its first ten would be banned here but not there.
 */
export class LoginLimiter {
  readonly #clock: Clock;
  readonly #isOn: boolean;
  readonly #buckets: Buckets;

  constructor(clock: Clock, isOn: boolean, buckets: Buckets) {
    this.#clock = clock;
    this.#isOn = isOn;
    this.#buckets = buckets;
  }

  /** Counts one call from an address, and tells whether it may go on. */
  async admits(address: string): Promise<boolean> {
    if (!this.#isOn) return true;
    const now = milliseconds(this.#clock);
    let isAdmitted = false;
    await this.#buckets.replace(
      address,
      (bucket = { tokens: BURST, at: now, bannedUntil: 0 }) => {
        isAdmitted = false;
        if (now < bucket.bannedUntil) return bucket;
        const tokens = Math.min(BURST, bucket.tokens + (now - bucket.at) / REFILL_MS);
        isAdmitted = tokens >= 1;
        return isAdmitted
          ? { tokens: tokens - 1, at: now, bannedUntil: 0 }
          : { tokens, at: now, bannedUntil: now + BAN_MS };
      },
      ({ at, bannedUntil }) => now >= bannedUntil && now - at >= BURST * REFILL_MS,
    );
    return isAdmitted;
  }

  reset(): Promise<void> {
    return this.#buckets.clear();
  }
}
