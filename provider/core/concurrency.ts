import { setTimeout as delay } from "node:timers/promises";

const last = new Map<string, Promise<unknown>>();

/**
 * Does work of the same key one after the other, in the order in which it was asked for: for what is read first and
 * then written back.
 */
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

/** The pauses between looks, in milliseconds: quick at first, then patient. */
export interface Pauses {
  readonly first: number;
  readonly growth: number;
  readonly longest: number;
}

const PAUSES: Pauses = { first: 250, growth: 1.5, longest: 3_000 };

/**
 * Looks again and again until there is an answer.
 *
 * @param look gives the answer, or `undefined` to go on; it is told how many seconds have passed.
 * @throws the reason of the signal when it aborts.
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

/** @throws the reason of the signal when it aborts. */
export async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
}
