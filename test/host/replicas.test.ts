import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { Client } from "pg";
import { openPostgres } from "../../server/store/postgres";
import { Store } from "../../server/store/store";
import { type Database, makeDatabase, postgresOrSkip } from "../support/postgres";

jest.setTimeout(60_000);

const team = (Name: string) => (Id: number) => ({ Id, Name });
const names = ({ teams }: Store) => teams.list().map(({ Name }) => Name);

postgresOrSkip()("stores with one database", () => {
  let database: Database;
  let one: Store;
  let other: Store;
  let reported: unknown[];
  const open = async () => Store.open(await openPostgres(database.url, (error) => reported.push(error)));
  beforeEach(async () => {
    reported = [];
    database = await makeDatabase();
    [one, other] = await Promise.all([open(), open()]);
  });
  afterEach(async () => {
    await Promise.all([one.close(), other.close()]);
    await database[Symbol.asyncDispose]();
  });

  test("know what any of them has acknowledged", async () => {
    await one.change(() => one.teams.insert(team("a")));
    await other.change(() => other.teams.insert(team("b")));
    await one.change(() => one.teams.delete(1));
    await Promise.all([one.catchUp(), other.catchUp()]);

    expect([names(one), names(other)]).toEqual([["b"], ["b"]]);
    await using late = { store: await open(), [Symbol.asyncDispose]: () => late.store.close() };
    expect(names(late.store)).toEqual(["b"]);
  });

  test("decide in turns, each with what the others have decided", async () => {
    const once = (store: Store) =>
      store.change(() => {
        if (store.teams.find(({ Name }) => Name === "only")) throw new Error("taken");
        return store.teams.insert(team("only"));
      });

    const outcomes = await Promise.allSettled([once(one), once(other), once(one), once(other)]);

    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await Promise.all([one.catchUp(), other.catchUp()]);
    expect([names(one), names(other)]).toEqual([["only"], ["only"]]);
  });

  test("give no id twice and lose nothing, however many write at once", async () => {
    const made = await Promise.all(
      Array.from({ length: 60 }, (_, number) => {
        const store = number % 2 === 0 ? one : other;
        return store.change(() => store.teams.insert(team(`${number}`)));
      }),
    );

    expect(new Set(made.map(({ Id }) => Id)).size).toBe(60);
    await Promise.all([one.catchUp(), other.catchUp()]);
    expect(names(one)).toHaveLength(60);
    expect(one.teams.list()).toEqual(other.teams.list());
    expect(one.teams.list().map(({ Id }) => Id)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  });

  test("never show one what is older than another has shown", async () => {
    let isWriting = true;
    const writing = (async () => {
      for (let number = 0; number < 40; number++) {
        const store = number % 2 === 0 ? one : other;
        await store.change(() => store.teams.put(1, { Id: 1, Name: String(number) }));
      }
      isWriting = false;
    })();
    let latest = -1;
    for (let turn = 0; isWriting; turn++) {
      const store = turn % 2 === 0 ? one : other;
      await store.catchUp();
      const seen = Number(store.teams.get(1)?.Name ?? -1);
      expect(seen).toBeGreaterThanOrEqual(latest);
      latest = seen;
    }
    await writing;
  });

  test("go on when their connections are cut", async () => {
    await one.change(() => one.teams.insert(team("before")));
    const admin = new Client({ connectionString: database.url });
    await admin.connect();
    await admin.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()",
    );
    await admin.end();

    await one.catchUp().catch(() => undefined);
    await one.change(() => one.teams.insert(team("after")));
    await other.catchUp();

    expect(names(other)).toEqual(["before", "after"]);
  });

  test("have one that leads, and another when that is gone", async () => {
    expect([await one.leads(), await other.leads(), await one.leads()]).toEqual([true, false, true]);
    const leader = one;
    one = await open();
    await leader.close();

    expect([await other.leads(), await one.leads()]).toEqual([true, false]);
  });
});
