import { once } from "node:events";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { eventually } from "../../support/eventually";
import { startFakeEngine, startRawEngine } from "../../support/fake-engine";
import { startGateway } from "../../support/gateway";
import { RawClient } from "../../support/raw-client";

const HEADERS = { "X-API-Key": "admin" };

describe("an answer that streams", () => {
  test("begins before its first byte, and comes chunk by chunk", async () => {
    let write: (text: string) => void = () => {};
    await using engine = await startFakeEngine((_, response) => {
      response.writeHead(200, { "Content-Type": "application/json" });
      response.flushHeaders();
      write = (text) => response.write(text);
    });
    await using gateway = await startGateway(engine);
    const response = await fetch(`${gateway.url}/events`, { headers: HEADERS });
    expect(response.status).toBe(200);
    const reader = response.body?.getReader();
    for (const event of ["one", "two"]) {
      write(event);
      expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe(event);
    }
    await reader?.cancel();
  });

  test("is ended at the engine at once when the client is gone", async () => {
    let closed = false;
    await using engine = await startFakeEngine((_, response) => {
      response.write("x");
      response.once("close", () => {
        closed = true;
      });
    });
    await using gateway = await startGateway(engine);
    const abort = new AbortController();
    await fetch(`${gateway.url}/events`, { headers: HEADERS, signal: abort.signal });
    abort.abort();
    await eventually(() => closed);
  });

  test("is broken off, not ended, when the engine breaks off", async () => {
    await using engine = await startFakeEngine((_, response) => {
      response.write("half");
      setTimeout(() => response.destroy(), 20);
    });
    await using gateway = await startGateway(engine);
    const response = await fetch(`${gateway.url}/images/get`, { headers: HEADERS });
    await expect(response.text()).rejects.toThrow();
  });

  test("waits for a reader that is slow", async () => {
    let sent = 0;
    await using engine = await startFakeEngine(async (_, response) => {
      const chunk = Buffer.alloc(1024 * 1024);
      while (!response.destroyed && sent < 500) {
        sent++;
        if (!response.write(chunk)) await Promise.race([once(response, "drain"), once(response, "close")]);
      }
    });
    await using gateway = await startGateway(engine);
    const abort = new AbortController();
    await fetch(`${gateway.url}/images/get`, { headers: HEADERS, signal: abort.signal });
    await sleep(300);
    expect(sent).toBeLessThan(50);
    abort.abort();
  });
});

