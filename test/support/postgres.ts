import { randomBytes } from "node:crypto";
import { describe } from "@jest/globals";
import { Client } from "pg";

/** A PostgreSQL server's URL with an administrator's password, set by `npm test`. */
const POSTGRES = "TEST_POSTGRES";
export const postgresUrl = process.env[POSTGRES] ?? "";

/** `describe`, or its skipping form where no PostgreSQL is at hand. In CI that is a failure. */
export function postgresOrSkip(): typeof describe | typeof describe.skip {
  if (postgresUrl) return describe;
  if (process.env["CI"]) throw new Error(`These tests need a PostgreSQL server: set ${POSTGRES}`);
  process.stderr.write(`Skipped: these tests need a PostgreSQL server; set ${POSTGRES} to its URL\n`);
  return describe.skip;
}

export interface Database extends AsyncDisposable {
  readonly url: string;
}

/** An empty database of its own. */
export async function makeDatabase(): Promise<Database> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await administer(`CREATE DATABASE ${name}`);
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => administer(`DROP DATABASE ${name} WITH (FORCE)`),
  };
}

async function administer(statement: string): Promise<void> {
  const client = new Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
