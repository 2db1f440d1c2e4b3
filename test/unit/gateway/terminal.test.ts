import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { WebSocket } from "ws";
import { startJsonEngine, startRawEngine } from "../../support/fake-engine";
import { startGateway } from "../../support/gateway";

const AGREED = "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";

/** An engine that agrees to everything and lets a test speak for the process behind it. */
async function startTerminalEngine() {
  const seen = { text: "", process: undefined as Socket | undefined };
  const engine = await startRawEngine((socket) => {
    socket.once("data", (head) => {
      seen.text += head;
      seen.process = socket;
      socket.write(AGREED);
      socket.on("data", (input) => {
        seen.text += input;
      });
    });
  });
  return Object.assign(engine, { seen });
}

const terminal = (gatewayUrl: string, query: string) =>
  `${gatewayUrl.replace("http", "ws").replace("/api/endpoints/1/docker", "/api/websocket")}/${query}`;
const as = (name: string) => ({ headers: { "X-API-Key": name } });

describe("a terminal in a browser", () => {
  test("starts an exec instance and carries text both ways", async () => {
    await using engine = await startTerminalEngine();
    await using gateway = await startGateway(engine);
    const socket = new WebSocket(terminal(gateway.url, "exec?endpointId=1&id=abc123"), as("admin"));
    await once(socket, "open");
    expect(engine.seen.text).toContain("POST /exec/abc123/start HTTP/1.1");
    expect(engine.seen.text).toContain('{"Tty":true,"Detach":false}');
    const euro = Buffer.from("€");
    engine.seen.process?.write(euro.subarray(0, 2));
    await sleep(20);
    engine.seen.process?.write(euro.subarray(2));
    const [text, isBinary] = await once(socket, "message");
    expect([String(text), isBinary]).toEqual(["€", false]);
    socket.send("typed");
    socket.send(Buffer.from(" bytes"));
    while (!engine.seen.text.endsWith("typed bytes")) await sleep(5);
    engine.seen.process?.end();
    await once(socket, "close");
  });

  test("is gone at the engine when it is closed", async () => {
    await using engine = await startTerminalEngine();
    await using gateway = await startGateway(engine);
    const socket = new WebSocket(terminal(gateway.url, "attach?endpointId=1&id=abc123"), as("admin"));
    await once(socket, "open");
    expect(engine.seen.text).toContain("POST /containers/abc123/attach?stdin=1&stdout=1&stderr=1&stream=1");
    const ended = once(engine.seen.process as Socket, "end");
    socket.close();
    await ended;
  });

  test.each([
    ["exec?endpointId=1", "Invalid query parameter: id", "Missing query parameter"],
    ["exec?endpointId=1&id=xyz", "Invalid query parameter: id (must be hexadecimal identifier)", undefined],
    ["exec?id=abc", "Invalid query parameter: endpointId", "Missing query parameter"],
    ["attach?id=abc&endpointId=x", "Invalid query parameter: endpointId", "Strconv.Atoi"],
  ])("is refused with 400, WebSocket or not: %s", async (query, message, details = "") => {
    await using gateway = await startGateway({ url: "tcp://127.0.0.1:9" });
    const url = terminal(gateway.url, query);
    const response = await fetch(url.replace("ws", "http"), as("admin"));
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ message, details: expect.stringContaining(details) });
    const [, answer] = await once(
      new WebSocket(url, as("admin")).on("error", () => {}),
      "unexpected-response",
    );
    expect(answer.statusCode).toBe(400);
  });

  test.each([
    ["of somebody else's container", "attach?endpointId=1&id=abc", as("bob"), 403],
    ["of an exec instance that is not there", "exec?endpointId=1&id=abc", as("admin"), 404],
    ["of nobody known", "exec?endpointId=1&id=abc", as("nobody"), 401],
    ["from another site", "exec?endpointId=1&id=abc", { ...as("admin"), origin: "https://evil.test" }, 403],
  ])("is refused %s", async (_, query, options, status) => {
    await using engine = await startJsonEngine({ "GET /containers/abc/json": [200, { Id: "abc" }] });
    await using gateway = await startGateway(engine);
    const socket = new WebSocket(terminal(gateway.url, query), options).on("error", () => {});
    const [, answer] = await once(socket, "unexpected-response");
    expect(answer.statusCode).toBe(status);
  });
});
