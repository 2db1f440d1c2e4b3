import { readdir } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { describe, expect, jest, test } from "@jest/globals";
import { startServer } from "../../server";
import { readBody } from "../../server/route/decode";
import { startFakeEngine } from "../support/fake-engine";
import { eventually } from "../support/processes";
import { startTinyEngine, type TinyEngine } from "../support/tiny-engine";
import { form, startWorld, useWorld } from "./kit";

jest.setTimeout(60_000);

let engine: TinyEngine;
const world = useWorld(async (use) => {
  engine = use(await startTinyEngine());
  const world = await startWorld();
  await world.admin("POST", "/endpoints", form({ Name: "one", EndpointCreationType: "1", URL: engine.url }));
  return world;
});

const openFiles = async () => (await readdir("/proc/self/fd")).length;

/** How many files are open when that has been the same for a third of a second. */
async function filesAtRest(): Promise<number> {
  let [count, looks] = [await openFiles(), 0];
  await eventually(async () => {
    const now = await openFiles();
    looks = now === count ? looks + 1 : 0;
    count = now;
    return looks >= 20;
  }, 30_000);
  return count;
}

/** Waits until so many more requests have come in, of which `since` says how many there were. */
const arrived = (since: number, more: number) =>
  eventually(async () => world.server.requests().length >= since + more, 30_000);

/** Sends the beginning of a request, and nothing more. */
function begin(lines: readonly string[], body = ""): Promise<Socket> {
  const socket = connect(Number(new URL(world.server.url).port), "127.0.0.1");
  socket.on("error", () => {});
  const key = `X-API-Key: ${world.server.apiKey}`;
  return new Promise((resolve) => {
    socket.write(`${[...lines, "Host: x", key].join("\r\n")}\r\n\r\n${body}`, () => resolve(socket));
  });
}

describe("a client that vanishes", () => {
  test.each([
    ["in the middle of JSON", "POST /api/tags HTTP/1.1", "application/json"],
    ["in the middle of a form", "POST /api/endpoints HTTP/1.1", "multipart/form-data; boundary=x"],
    ["in the middle of a backup", "POST /api/restore HTTP/1.1", "multipart/form-data; boundary=x"],
    [
      "in the middle of an upload to the engine",
      "POST /api/endpoints/1/docker/images/load HTTP/1.1",
      "application/x-tar",
    ],
    ["in the middle of a build", "POST /api/endpoints/1/docker/build HTTP/1.1", "application/json"],
  ])("%s leaves nothing open, and the server at work", async (_name, line, type) => {
    const attempt = async () => {
      const head = [line, "Content-Length: 1000000", `Content-Type: ${type}`];
      const since = world.server.requests().length;
      const sockets = await Promise.all(Array.from({ length: 30 }, () => begin(head, "x".repeat(10_000))));
      await arrived(since, sockets.length);
      for (const socket of sockets) socket.destroy();
    };
    await attempt();
    const before = await filesAtRest();
    await attempt();
    await eventually(async () => (await openFiles()) <= before + 3, 30_000);
    expect((await world.send({ method: "GET", path: "/status" })).status).toBe(200);
  });

  test("before its answer leaves nothing open", async () => {
    const before = await filesAtRest();
    for (let round = 0; round < 3; round++) {
      const sockets = await Promise.all(
        Array.from({ length: 30 }, () => begin(["GET /api/endpoints/1/docker/containers/json HTTP/1.1"])),
      );
      for (const socket of sockets) socket.destroy();
    }
    // Some connections to the engine are kept, for whoever asks next.
    await eventually(async () => (await openFiles()) <= before + 40, 30_000);
    expect((await world.send({ method: "GET", path: "/status" })).status).toBe(200);
  });
});

describe("a body that comes a byte at a time", () => {
  test("is given up after a while", async () => {
    const body = new PassThrough();
    body.write("{");
    await expect(readBody(body, 100, 20)).rejects.toMatchObject({ status: 408 });
  });

  test("is read when it comes in time", async () => {
    const body = new PassThrough();
    body.write("{");
    setTimeout(() => body.end("}"), 10);
    expect(String(await readBody(body, 100, 5_000))).toBe("{}");
  });
});

describe("a head that comes a byte at a time", () => {
  const TIMEOUT = 600;
  test.each(["http", "https"] as const)("is given up in its time (%s)", async (scheme) => {
    const identity = scheme === "https" ? { https: {} } : {};
    await using server = await startServer({ headTimeout: TIMEOUT, ...identity });
    const { port } = new URL((scheme === "https" ? server.httpsUrl : server.url) ?? "");
    const address = { port: Number(port), host: "127.0.0.1", rejectUnauthorized: false };
    const socket = scheme === "https" ? connectTls(address) : connect(address);
    socket.on("error", () => {});
    let answer = "";
    socket.on("data", (data) => {
      answer += String(data);
    });
    const start = Date.now();
    socket.write("GET /api/status HTTP/1.1\r\nX-Slow: ");
    const dripping = setInterval(() => socket.write("x"), 50);
    // The server may close while a byte is under way: an error of the connection is no failure here.
    await new Promise((closed) => socket.once("close", closed));
    clearInterval(dripping);
    expect(Date.now() - start).toBeGreaterThanOrEqual(TIMEOUT / 2);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("does not hurry a stream that is under way", async () => {
    await using slow = await startFakeEngine(({ url }, response) => {
      if (url !== "/events") return response.writeHead(200).end(url === "/volumes" ? "{}" : "[]");
      response.flushHeaders();
      return void setTimeout(() => response.end("done"), 3 * TIMEOUT);
    });
    await using own = await startWorld({ headTimeout: TIMEOUT });
    await own.admin("POST", "/endpoints", form({ Name: "one", EndpointCreationType: "1", URL: slow.url }));
    const answer = await own.send({ as: "admin", method: "GET", path: "/endpoints/1/docker/events" });
    expect(await answer.text()).toBe("done");
  });
});

test("many connections that say nothing, or half a head, keep nobody out", async () => {
  const { port } = new URL(world.server.url);
  const idle = Array.from({ length: 300 }, (_, at) => {
    const socket = connect(Number(port), "127.0.0.1").on("error", () => {});
    if (at % 2 === 0) socket.write("GET /api/status HTTP/1.1\r\nHost:");
    return socket;
  });
  await sleep(200);
  expect((await world.send({ as: "key:admin", method: "GET", path: "/endpoints/1" })).status).toBe(200);
  expect(idle.filter(({ closed }) => closed)).toEqual([]);
  for (const socket of idle) socket.destroy();
});
