import { hash, randomBytes } from "node:crypto";
import { type Clock, unixSeconds } from "../clock";
import type { ApiKeyRecord, UserRecord } from "../store/records";
import type { Store } from "../store/store";

const PREFIX_LENGTH = 7;
/** `lastUsed` is written at most this often, in seconds. */
const LAST_USED_EVERY = 60;

export const digestOf = (rawKey: string): string => hash("sha256", rawKey, "base64");

/** Creates a key. Its raw value is not stored, so this is the only chance to show it. Call inside `Store.change`. */
export function insertApiKey(store: Store, clock: Clock, userId: number, description: string) {
  const rawKey = `ptr_${randomBytes(32).toString("base64")}`;
  const record = store.apiKeys.insert((id) => ({
    id,
    userId,
    description,
    prefix: rawKey.slice(0, PREFIX_LENGTH),
    dateCreated: unixSeconds(clock),
    lastUsed: 0,
    digest: digestOf(rawKey),
  }));
  return { rawKey, record };
}

/** The owner of a raw key. The look-up goes by digest, so its time says nothing about other keys. */
export async function userOfApiKey(
  store: Store,
  clock: Clock,
  rawKey: string,
): Promise<UserRecord | undefined> {
  const digest = digestOf(rawKey);
  const key = store.apiKeys.find((candidate) => candidate.digest === digest);
  const user = key && store.users.get(key.userId);
  if (!key || !user) return undefined;
  if (unixSeconds(clock) - key.lastUsed >= LAST_USED_EVERY) await touch(store, clock, key);
  return user;
}

function touch(store: Store, clock: Clock, key: ApiKeyRecord): Promise<void> {
  return store.change(() => {
    const current = store.apiKeys.get(key.id);
    if (current) store.apiKeys.put(key.id, { ...current, lastUsed: unixSeconds(clock) });
  });
}
