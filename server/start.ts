import { hashPassword } from "./auth/password";
import { createLog } from "./log";
import type { Administrator, ServerOptions } from "./options";
import type { RunningServer } from "./server";
import { openStore } from "./store/open";
import type { Store } from "./store/store";

/** Starts a server, and returns it when it accepts requests. */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const log = createLog(options.logLevel ?? "silent");
  const report = (error: unknown) => log.error({ err: error }, "failed");
  const store = await openStore(options, report);
  // The hash is made off the event loop, and takes about as long as the rest of the server to be loaded.
  const passwordHash = firstPasswordHash(store, options.admin);
  const { serve } = require("./server") as typeof import("./server");
  return serve({ store, options, log, report, passwordHash: await passwordHash });
}

/** The hash of the first administrator's password, if there is to be one. */
async function firstPasswordHash(
  store: Store,
  admin: Administrator | undefined,
): Promise<string | undefined> {
  if (!admin || store.users.size > 0) return undefined;
  return admin.passwordHash ?? (await hashPassword(admin.password));
}
