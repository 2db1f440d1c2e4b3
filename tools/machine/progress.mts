import { setTimeout as sleep } from "node:timers/promises";
import { CommandError, interruption } from "./command.mts";

/** Replaces the words behind the title of the running step. */
type Report = (detail: string) => void;

const live = process.stdout.isTTY === true;
const SAY_THAT_IT_RUNS_AFTER = 1_000;
const TICK = live ? 1_000 : 10_000;

/**
 * Runs one step and shows it: a line that counts seconds in a terminal; elsewhere a line when it takes more than a second,
 * one more every ten, and one at the end.
 */
export async function step<T>(
  title: string,
  work: (report: Report) => Promise<T>,
  outcome: (result: T) => string = () => "",
): Promise<T> {
  const started = performance.now();
  const elapsed = () => seconds(performance.now() - started);
  let detail = "";
  const ended = new AbortController();
  const ticking = tick(() => show(`  ${title}: ${elapsed()}${detail && `, ${detail}`}`), ended.signal);
  try {
    const result = await work((words) => {
      detail = words;
    });
    ended.abort();
    const what = outcome(result);
    finish(`✓ ${title}${what && `: ${what}`} (${elapsed()})`);
    return result;
  } catch (error) {
    ended.abort();
    finish(`✗ ${title} (${elapsed()})`);
    throw error;
  } finally {
    await ticking;
  }
}

export function say(line = ""): void {
  process.stdout.write(`${line}\n`);
}

export function seconds(milliseconds: number): string {
  const whole = milliseconds / 1_000;
  if (whole < 10) return `${whole.toFixed(1)} s`;
  return whole < 100 ? `${whole.toFixed(0)} s` : `${Math.floor(whole / 60)} min ${Math.floor(whole % 60)} s`;
}

async function tick(show: () => void, until: AbortSignal): Promise<void> {
  try {
    await sleep(SAY_THAT_IT_RUNS_AFTER, undefined, { signal: until });
    for (;;) {
      show();
      await sleep(TICK, undefined, { signal: until });
    }
  } catch {
    // The step has ended.
  }
}

function show(line: string): void {
  const width = process.stdout.columns ?? 80;
  process.stdout.write(live ? `\r\x1b[2K${line.slice(0, width - 1)}` : `${line}\n`);
}

function finish(line: string): void {
  process.stdout.write(live ? `\r\x1b[2K${line}\n` : `${line}\n`);
}

/** Something this machine lacks or refuses: shown without a stack trace, because the reader can act on the words alone. */
export class SetUpError extends Error {
  override readonly name = "SetUpError";
}

export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // fetch and undici say what went wrong in the cause only.
  return error.cause instanceof Error && error.message === "fetch failed"
    ? messageOf(error.cause)
    : error.message;
}

/** For the end of a program: words for what a reader can act on, a stack trace for our own mistakes. */
export function explain(error: unknown): string {
  const expected =
    error instanceof SetUpError ||
    error instanceof CommandError ||
    !(error instanceof Error) ||
    error.name === "AbortError" ||
    error === interruption.reason;
  return expected ? messageOf(error) : (error.stack ?? error.message);
}
