import type { Store } from "../store/store";
import type { Bucket, Buckets } from "./limiter";

const MANY = 10_000;

/** Buckets of a server alone. */
export function bucketsInMemory(): Buckets {
  const buckets = new Map<string, Bucket>();
  return {
    async replace(address, next, isIdle) {
      if (buckets.size > MANY) for (const [key, bucket] of buckets) if (isIdle(bucket)) buckets.delete(key);
      buckets.set(address, next(buckets.get(address)));
    },
    clear: async () => buckets.clear(),
  };
}

/** Buckets that replicas share. */
export function bucketsInStore(store: Store): Buckets {
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
