const controller = new AbortController();

/** Aborted by Ctrl-C or SIGTERM. Commands end with it, so `finally` blocks run and nothing started here stays behind. */
export const interruption: AbortSignal = controller.signal;

export const INTERRUPTED_EXIT_CODE = 130;

/** From here on a signal lets the program clean up instead of killing it at once. */
export function cleanUpWhenInterrupted(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => controller.abort(new Error(`interrupted by ${signal}`)));
  }
}
