import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import type { Persistence, Writes } from "../../../server/store/persistence";
import { openSqlite } from "../../../server/store/sqlite";
import { Store } from "../../../server/store/store";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "store-"));
});
afterEach(() => rm(folder, { recursive: true }));

const open = () => Store.open(openSqlite(join(folder, "store.sqlite")));
/** Keeps nothing but the version; `commit` decides when and whether something is written. */
function persistence(commit: (writes: Writes) => Promise<void>): Persistence {
  let current = 1;
  const nothing = { changes: [], sequences: [] };
  return {
    isShared: false,
    since: async () => ({ version: current, ...nothing }),
    async write(version, work) {
      await commit(work({ version, ...nothing }));
      current += 1;
      return current;
    },
    leads: async () => true,
    close: async () => {},
  };
}

const team = (Name: string) => (Id: number) => ({ Id, Name });

test("keeps what was written over a restart, and gives no id twice", async () => {
  const first = await open();
  await first.change(() => first.teams.insert(team("one")));
  await first.change(() => first.teams.insert(team("two")));
  await first.change(() => first.teams.delete(2));
  await first.close();
  const second = await open();
  expect(second.teams.list()).toEqual([{ Id: 1, Name: "one" }]);
  expect(await second.change(() => second.teams.insert(team("three")))).toEqual({ Id: 3, Name: "three" });
  await second.close();
});

test("burns an id that was only drawn", async () => {
  const first = await open();
  await first.change(() => first.teams.nextId());
  await first.close();
  const second = await open();
  expect(await second.change(() => second.teams.nextId())).toBe(2);
  await second.close();
});

test("takes everything back when the work throws", async () => {
  const store = await open();
  await store.change(() => store.teams.insert(team("one")));
  const work = () => {
    store.teams.insert(team("two"));
    store.teams.put(1, { Id: 1, Name: "changed" });
    store.teams.delete(1);
    throw new Error("no");
  };
  await expect(store.change(work)).rejects.toThrow("no");
  expect(store.teams.list()).toEqual([{ Id: 1, Name: "one" }]);
  expect(await store.change(() => store.teams.nextId())).toBe(2);
  await store.close();
});

test("takes everything back when the disk refuses", async () => {
  const broken = persistence(() => Promise.reject(new Error("disk full")));
  const store = await Store.open(broken);
  await expect(store.change(() => store.teams.insert(team("one")))).rejects.toThrow("disk full");
  expect(store.teams.list()).toEqual([]);
});

test("does one change after the other, though writing takes time", async () => {
  const order: string[] = [];
  const slow = persistence(async ({ changes }) => {
    order.push(`begin ${changes[0]?.id}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    order.push(`end ${changes[0]?.id}`);
  });
  const store = await Store.open(slow);
  await Promise.all(["a", "b"].map((name) => store.change(() => store.teams.insert(team(name)))));
  expect(order).toEqual(["begin 1", "end 1", "begin 2", "end 2"]);
});

test("shows nothing that is not durable yet", async () => {
  let written = () => {};
  const slow = persistence(
    () =>
      new Promise<void>((resolve) => {
        written = resolve;
      }),
  );
  const store = await Store.open(slow);
  const made = store.change(() => store.teams.insert(team("one")));
  await new Promise(setImmediate);
  expect(store.teams.list()).toEqual([]);
  written();
  await made;
  expect(store.teams.list()).toEqual([{ Id: 1, Name: "one" }]);
});

test("stays in the order of ids while a removal is written", async () => {
  let hold: Promise<void> | undefined;
  const store = await Store.open(persistence(async () => hold));
  for (const name of ["one", "two"]) await store.change(() => store.teams.insert(team(name)));
  let written = () => {};
  hold = new Promise((resolve) => {
    written = resolve;
  });
  const removed = store.change(() => store.teams.delete(1));
  await new Promise(setImmediate);
  expect(store.teams.list().map(({ Id }) => Id)).toEqual([1, 2]);
  written();
  await removed;
  expect(store.teams.list().map(({ Id }) => Id)).toEqual([2]);
});

test("refuses a write outside a change, which would not be durable", async () => {
  const store = await open();
  expect(() => store.teams.insert(team("one"))).toThrow("Store.change");
  await store.close();
});

test("goes back to what it was at a dump", async () => {
  const store = await open();
  await store.change(() => store.teams.insert(team("one")));
  const dump = store.dump();
  await store.change(() => store.teams.insert(team("two")));
  await store.restore(dump);
  expect(store.teams.list()).toEqual([{ Id: 1, Name: "one" }]);
  expect(await store.change(() => store.teams.nextId())).toBe(2);
  await store.close();
});

test("is for one process at a time", async () => {
  const store = await open();
  await store.change(() => store.teams.insert(team("one")));
  expect(() => openSqlite(join(folder, "store.sqlite"))).toThrow(/locked/);
  await store.close();
});
