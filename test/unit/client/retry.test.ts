import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { isConnectionError } from "../../../client";
import { type Answer, always, connect, failure, json, STATUS, serve, USER } from "./kit";

/** Does the first thing `times` times, then answers with success. */
function first(times: number, answer: Answer, body: unknown = STATUS): Answer {
  let seen = 0;
  return (response, request) => {
    seen += 1;
    return seen <= times ? answer(response, request) : json(response, 200, body);
  };
}

const drop: Answer = (response) => response.socket?.destroy();

/** A port at which nothing listens, until someone does. */
async function freePort(): Promise<number> {
  await using server = await serve(always(200));
  return server.port;
}

test.each([502, 503, 504])("§9.34 reads again after %i", async (status) => {
  await using server = await serve(first(1, (response) => response.writeHead(status).end()));
  await using client = connect(server.url);

  expect(await client.status.get()).toEqual(STATUS);
  expect(server.requests).toHaveLength(2);
});

test("reads again when the connection is dropped, three times in all", async () => {
  await using server = await serve(first(2, drop));
  await using client = connect(server.url);

  expect(await client.status.get()).toEqual(STATUS);
  expect(server.requests).toHaveLength(3);
});

test("waits longer before each try", async () => {
  const times: number[] = [];
  await using server = await serve((response) => {
    times.push(performance.now());
    response.writeHead(503).end();
  });
  await using client = connect(server.url);

  await failure(client.status.get());
  const [one = 0, two = 0, three = 0] = times;
  expect(two - one).toBeGreaterThan(150);
  expect(three - two).toBeGreaterThan(700);
  expect(times).toHaveLength(3);
});

test("reads again when the answer breaks off", async () => {
  await using server = await serve(
    first(1, (response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("{", () => response.destroy());
    }),
  );
  await using client = connect(server.url);

  expect(await client.status.get()).toEqual(STATUS);
});

test.each([400, 404, 409, 500])("does not read again after %i", async (status) => {
  await using server = await serve(always(status, { message: "no" }));
  await using client = connect(server.url);

  await failure(client.status.get());
  expect(server.requests).toHaveLength(1);
});

test("never repeats a write that may have arrived", async () => {
  await using server = await serve(drop);
  await using client = connect(server.url);

  const error = await failure(client.tags.create({ body: { Name: "prod" } }));
  expect(isConnectionError(error) && error.sent).toBe(true);
  expect(error.message).toContain("The request may have reached the server all the same.");
  expect(server.requests).toHaveLength(1);
});

test("never repeats a write after 502", async () => {
  await using server = await serve((response) => response.writeHead(502).end());
  await using client = connect(server.url);

  await failure(client.tags.create({ body: { Name: "prod" } }));
  expect(server.requests).toHaveLength(1);
});

test("repeats a write once when the connection was refused, because nothing was sent", async () => {
  const port = await freePort();
  await using client = connect(`http://127.0.0.1:${port}`);

  const creating = client.users.initAdmin({ body: { Username: "ada", Password: "correct horse" } });
  await delay(20);
  await using _ = createServer((socket) => {
    const body = JSON.stringify(USER);
    socket.once("data", () => socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`));
  }).listen(port, "127.0.0.1");
  expect(await creating).toEqual(USER);
});

test("says that nothing was sent when the connection stays refused", async () => {
  await using client = connect(`http://127.0.0.1:${await freePort()}`);

  const error = await failure(client.tags.create({ body: { Name: "prod" } }));
  expect(isConnectionError(error) && error.sent).toBe(false);
  expect(error).toHaveProperty("code", "ECONNREFUSED");
});

test("an abort ends the wait between two tries", async () => {
  await using server = await serve((response) => response.writeHead(503).end());
  await using client = connect(server.url);

  const signal = AbortSignal.timeout(60);
  expect(await failure(client.status.get({}, { signal }))).toBe(signal.reason);
  expect(server.requests).toHaveLength(1);
});
