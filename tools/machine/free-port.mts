import { once } from "node:events";
import { createServer } from "node:net";

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
