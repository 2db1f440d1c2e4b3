import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { freePort } from "../support/free-port";
import { eventually } from "../support/processes";

jest.setTimeout(300_000);

const PASSWORD = "correct-horse-9";
const BIN = resolve(__dirname, "../../dist/cli/bin.js");
/** Of each process: this one is clients and engine, the server has as many of both. */
const LIMIT = Number(execFileSync("sh", ["-c", "ulimit -Hn"]).toString().replace("unlimited", "1000000"));
const STREAMS = Math.min(5_000, Math.floor((LIMIT - 1_000) / 2));
/** How many are opened at a time: more than this a listening socket need not hold in its queue. */
const AT_ONCE = 100;
/** Megabytes that may be in use after more than before. */
const KEPT = 5;
/** Has the server collect its garbage and say what is in use then: how much V8 keeps in reserve is its own affair. */
const GAUGE = `
process.on("SIGUSR2", () => {
  for (let round = 0; round < 3; round++) gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  require("node:fs").writeFileSync(__filename + ".json.new", JSON.stringify({ used: heapUsed + external, rss }));
  require("node:fs").renameSync(__filename + ".json.new", __filename + ".json");
});
`;

let folder: string;
let port: number;
let server: ReturnType<typeof spawn>;
let engine: Server;
let open = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "streams-"));
  engine = createServer((asked, response) => {
    if (asked.url !== "/events") return response.end(asked.url === "/volumes" ? "{}" : "[]");
    open += 1;
    response.once("close", () => {
      open -= 1;
    });
    return response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
  });
  await new Promise<void>((done) => engine.listen(0, "127.0.0.1", done));
  port = await freePort();
  await writeFile(join(folder, "password"), PASSWORD);
  await writeFile(join(folder, "gauge.js"), GAUGE);
  const flags = `--bind 127.0.0.1:${port} --data ${folder}/data --admin-password-file ${folder}/password`;
  const address = `--host tcp://127.0.0.1:${(engine.address() as AddressInfo).port}`;
  const command = `ulimit -n ${LIMIT}; exec "${process.execPath}" --expose-gc --require "${folder}/gauge.js" "${BIN}" serve ${flags} ${address} --log-level error`;
  server = spawn("sh", ["-c", command], { stdio: "inherit" });
  const isUp = () =>
    fetch(`http://127.0.0.1:${port}/api/status`).then(
      ({ ok }) => ok,
      () => false,
    );
  await eventually(isUp, 60_000);
});
afterAll(async () => {
  const gone = once(server, "exit");
  server.kill("SIGKILL");
  await gone;
  engine.closeAllConnections();
  engine.close();
  await rm(folder, { recursive: true });
});

const files = async () => (await readdir(`/proc/${server.pid}/fd`)).length;

/** In megabytes. */
async function memory(): Promise<{ used: number; rss: number }> {
  const file = join(folder, "gauge.js.json");
  await rm(file, { force: true });
  server.kill("SIGUSR2");
  await eventually(async () => existsSync(file), 30_000);
  const { used, rss } = JSON.parse(await readFile(file, "utf8")) as { used: number; rss: number };
  return { used: used / 2 ** 20, rss: rss / 2 ** 20 };
}

async function login(): Promise<string> {
  const body = JSON.stringify({ Username: "admin", Password: PASSWORD });
  const answer = await fetch(`http://127.0.0.1:${port}/api/auth`, { method: "POST", body });
  return ((await answer.json()) as { jwt: string }).jwt;
}

/** A stream of events that has begun. */
function follow(jwt: string): Promise<IncomingMessage> {
  const headers = { Authorization: `Bearer ${jwt}` };
  return new Promise((begun, failed) => {
    const path = "/api/endpoints/1/docker/events";
    const asked = request({ port, host: "127.0.0.1", path, headers, agent: false });
    asked.once("response", begun).on("error", failed).end();
  });
}

async function followMany(jwt: string): Promise<IncomingMessage[]> {
  const streams: IncomingMessage[] = [];
  while (streams.length < STREAMS) {
    const next = Math.min(AT_ONCE, STREAMS - streams.length);
    streams.push(...(await Promise.all(Array.from({ length: next }, () => follow(jwt)))));
  }
  for (const stream of streams) stream.on("error", () => {});
  return streams;
}

test(`${STREAMS} streams of events that say nothing are opened and closed, and nothing of them stays`, async () => {
  const jwt = await login();
  // What is made once and kept, such as code that is compiled when it is hot, is no leak.
  for (const stream of await followMany(jwt)) stream.destroy();
  await eventually(async () => open === 0, 60_000);
  await eventually(async () => (await files()) < 100, 60_000);
  const before = { files: await files(), memory: await memory() };

  const streams = await followMany(jwt);
  expect(open).toBe(STREAMS);
  const during = { files: await files(), memory: await memory() };
  expect(during.files).toBeGreaterThanOrEqual(2 * STREAMS);
  expect((await fetch(`http://127.0.0.1:${port}/api/status`)).status).toBe(200);
  for (const stream of streams) stream.destroy();
  await eventually(async () => open === 0, 60_000);
  await eventually(async () => (await files()) <= before.files + 10, 60_000);
  // What a connection was is let go of a little after its file is closed.
  const isBack = async () => (await memory()).used <= before.memory.used + KEPT;
  await eventually(isBack, 60_000).catch(() => undefined);
  const after = { files: await files(), memory: await memory() };
  const show = ({ files, memory }: typeof after) =>
    `${memory.used.toFixed(1)} MB in use (${memory.rss.toFixed(0)} MB resident), ${files} files`;
  process.stdout.write(
    `${STREAMS} streams: before ${show(before)}; with them ${show(during)}; after ${show(after)}\n`,
  );
  expect(after.memory.used).toBeLessThanOrEqual(before.memory.used + KEPT);
  expect(server.exitCode).toBeNull();
  expect((await fetch(`http://127.0.0.1:${port}/api/status`)).status).toBe(200);
});
