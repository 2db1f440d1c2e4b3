import { setTimeout as delay } from "node:timers/promises";

/** Pauses between looks, in milliseconds: quick at first, then patient. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 3_000;
const GROWTH = 1.5;

/**
 * Looks again and again until there is an answer.
 *
 * @param look gives the answer, or `undefined` to go on; it is told how many seconds have passed.
 * @throws the reason of the signal when it aborts.
 */
export async function until<T>(
  signal: AbortSignal,
  look: (seconds: number) => Promise<T | undefined>,
): Promise<T> {
  const start = Date.now();
  let pause = FIRST_PAUSE_MS;
  for (;;) {
    signal.throwIfAborted();
    const answer = await look(Math.round((Date.now() - start) / 1_000));
    if (answer !== undefined) return answer;
    await pauseFor(pause * (0.8 + Math.random() * 0.4), signal);
    pause = Math.min(pause * GROWTH, LONGEST_PAUSE_MS);
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
