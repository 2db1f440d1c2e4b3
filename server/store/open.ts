import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ServerOptions } from "../options";
import { openPostgres } from "./postgres";
import { openSqlite } from "./sqlite";
import { Store } from "./store";

/** Opens the configured store: in PostgreSQL, in a file of the data folder, or in memory. */
export async function openStore(
  { store, data }: Pick<ServerOptions, "store" | "data">,
  report: (error: unknown) => void,
): Promise<Store> {
  if (data) await mkdir(data, { recursive: true, mode: 0o700 });
  if (store !== undefined) return Store.open(await openPostgres(store, report));
  return Store.open(openSqlite(data ? join(data, "portainer.sqlite") : ":memory:"));
}
