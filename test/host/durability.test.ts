import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { freePort } from "../support/free-port";
import { type Database, makeDatabase, postgresOrSkip } from "../support/postgres";

const PASSWORD = "correct-horse-9";

jest.setTimeout(600_000);

const BIN = resolve(__dirname, "../../dist/cli/bin.js");
const KILLS = Number(process.env["DURABILITY_KILLS"] ?? 3);
const WRITERS = 8;

let folder: string;
let port: number;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "durability-"));
  port = await freePort();
  await writeFile(join(folder, "password"), PASSWORD);
});
afterAll(() => rm(folder, { recursive: true }));

const LOST = "kill -9 in the middle of writing loses no acknowledged write, and no id comes twice";

describe("a store in a file", () => {
  test(LOST, () => loseNothing(["--data", join(folder, "data")]));
});

postgresOrSkip()("a store in PostgreSQL", () => {
  let database: Database;
  beforeAll(async () => {
    database = await makeDatabase();
  });
  afterAll(async () => {
    await database[Symbol.asyncDispose]();
  });

  test(LOST, () => loseNothing(["--data", join(folder, "unused"), "--store", database.url]));
});

interface Running {
  readonly child: ChildProcess;
  readonly jwt: string;
}

async function start(store: readonly string[]): Promise<Running> {
  const flags = ["--bind", `127.0.0.1:${port}`, ...store, "--log-level", "error"];
  const password = ["--admin-password-file", join(folder, "password")];
  const child = spawn(process.execPath, [BIN, "serve", ...flags, ...password], { stdio: "inherit" });
  const body = JSON.stringify({ Username: "admin", Password: PASSWORD });
  for (;;) {
    if (child.exitCode !== null) throw new Error("The server did not start.");
    const answer = await fetch(`http://127.0.0.1:${port}/api/auth`, { method: "POST", body }).catch(
      () => undefined,
    );
    if (answer?.ok) return { child, jwt: ((await answer.json()) as { jwt: string }).jwt };
    await sleep(20);
  }
}

async function loseNothing(store: readonly string[]): Promise<void> {
  const acknowledged = new Map<number, string>();
  for (let round = 0; round < KILLS; round++) {
    const { child, jwt } = await start(store);
    const write = async (writer: number) => {
      for (let count = 0; ; count++) {
        const Name = `${round}-${writer}-${count}`;
        const answer = await fetch(`http://127.0.0.1:${port}/api/tags`, {
          method: "POST",
          headers: { authorization: `Bearer ${jwt}` },
          body: JSON.stringify({ Name }),
        });
        const { ID } = (await answer.json()) as { ID: number };
        expect(acknowledged.has(ID)).toBe(false);
        acknowledged.set(ID, Name);
      }
    };
    const writers = Array.from({ length: WRITERS }, (_, writer) => write(writer));
    const ended = Promise.allSettled(writers);
    await sleep(100 + Math.random() * 200);
    child.kill("SIGKILL");
    await once(child, "exit");
    await ended;
  }
  const { child, jwt } = await start(store);
  const answer = await fetch(`http://127.0.0.1:${port}/api/tags`, {
    headers: { authorization: `Bearer ${jwt}` },
  });
  const kept = new Map(
    ((await answer.json()) as { ID: number; Name: string }[]).map(({ ID, Name }) => [ID, Name]),
  );
  child.kill();
  await once(child, "exit");
  expect(acknowledged.size).toBeGreaterThan(KILLS);
  for (const [id, name] of acknowledged) expect([id, kept.get(id)]).toEqual([id, name]);
}
