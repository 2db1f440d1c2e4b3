import { type Clock, milliseconds } from "../clock";
import type { Store } from "../store/store";

const BURST = 10;
const REFILL_MS = 1_000;
const BAN_MS = 3_600_000;

/** The state of the limit for one address. */
interface Bucket {
  readonly tokens: number;
  readonly at: number;
  readonly bannedUntil: number;
}

/** Stores buckets by address. */
interface Buckets {
  /** Replaces the bucket of an address, and may drop buckets that are idle. */
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

const MANY = 10_000;

/** Buckets of a single server. */
export function loginBucketsInMemory(): Buckets {
  const buckets = new Map<string, Bucket>();
  return {
    async replace(address, next, isIdle) {
      if (buckets.size > MANY) for (const [key, bucket] of buckets) if (isIdle(bucket)) buckets.delete(key);
      buckets.set(address, next(buckets.get(address)));
    },
    clear: async () => buckets.clear(),
  };
}

/** Buckets that are shared by replicas. */
export function loginBucketsInStore(store: Store): Buckets {
  const { loginBuckets: rows } = store;
  const bucketOf = ({
    Tokens,
    At,
    BannedUntil,
  }: {
    Tokens: number;
    At: number;
    BannedUntil: number;
  }): Bucket => ({
    tokens: Tokens,
    at: At,
    bannedUntil: BannedUntil,
  });
  return {
    replace: (Address, next, isIdle) =>
      store.change(() => {
        const own = rows.find((row) => row.Address === Address);
        for (const row of rows.list()) if (row !== own && isIdle(bucketOf(row))) rows.delete(row.Id);
        const { tokens: Tokens, at: At, bannedUntil: BannedUntil } = next(own && bucketOf(own));
        const Id = own?.Id ?? rows.nextId();
        rows.put(Id, { Id, Address, Tokens, At, BannedUntil });
      }),
    clear: () =>
      store.change(() => {
        for (const { Id } of rows.list()) rows.delete(Id);
      }),
  };
}