describe("a request's body", () => {
  test.each([
    ["of known length", { "Content-Length": "5" }, "5", undefined],
    ["in chunks", { "Transfer-Encoding": "chunked" }, undefined, "chunked"],
  ])("arrives as it was sent: %s", async (_, framing, length, encoding) => {
    await using engine = await startFakeEngine((_request, response) => void response.end());
    await using gateway = await startGateway(engine);
    const sent = request(`${gateway.url}/images/load`, {
      method: "POST",
      headers: { ...HEADERS, ...framing },
    });
    sent.end("hello");
    await once(sent, "response");
    expect(engine.requests[0]).toMatchObject({ body: "hello" });
    expect(engine.requests[0]?.headers["content-length"]).toBe(length);
    expect(engine.requests[0]?.headers["transfer-encoding"]).toBe(encoding);
  });

  test("is asked for by a client that waits for 100", async () => {
    await using engine = await startFakeEngine((_, response) => void response.end("done"));
    await using gateway = await startGateway(engine);
    using client = await RawClient.connect(gateway.url);
    client.send([
      "PUT /api/endpoints/1/docker/containers/c/archive HTTP/1.1",
      ...["Host: g", "X-API-Key: admin", "Expect: 100-continue", "Content-Length: 4"],
    ]);
    await client.until("100 Continue");
    client.socket.write("body");
    await client.until("done");
    expect(engine.requests[0]).toMatchObject({ body: "body" });
  });

  test("stops at the engine at once when the client is gone", async () => {
    let gone = false;
    await using engine = await startRawEngine((socket) => {
      socket.resume().once("close", () => {
        gone = true;
      });
      socket.once("end", () => socket.destroy());
    });
    await using gateway = await startGateway(engine);
    const sent = request(`${gateway.url}/images/load`, { method: "POST", headers: HEADERS });
    sent.on("error", () => {});
    sent.write("half");
    await sleep(50);
    sent.destroy();
    await eventually(() => gone);
  });

  test("that the engine refuses early does not spoil the connection", async () => {
    await using engine = await startRawEngine((socket) => {
      socket.once("data", () =>
        socket.end("HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbad"),
      );
    });
    await using gateway = await startGateway(engine);
    using client = await RawClient.connect(gateway.url);
    const head = (length: number) => [
      "POST /api/endpoints/1/docker/images/load HTTP/1.1",
      ...["Host: g", "X-API-Key: admin", `Content-Length: ${length}`],
    ];
    client.send(head(2_000_000), "x".repeat(1000));
    await client.until("bad");
    client.socket.write("x".repeat(2_000_000 - 1000));
    client.send(head(0));
    await client.until("bad\r\n".trim());
    await eventually(() => client.text.split("400 Bad Request").length === 3);
  });

  test.each([
    ["two lengths", ["Content-Length: 5", "Content-Length: 6"]],
    ["a length and chunks", ["Content-Length: 5", "Transfer-Encoding: chunked"]],
    ["a line feed in a header", ["X-A: a\nX-B: b"]],
  ])("with %s goes nowhere", async (_, headers) => {
    await using engine = await startFakeEngine((_request, response) => void response.end());
    await using gateway = await startGateway(engine);
    using client = await RawClient.connect(gateway.url);
    client.send(
      ["POST /api/endpoints/1/docker/images/load HTTP/1.1", "Host: g", "X-API-Key: admin", ...headers],
      "0\r\n\r\n",
    );
    await client.end();
    expect(client.text).toContain("400");
    expect(engine.requests).toEqual([]);
  });
});

describe("an engine that is not there", () => {
  test.each([
    ["unix:///nowhere/docker.sock", 500, "Unable to proxy the request via the Docker socket", "ENOENT"],
    ["tcp://127.0.0.1:9", 502, "Unable to proxy the request to the environment", "ECONNREFUSED"],
    ["tcp://127.0.0.1:99999", 500, "Unable to create proxy", "address"],
    ["nonsense://", 500, "Unable to create proxy", "address"],
  ])("is an error that says why: %s", async (url, status, message, reason) => {
    await using gateway = await startGateway({ url });
    const response = await fetch(`${gateway.url}/version`, { headers: HEADERS });
    expect(response.status).toBe(status);
    const body = await response.json();
    expect(body).toMatchObject({ message });
    expect(JSON.stringify(body)).toContain(reason);
    await expect(gateway.gateway.probe(gateway.environment)).rejects.toThrow(reason);
  });

  test("is asked again when it has come back", async () => {
    await using gateway = await startGateway({ url: "tcp://127.0.0.1:9" });
    expect((await fetch(`${gateway.url}/_ping`, { headers: HEADERS })).status).toBe(502);
    await using engine = await startFakeEngine((_, response) => void response.end("OK"));
    Object.assign(gateway.environment, { url: engine.url });
    expect(await (await fetch(`${gateway.url}/_ping`, { headers: HEADERS })).text()).toBe("OK");
  });

  test("is asked anew when it has closed a kept connection", async () => {
    let connections = 0;
    await using engine = await startRawEngine((socket) => {
      const isFirst = ++connections === 1;
      let requests = 0;
      socket.on("data", () => {
        if (isFirst && ++requests === 2) socket.destroy();
        else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
      });
    });
    await using gateway = await startGateway(engine);
    for (const _ of [1, 2]) {
      expect(await (await fetch(`${gateway.url}/_ping`, { headers: HEADERS })).text()).toBe("OK");
    }
    expect(connections).toBe(2);
  });
});
