import { join } from "node:path";
import { quickstartFolder } from "../machine/folders.mts";
import { ensureEngine } from "../setup/engine/ensure.mts";
import type { Engine } from "../setup/engine/find.mts";
import { privateEngine } from "../setup/engine/private-engine.mts";

export const quickstartEngine = privateEngine(join(quickstartFolder, "engine"));

/** Once it has an engine of its own the quick start stays with it: that is where its containers are. */
export function ensureQuickstartEngine(): Promise<Engine> {
  return quickstartEngine.exists() ? quickstartEngine.start() : ensureEngine(quickstartEngine);
}
