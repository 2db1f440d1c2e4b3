import { abortable } from "./abort";

/** A value that is fetched when first asked for, once for all who ask, and kept. */
export interface Once<T> {
  get(signal: AbortSignal): Promise<T>;
  /** The value, if it was fetched. */
  kept(): T | undefined;
  /** Has the next `get` fetch again, if this value is still the one kept. */
  forget(stale: T): void;
}

/** A failure is told to all who wait, and not kept. One who gives up does not end the fetch for the others. */
export function once<T>(fetch: () => Promise<T>): Once<T> {
  let kept: { readonly value: T } | undefined;
  let pending: Promise<T> | undefined;

  async function fetchAndKeep(): Promise<T> {
    try {
      const value = await fetch();
      kept = { value };
      return value;
    } finally {
      pending = undefined;
    }
  }

  return {
    async get(signal) {
      signal.throwIfAborted();
      if (kept) return kept.value;
      pending ??= fetchAndKeep();
      return abortable(pending, signal);
    },
    kept: () => kept?.value,
    forget(stale) {
      if (kept?.value === stale) kept = undefined;
    },
  };
}
