import { join } from "node:path";
import { cacheFolder } from "../../machine/folders.mts";
import { tryLock } from "../../machine/lock.mts";
import { type PrivateEngine, type PrivateEngineOptions, privateEngine } from "./private-engine.mts";

export interface ThrowawayEngine extends AsyncDisposable {
  engine: PrivateEngine;
}

/**
 * A private engine for one run, which nobody else uses meanwhile. There is one per slot, and a killed run frees its slot but
 * leaves its engine: the next run takes that over, and ends it.
 *
 * @param kind engines of one kind are not taken over for another
 */
export async function reserveThrowawayEngine(
  kind: "test" | "swarm" | "own",
  options: PrivateEngineOptions = {},
): Promise<ThrowawayEngine> {
  for (let slot = 1; ; slot++) {
    const folder = join(cacheFolder, `${kind}-engines`, String(slot));
    const held = await tryLock(`${folder}.lock`);
    if (!held) continue;
    const engine = privateEngine(folder, options);
    const release = async () => {
      using _held = held;
      if (engine.exists()) await engine.remove();
    };
    return { engine, [Symbol.asyncDispose]: release };
  }
}
