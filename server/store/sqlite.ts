import { DatabaseSync } from "node:sqlite";
import type { Persistence } from "./persistence";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS entity (
    collection TEXT NOT NULL, id INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (collection, id)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sequence (collection TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
`;

/** SQLite in a file, or in memory for `:memory:`. One process at a time: a second one is refused at once. */
export function openSqlite(file: string): Persistence {
  const database = new DatabaseSync(file);
  // A commit returns after the log is on the disk, so that neither a kill nor a power cut loses it.
  database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
  database.exec(SCHEMA);
  const put = database.prepare("INSERT OR REPLACE INTO entity (collection, id, value) VALUES (?, ?, ?)");
  const remove = database.prepare("DELETE FROM entity WHERE collection = ? AND id = ?");
  const advance = database.prepare("INSERT OR REPLACE INTO sequence (collection, last) VALUES (?, ?)");

  return {
    load: () => ({
      rows: database
        .prepare("SELECT collection, id, value FROM entity ORDER BY collection, id")
        .all() as unknown as { collection: string; id: number; value: string }[],
      sequences: database.prepare("SELECT collection, last FROM sequence").all() as unknown as {
        collection: string;
        last: number;
      }[],
    }),
    write(changes, sequences) {
      database.exec("BEGIN IMMEDIATE");
      try {
        for (const { collection, id, value } of changes) {
          if (value === undefined) remove.run(collection, id);
          else put.run(collection, id, value);
        }
        for (const { collection, last } of sequences) advance.run(collection, last);
        database.exec("COMMIT");
      } catch (error) {
        if (database.isTransaction) database.exec("ROLLBACK");
        throw error;
      }
    },
    close: () => database.close(),
  };
}
