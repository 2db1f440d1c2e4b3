import { setTimeout as delay } from "node:timers/promises";
import { connectEngine, type Engine, noEngine } from "./engine";
import { ProviderError } from "./failure";

/**
 * The process that a provider lives in. Pulumi starts it for one phase of a command, interrupts it at the second
 * Ctrl-C with five seconds left, and leaves it alone when Pulumi itself is killed: then it must end by itself,
 * before its next step.
 */
const stopping = new AbortController();
const running = new Set<Promise<unknown>>();
let engine: Engine | undefined;

/** How long work that was interrupted may take to put things back, in milliseconds. */
const GRACE_MS = { interrupted: 4_000, orphaned: 1_000 };

/** Aborts when the process is about to end. */
export const stopSignal: AbortSignal = stopping.signal;

/** The engine that started this process. Outside the dynamic-provider process there is none. */
export function theEngine(): Engine {
  engine ??= startHost();
  return engine;
}

/** Lets the process wait for this work, within limits, before it ends. */
export async function track<T>(work: Promise<T>): Promise<T> {
  running.add(work);
  try {
    return await work;
  } finally {
    running.delete(work);
  }
}

function startHost(): Engine {
  const address = engineAddress();
  if (address === undefined) return noEngine;
  const connected = connectEngine(address);
  process.once("SIGINT", () => void end("the update was interrupted", GRACE_MS.interrupted));
  connected.onGone(() => void end("the Pulumi engine has gone away", GRACE_MS.orphaned));
  return connected;
}

/** `node …/@pulumi/pulumi/cmd/dynamic-provider [flags] HOST:PORT` is how Pulumi starts the process. */
export function engineAddress(): string | undefined {
  const [, script = "", ...args] = process.argv;
  return script.includes("dynamic-provider") ? args.find((arg) => /^[\w.-]+:\d+$/.test(arg)) : undefined;
}

async function end(reason: string, graceMs: number): Promise<never> {
  stopping.abort(new ProviderError(`${reason}; nothing further was started`));
  await Promise.race([Promise.allSettled(running), delay(graceMs)]);
  process.exit(1);
}
