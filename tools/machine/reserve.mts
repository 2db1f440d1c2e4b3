import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { interruption } from "./command.mts";

/** The first port from `start` that nobody listens on. */
export async function freePort(start: number, taken: readonly number[] = []): Promise<number> {
  for (let port = start; port < 65_536; port++) {
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
  throw new Error(`no port from ${start} on is free`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port);
  try {
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/**
 * A lock between processes that ends with its holder, however that dies: SQLite's lock on its file is the operating system's.
 * Returns `undefined` when another process holds it.
 */
export async function tryLock(file: string): Promise<Disposable | undefined> {
  await mkdir(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (error instanceof Error && error.message.includes("locked")) return undefined;
    throw error;
  }
  return { [Symbol.dispose]: () => database.close() };
}

/** Waits its turn; `onWait` is told once if another process is first. */
export async function lock(file: string, onWait: () => void = () => {}): Promise<Disposable> {
  let held = await tryLock(file);
  if (!held) onWait();
  while (!held) {
    await sleep(500, undefined, { signal: interruption });
    held = await tryLock(file);
  }
  return held;
}
