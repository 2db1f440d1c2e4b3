import { once } from "node:events";
import type { Socket } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { startRawEngine } from "../../support/fake-engine";
import { startGateway } from "../../support/gateway";

const HEADERS = { "X-API-Key": "admin" };
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";

/** An engine that answers each request with the next of these answers, the last one again and again. */
async function startScriptedEngine(...answers: string[]) {
  const connections: Socket[] = [];
  const engine = await startRawEngine((socket) => {
    connections.push(socket);
    socket.on("data", () => socket.write((answers.length > 1 ? answers.shift() : answers[0]) ?? ""));
  });
  return Object.assign(engine, { connections });
}

const ask = async (gateway: { url: string }) =>
  (await fetch(`${gateway.url}/_ping`, { headers: HEADERS })).text();

describe("connections to an engine", () => {
  test("are kept, and used by one request after the other", async () => {
    await using engine = await startScriptedEngine(OK);
    await using gateway = await startGateway(engine);
    for (const _ of [1, 2, 3]) expect(await ask(gateway)).toBe("OK");
    expect(engine.connections.length).toBe(1);
  });

  test("are as many as there are requests at a time, and kept too", async () => {
    await using engine = await startScriptedEngine(OK);
    await using gateway = await startGateway(engine);
    await Promise.all(Array.from({ length: 8 }, () => ask(gateway)));
    const opened = engine.connections.length;
    await Promise.all(Array.from({ length: opened }, () => ask(gateway)));
    expect(engine.connections.length).toBe(opened);
  });

  test.each([
    ["says `Connection: close`", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nOK"],
    ["speaks HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nOK"],
    [
      "keeps none for as long as a second",
      `HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nOK`,
    ],
  ])("are not kept when the engine %s", async (_, answer) => {
    await using engine = await startScriptedEngine(answer, OK);
    await using gateway = await startGateway(engine);
    expect(await ask(gateway)).toBe("OK");
    const [first] = engine.connections as [Socket];
    await once(first, "end");
    expect(await ask(gateway)).toBe("OK");
    expect(engine.connections.length).toBe(2);
  });

  test("are dropped when the engine speaks unasked: that is no answer to the next request", async () => {
    await using engine = await startScriptedEngine(OK);
    await using gateway = await startGateway(engine);
    expect(await ask(gateway)).toBe("OK");
    const [first] = engine.connections as [Socket];
    first.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL");
    await once(first, "end");
    expect(await ask(gateway)).toBe("OK");
    expect(engine.connections.length).toBe(2);
  });

  test("are dropped when the engine closes them while they are idle", async () => {
    await using engine = await startScriptedEngine(OK);
    await using gateway = await startGateway(engine);
    expect(await ask(gateway)).toBe("OK");
    const [first] = engine.connections as [Socket];
    const closed = once(first, "close");
    first.end();
    await closed;
    const answer = await fetch(`${gateway.url}/containers/create`, { method: "POST", headers: HEADERS });
    expect(await answer.text()).toBe("OK");
    expect(engine.connections.length).toBe(2);
  });

  test("are all closed with the gateway", async () => {
    await using engine = await startScriptedEngine(OK);
    const gateway = await startGateway(engine);
    await Promise.all(Array.from({ length: 4 }, () => ask(gateway)));
    const closed = engine.connections.map((socket) => once(socket, "close"));
    for (const socket of engine.connections) socket.once("end", () => socket.end());
    await gateway[Symbol.asyncDispose]();
    await Promise.all(closed);
  });
});
