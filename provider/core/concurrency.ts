import { setTimeout as delay } from "node:timers/promises";

const last = new Map<string, Promise<unknown>>();

/** Runs work with the same key one at a time, in the order of the calls: for read-modify-write. */
export async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const turn = following(last.get(key), work);
  last.set(key, turn);
  try {
    return await turn;
  } finally {
    if (last.get(key) === turn) last.delete(key);
  }
}

async function following<T>(before: Promise<unknown> | undefined, work: () => Promise<T>): Promise<T> {
  await Promise.allSettled([before]);
  return await work();
}

/** The pauses between two calls of `look`, in milliseconds: short at first, then longer. */
export interface Pauses {
  readonly first: number;
  readonly growth: number;
  readonly longest: number;
}

const PAUSES: Pauses = { first: 250, growth: 1.5, longest: 3_000 };

/**
 * Calls `look` until it gives an answer.
 *
 * @param look gives the answer, or `undefined` to try again; receives the seconds since the start.
 * @throws the signal's reason when it aborts.
 */
export async function until<T>(
  signal: AbortSignal,
  look: (seconds: number) => Promise<T | undefined>,
  { first, growth, longest }: Pauses = PAUSES,
): Promise<T> {
  const start = Date.now();
  let pause = first;
  for (;;) {
    signal.throwIfAborted();
    const answer = await look(Math.round((Date.now() - start) / 1_000));
    if (answer !== undefined) return answer;
    await pauseFor(pause * (0.8 + Math.random() * 0.4), signal);
    pause = Math.min(pause * growth, longest);
  }
}

/** @throws the signal's reason when it aborts. */
export async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
}
