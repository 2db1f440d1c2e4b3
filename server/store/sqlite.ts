import { DatabaseSync } from "node:sqlite";
import { isEmpty, type Persistence, type Update, type Writes } from "./persistence";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS entity (
    collection TEXT NOT NULL, id INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (collection, id)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sequence (collection TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
`;

/** A store in an SQLite file, or in memory for `:memory:`. Only one process can open the file. */
export function openSqlite(file: string): Persistence {
  const database = new DatabaseSync(file);
  // A commit returns when the log is on the disk, so that it survives a kill and a power cut.
  database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
  database.exec(SCHEMA);
  const put = database.prepare("INSERT OR REPLACE INTO entity (collection, id, value) VALUES (?, ?, ?)");
  const remove = database.prepare("DELETE FROM entity WHERE collection = ? AND id = ?");
  const advance = database.prepare("INSERT OR REPLACE INTO sequence (collection, last) VALUES (?, ?)");
  // No other process writes, so the version is not stored.
  let current = 1;

  const everything = (): Update => {
    const rows = database.prepare("SELECT collection, id, value FROM entity ORDER BY collection, id").all();
    const sequences = database.prepare("SELECT collection, last FROM sequence").all();
    return {
      version: current,
      changes: (rows as { collection: string; id: number; value: string }[]).map(
        ({ collection, id, value }) => ({ collection, id, row: JSON.parse(value) as object }),
      ),
      sequences: sequences as { collection: string; last: number }[],
    };
  };

  const commit = ({ changes, sequences }: Writes): void => {
    database.exec("BEGIN IMMEDIATE");
    try {
      for (const { collection, id, row } of changes) {
        if (row === undefined) remove.run(collection, id);
        else put.run(collection, id, JSON.stringify(row));
      }
      for (const { collection, last } of sequences) advance.run(collection, last);
      database.exec("COMMIT");
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  };

  return {
    isShared: false,
    since: async (version) =>
      version === 0 ? everything() : { version: current, changes: [], sequences: [] },
    async write(version, work) {
      const writes = work({ version, changes: [], sequences: [] });
      if (isEmpty(writes)) return version;
      commit(writes);
      current += 1;
      return current;
    },
    leads: async () => true,
    close: async () => database.close(),
  };
}
