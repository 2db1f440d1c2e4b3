import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { eventually } from "../../support/eventually";
import { startRawEngine } from "../../support/fake-engine";
import { startGateway } from "../../support/gateway";
import { RawClient } from "../../support/raw-client";

const PATH = "/api/endpoints/1/docker";
const upgrade = (what: string, ...headers: string[]) => [
  `POST ${PATH}${what} HTTP/1.1`,
  "Host: gateway",
  "X-API-Key: admin",
  "Connection: Upgrade",
  "Upgrade: tcp",
  ...headers,
];
const AGREED =
  "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";

/** An engine that keeps all that it receives and answers as soon as `until` is among it. */
async function scene(until: string, answer: string) {
  const seen = { text: "", sockets: [] as Socket[] };
  const engine = await startRawEngine((socket) => {
    seen.sockets.push(socket);
    let answered = false;
    socket.on("data", (chunk) => {
      seen.text += chunk;
      if (answered || !seen.text.includes(until)) return;
      answered = true;
      socket.write(answer);
    });
  });
  const gateway = await startGateway({ url: engine.url });
  const client = await RawClient.connect(gateway.url);
  return {
    seen,
    client,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await gateway[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
    },
  };
}

describe("a connection that becomes a raw stream", () => {
  test("carries the body behind the head, then bytes in both directions", async () => {
    await using s = await scene('{"Tty":true}', `${AGREED}early`);
    s.client.send(upgrade("/exec/e1/start", "Content-Length: 12"), '{"Tty":true}typed ahead');
    await s.client.until("early");
    await eventually(() => s.seen.text.endsWith("typed ahead"));
    expect(s.client.text.startsWith(AGREED)).toBe(true);
    expect(s.seen.text).toContain('Content-Length: 12\r\n\r\n{"Tty":true}');
    expect(s.seen.text).not.toMatch(/x-api-key|admin/i);
    s.client.socket.write(" and later");
    await eventually(() => s.seen.text.endsWith(" and later"));
  });

  test("takes a body that comes in pieces", async () => {
    await using s = await scene('{"Tty":true}', AGREED);
    s.client.send(upgrade("/exec/e1/start", "Content-Length: 12"), '{"Tt');
    await sleep(30);
    s.client.socket.write('y":true}+more');
    await s.client.until("101");
    await eventually(() => s.seen.text.endsWith("+more"));
  });

  test("goes on in one direction when the other has ended", async () => {
    await using s = await scene("\r\n\r\n", AGREED);
    s.client.send(upgrade("/containers/c1/attach?stream=1&stdin=1"));
    await s.client.until("101");
    const [engineSide] = s.seen.sockets;
    const ended = once(engineSide as Socket, "end");
    s.client.socket.end("last words");
    await ended;
    expect(s.seen.text.endsWith("last words")).toBe(true);
    engineSide?.end("the rest of the output");
    await s.client.end();
    expect(s.client.text.endsWith("the rest of the output")).toBe(true);
  });

  test("is agreed to by old engines with 200", async () => {
    await using s = await scene(
      "\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\nhello",
    );
    s.client.send(upgrade("/containers/c1/attach?stream=1&stdin=1"));
    await s.client.until("hello");
    s.client.socket.write("input");
    await eventually(() => s.seen.text.endsWith("input"));
  });

  test("is closed at the engine at once when the client is gone", async () => {
    await using s = await scene("\r\n\r\n", AGREED);
    s.client.send(upgrade("/containers/c1/attach"));
    await s.client.until("101");
    s.client.socket.resetAndDestroy();
    await eventually(
      () => s.seen.sockets[0]?.readableEnded === true || s.seen.sockets[0]?.destroyed === true,
    );
  });

  test("is closed at the client at once when the engine is gone", async () => {
    await using s = await scene("\r\n\r\n", AGREED);
    s.client.send(upgrade("/containers/c1/attach"));
    await s.client.until("101");
    s.seen.sockets[0]?.resetAndDestroy();
    await s.client.end();
  });

  test("waits for a reader that is slow", async () => {
    await using s = await scene("\r\n\r\n", AGREED);
    s.client.send(upgrade("/containers/c1/attach"));
    await s.client.until("101");
    s.client.socket.pause();
    const [engineSide] = s.seen.sockets;
    const chunk = Buffer.alloc(1024 * 1024);
    let written = 0;
    while (engineSide?.write(chunk) || written < 32) {
      if (++written > 100) break;
      await sleep(1);
    }
    await sleep(200);
    expect(engineSide?.writableLength).toBeGreaterThan(8 * 1024 * 1024);
  });
});

describe("a connection that the engine does not give away", () => {
  const REFUSED =
    'HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n{"message":"404"}';
  const SMUGGLED = "POST /containers/create HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";

  test("gets the engine's answer, and what follows never reaches the engine", async () => {
    await using s = await scene("\r\n\r\n", REFUSED);
    s.client.send(upgrade("/exec/none/start", "Content-Length: 0"), SMUGGLED);
    await s.client.end();
    s.client.socket.write(SMUGGLED);
    await sleep(50);
    expect(s.client.text).toContain("404 Not Found");
    expect(s.client.text.endsWith('{"message":"404"}')).toBe(true);
    expect(s.seen.text).not.toContain("/containers/create");
  });

  test.each([
    ["whose caller is unknown", ["X-API-Key: nobody"], "/exec/e/start", "401"],
    ["that has a chunked body", ["Transfer-Encoding: chunked"], "/exec/e/start", "411"],
    ["whose body is huge", ["Content-Length: 99999999"], "/exec/e/start", "413"],
    ["with an unsafe path", [], "/exec/../containers/create", "400"],
  ])("never reaches it %s", async (_, headers, path, status) => {
    await using s = await scene("\r\n\r\n", AGREED);
    const lines = upgrade(path, ...headers);
    s.client.send(
      headers[0]?.startsWith("X-API-Key") ? lines.filter((it) => it !== "X-API-Key: admin") : lines,
    );
    await s.client.until(` ${status} `);
    expect(s.seen.text).toBe("");
  });

  test("is somebody else's container", async () => {
    await using s = await scene("\r\n\r\n", `HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"Id":"c1"}`);
    s.client.send(upgrade("/containers/c1/attach").map((line) => line.replace("admin", "bob")));
    await s.client.end();
    expect(s.client.text).toContain("403 Forbidden");
    expect(s.seen.text).not.toContain("attach");
  });
});

test("a request that only offers HTTP/2 is an ordinary one", async () => {
  await using s = await scene("\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
  s.client.send([
    `GET ${PATH}/_ping HTTP/1.1`,
    ...[
      "Host: g",
      "X-API-Key: admin",
      "Connection: Upgrade, HTTP2-Settings",
      "Upgrade: h2c",
      "HTTP2-Settings: AA",
    ],
  ]);
  await s.client.until("\r\n\r\nOK");
  expect(s.client.text).toContain("200 OK");
  expect(s.seen.text).not.toMatch(/upgrade|http2/i);
});
