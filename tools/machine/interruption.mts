const interrupted = new AbortController();
const terminated = new AbortController();

/** Aborted by Ctrl-C or a signal to end: waits stop, nothing new is started, and `finally` blocks take down what runs. */
export const interruption: AbortSignal = interrupted.signal;

/**
 * Aborted only by a signal that other processes do not get. Ctrl-C reaches the programs started here by itself, and a second
 * signal would tell some of them, Pulumi first, to drop everything at once.
 */
export const termination: AbortSignal = terminated.signal;

export const INTERRUPTED_EXIT_CODE = 130;

/** From here on a signal lets the program clean up instead of killing it at once. */
export function cleanUpWhenInterrupted(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      interrupted.abort(new Error(`interrupted by ${signal}`));
      if (signal !== "SIGINT") terminated.abort();
    });
  }
}
