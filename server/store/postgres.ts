import type { Pool, PoolClient, QueryResult } from "pg";
import { isEmpty, type Persistence, type Update, type Writes } from "./persistence";

/** Removed rows stay in the table without a value, so that other processes see the removal. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS portainer_entity (
    collection text NOT NULL, id bigint NOT NULL, value text, version bigint NOT NULL, PRIMARY KEY (collection, id)
  );
  CREATE INDEX IF NOT EXISTS portainer_entity_version ON portainer_entity (version);
  CREATE TABLE IF NOT EXISTS portainer_sequence (
    collection text PRIMARY KEY, last bigint NOT NULL, version bigint NOT NULL
  );
`;

/** The advisory locks of the writer and of the leader. The numbers are arbitrary, but must never change. */
const WRITING = 7_046_029_254_386_353_131n;
const LEADING = 7_046_029_254_386_353_132n;

/** A process that hangs during a write must not block the others for ever. */
const BEGIN = `
  BEGIN;
  SET LOCAL synchronous_commit = on;
  SET LOCAL idle_in_transaction_session_timeout = '10s';
  SET LOCAL lock_timeout = '30s';
  SELECT pg_advisory_xact_lock(${WRITING})
`;

const NEWS = `
  SELECT collection, id, value, NULL::bigint AS last, version FROM portainer_entity WHERE version > $1
  UNION ALL
  SELECT collection, NULL, NULL, last, version FROM portainer_sequence WHERE version > $1
  ORDER BY collection, id
`;

const PUT = `
  INSERT INTO portainer_entity (collection, id, value, version)
  SELECT collection, id, value, $4 FROM unnest($1::text[], $2::bigint[], $3::text[]) AS row (collection, id, value)
  ON CONFLICT (collection, id) DO UPDATE SET value = excluded.value, version = excluded.version
`;

const ADVANCE = `
  INSERT INTO portainer_sequence (collection, last, version)
  SELECT collection, last, $3 FROM unnest($1::text[], $2::bigint[]) AS row (collection, last)
  ON CONFLICT (collection) DO UPDATE SET last = excluded.last, version = excluded.version
`;

/** The driver returns 64-bit numbers as text. */
interface NewsRow {
  readonly collection: string;
  readonly id: string | null;
  readonly value: string | null;
  readonly last: string | null;
  readonly version: string;
}

/** A store in a PostgreSQL database, which several processes can share. @param report is called for broken connections */
export async function openPostgres(url: string, report: (error: unknown) => void): Promise<Persistence> {
  const { Pool } = loadPg();
  const pool = new Pool({ connectionString: url, connectionTimeoutMillis: 10_000, query_timeout: 60_000 });
  // Without a listener, an error of an idle connection would end the process.
  pool.on("error", report).on("connect", (client) => client.on("error", report));
  await inTurn(pool, (client) => client.query(SCHEMA));
  /** The connection that holds the leader lock or waits for it. Concurrent callers share it. */
  let leader: Promise<PoolClient> | undefined;

  return {
    isShared: true,
    since: async (version) => newsFrom(await pool.query<NewsRow>(NEWS, [version]), version),

    write: (version, work) =>
      inTurn(pool, async (client) => {
        const news = newsFrom(await client.query<NewsRow>(NEWS, [version]), version);
        const writes = work(news);
        if (isEmpty(writes)) return news.version;
        await put(client, writes, news.version + 1);
        return news.version + 1;
      }),

    async leads() {
      leader ??= pool.connect();
      const mine = leader;
      try {
        const { rows } = await (await mine).query<{ leads: boolean }>(
          `SELECT pg_try_advisory_lock(${LEADING}) AS leads`,
        );
        return rows[0]?.leads ?? false;
      } catch (error) {
        report(error);
        if (leader === mine) {
          leader = undefined;
          (await mine.catch(() => undefined))?.release(true);
        }
        return false;
      }
    },

    async close() {
      // Unlock explicitly: the end of the connection would free the lock only a moment later.
      const last = await leader?.catch(() => undefined);
      await last?.query("SELECT pg_advisory_unlock_all()").catch(report);
      last?.release(true);
      await pool.end();
    },
  };
}

/** An optional package, needed only for this kind of store. */
function loadPg(): typeof import("pg") {
  try {
    return require("pg");
  } catch (cause) {
    throw new Error("A store in PostgreSQL needs the package pg: npm install pg", { cause });
  }
}

/** Runs `work` in a transaction, one at a time across all processes. */
async function inTurn<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query(BEGIN);
    const result = await work(client);
    await client.query("COMMIT");
    client.release();
    return result;
  } catch (error) {
    await client.query("ROLLBACK").then(
      () => client.release(),
      () => client.release(true),
    );
    throw error;
  }
}

function newsFrom({ rows }: QueryResult<NewsRow>, version: number): Update {
  return {
    version: rows.reduce((highest, row) => Math.max(highest, Number(row.version)), version),
    changes: rows.flatMap(({ collection, id, value }) =>
      id === null
        ? []
        : [{ collection, id: Number(id), row: value === null ? undefined : (JSON.parse(value) as object) }],
    ),
    sequences: rows.flatMap(({ collection, last }) =>
      last === null ? [] : [{ collection, last: Number(last) }],
    ),
  };
}

async function put(client: PoolClient, { changes, sequences }: Writes, version: number): Promise<void> {
  if (changes.length > 0)
    await client.query(PUT, [
      changes.map(({ collection }) => collection),
      changes.map(({ id }) => id),
      changes.map(({ row }) => (row === undefined ? null : JSON.stringify(row))),
      version,
    ]);
  if (sequences.length > 0)
    await client.query(ADVANCE, [
      sequences.map(({ collection }) => collection),
      sequences.map(({ last }) => last),
      version,
    ]);
}
