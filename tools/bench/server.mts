import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { run, which } from "../machine/command.mts";
import { SetUpError, seconds, step } from "../machine/progress.mts";
import { type Engine, engineClient } from "../setup/engine/find.mts";
import { IMAGE } from "../setup/image.mts";
import { median } from "./figures.mts";
import {
  type Portainer,
  type Reference,
  startBareProxy,
  startNginx,
  startPortainer,
} from "./server-processes.mts";

const CONNECTIONS = 32;
const SECONDS = 4;

/** Requests a second that a URL answers on kept connections. Throws if any of the answers is not a success. */
async function requestsPerSecond(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const flags = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const said = await run("wrk", ["-t1", `-c${CONNECTIONS}`, `-d${SECONDS}s`, ...flags, url]);
  const failed = /Non-2xx or 3xx responses: (\d+)|Socket errors: .*/.exec(said)?.[0];
  if (failed) throw new Error(`${url}: ${failed}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(said)?.[1]);
}

const CONTAINERS = 20;
const ENVIRONMENTS = 100;
const ROUNDS = 3;
const BIG = 2 ** 30;
const MEGABYTE = 2 ** 20;

/** The server beside nginx with the same engine, in turns; each figure is the median ratio of the rounds. */
export async function benchServer(engine: Engine): Promise<string> {
  await ensurePrograms();
  await using _containers = await runContainers(engine);
  await using portainer = await startPortainer(engine.url);
  const idle = (await portainer.memory()).now;
  for (let number = 2; number <= ENVIRONMENTS; number += 1)
    await portainer.addEnvironment(`environment-${number}`, engine.url);
  const get = async (path: string) =>
    await (await fetch(`${portainer.url}${path}`, { headers: portainer.headers })).text();
  const one = "/api/endpoints/1?excludeSnapshot=true";
  const list = `/api/endpoints?limit=${ENVIRONMENTS}`;
  const socket = new URL(engine.url).pathname;
  await using bare = await startBareProxy(socket);
  await using nginx = await startNginx(socket, {
    "one.json": await get(one),
    "list.json": await get(list),
  });

  const docker = "/api/endpoints/1/docker";
  const lines = [
    `  the server beside nginx, median of ${ROUNDS}, 32 connections, ${CONTAINERS} containers`,
    await rates("_ping", `${docker}/_ping`, "/_ping", bare),
    await rates("containers/json", `${docker}/containers/json`, "/containers/json", bare),
    await rates("one environment", one, "/files/one.json"),
    await rates(`${ENVIRONMENTS} environments`, list, "/files/list.json"),
    await transfers("1 GiB down", (server) => download(server)),
    await transfers("1 GiB up", (server) => upload(server)),
    line("start", seconds(portainer.startTime)),
    line("idle memory", `${Math.round(idle / MEGABYTE)} MB`),
  ];
  return lines.join("\n");

  /** @param other a third one, whose ratio is said beside ours. */
  async function rates(title: string, ours: string, theirs: string, other?: Reference): Promise<string> {
    return await step(title, async () => {
      const pairs: [number, number][] = [];
      const others: [number, number][] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const reference = await requestsPerSecond(`${nginx.url}${theirs}`);
        pairs.push([await requestsPerSecond(`${portainer.url}${ours}`, portainer.headers), reference]);
        if (other) others.push([await requestsPerSecond(`${other.url}${theirs}`), reference]);
      }
      const [own, reference] = [0, 1].map((side) =>
        Math.round(median(pairs.map((pair) => pair[side] as number))),
      );
      const beside = other ? `; a bare proxy of Node: ${ratioOf(others)}` : "";
      return line(title, ratioOf(pairs), `${own} of ${reference} requests a second${beside}`);
    });
  }

  async function transfers(title: string, transfer: (server: Side) => Promise<void>): Promise<string> {
    return await step(title, async () => {
      const before = (await portainer.memory()).now;
      const pairs: [number, number][] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const reference = await rateOf(() => transfer(nginxSide(nginx)));
        pairs.push([await rateOf(() => transfer(ourSide(portainer, docker))), reference]);
      }
      const growth = Math.round(((await portainer.memory()).highest - before) / MEGABYTE);
      return line(title, ratioOf(pairs), `resident memory at most ${growth} MB above before`);
    });
  }
}

/** Where the engine's API is, and how to get in. */
interface Side {
  base: string;
  headers: Record<string, string>;
}

const nginxSide = ({ url }: Reference): Side => ({ base: url, headers: {} });
const ourSide = ({ url, headers }: Portainer, docker: string): Side => ({ base: `${url}${docker}`, headers });

async function rateOf(work: () => Promise<void>): Promise<number> {
  const since = performance.now();
  await work();
  return 1 / (performance.now() - since);
}

const NAME = (number: number) => `bench-server-${number}`;
const ARCHIVE = (path: string) => `/containers/${NAME(0)}/archive?path=${path}`;

async function download({ base, headers }: Side): Promise<void> {
  const answer = await fetch(`${base}${ARCHIVE("/big")}`, { headers });
  let size = 0;
  for await (const chunk of answer.body ?? []) size += chunk.length;
  if (size < BIG) throw new Error(`the download ended after ${size} bytes with ${answer.status}`);
}

async function upload({ base, headers }: Side): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-portainer-bench-"));
  try {
    const tar = join(folder, "big.tar");
    await run("sh", ["-c", `truncate -s ${BIG} big && tar -cf big.tar big`], { cwd: folder });
    const answer = await fetch(`${base}${ARCHIVE("/")}`, {
      method: "PUT",
      headers: { ...headers, "content-type": "application/x-tar" },
      body: Readable.toWeb(createReadStream(tar)) as ReadableStream,
      duplex: "half",
    });
    if (!answer.ok) throw new Error(`the upload was answered with ${answer.status}: ${await answer.text()}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function ratioOf(pairs: readonly [number, number][]): string {
  return median(pairs.map(([ours, theirs]) => ours / theirs)).toFixed(2);
}

const line = (title: string, figure: string, more = "") =>
  `  ${title.padEnd(24)} ${figure.padStart(8)}  ${more}`;

async function runContainers({ url }: Engine): Promise<AsyncDisposable> {
  using client = engineClient(url);
  for (let number = 0; number < CONTAINERS; number += 1) {
    const big = `dd if=/dev/zero of=/big bs=1M count=${BIG / MEGABYTE} 2>/dev/null;`;
    const Cmd = ["sh", "-c", `${number === 0 ? big : ""} exec sleep 10000`];
    await client.json(`/containers/create?name=${NAME(number)}`, "POST", { Image: IMAGE, Cmd });
    await client.json(`/containers/${NAME(number)}/start`, "POST");
  }
  return {
    async [Symbol.asyncDispose]() {
      using again = engineClient(url);
      for (let number = 0; number < CONTAINERS; number += 1)
        await again.json(`/containers/${NAME(number)}?force=true`, "DELETE");
    },
  };
}

async function ensurePrograms(): Promise<void> {
  const packages = { nginx: "nginx-light", wrk: "wrk" };
  const missing: string[] = [];
  for (const [program, name] of Object.entries(packages)) if (!(await which(program))) missing.push(name);
  if (missing.length === 0) return;
  try {
    await run("apt-get", ["install", "--yes", "--no-install-recommends", ...missing]);
  } catch (cause) {
    throw new SetUpError(`The server is measured beside nginx, by wrk. Install ${missing.join(" and ")}.`, {
      cause,
    });
  }
}
