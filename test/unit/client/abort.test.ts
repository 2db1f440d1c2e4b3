import { createServer } from "node:net";
import { expect, test } from "@jest/globals";
import { createClient } from "../../../client";
import { always, connect, failure, json, listen, STATUS, serve } from "./kit";

const silent = () => {};

test("ends a call with the signal's own reason", async () => {
  await using server = await serve(silent);
  await using client = connect(server.url);

  const stop = new AbortController();
  const call = client.status.get({}, { signal: stop.signal });
  const reason = new Error("enough");
  setTimeout(() => stop.abort(reason), 30);
  expect(await failure(call)).toBe(reason);
});

test("sends nothing once the signal has fired", async () => {
  await using server = await serve(always(200, STATUS));
  await using client = connect(server.url);

  await expect(client.status.get({}, { signal: AbortSignal.abort(new Error("too late")) })).rejects.toThrow(
    "too late",
  );
  expect(server.requests).toHaveLength(0);
});

test("ends a call that still waits for a free connection, and never sends it", async () => {
  await using server = await serve((response) => void setTimeout(() => json(response, 200, STATUS), 150));
  await using client = connect(server.url, { concurrency: 1 });

  const busy = client.status.get();
  const signal = AbortSignal.timeout(50);
  const waiting = failure(client.tags.create({ body: { Name: "prod" } }, { signal }));
  expect(await waiting).toBe(signal.reason);
  await busy;
  await client.status.get();
  expect(server.requests.map(({ method }) => method)).toEqual(["GET", "GET"]);
});

test("ends an answer that is being read", async () => {
  await using server = await serve((response) => response.write("{"));
  await using client = connect(server.url);

  const signal = AbortSignal.timeout(50);
  expect(await failure(client.status.get({}, { signal }))).toBe(signal.reason);
});

test("the client's signal ends all its calls", async () => {
  await using server = await serve(silent);
  const stop = new AbortController();
  await using client = createClient({ url: server.url, signal: stop.signal });

  const calls = [client.status.get(), client.settings.getPublic()];
  stop.abort(new Error("shutting down"));
  for (const call of calls) await expect(call).rejects.toThrow("shutting down");
});

test("closing ends the calls under way and refuses later ones", async () => {
  await using server = await serve(silent);
  const client = connect(server.url);

  const call = failure(client.status.get());
  await client.close();
  expect((await call).message).toBe("The client was closed.");
  await expect(client.status.get()).rejects.toThrow("The client was closed.");
  await client.close();
});

test("gives up on a server that is silent for longer than requestTimeout", async () => {
  await using server = await serve(silent);
  await using client = connect(server.url, { requestTimeout: 0.3 });

  const error = await failure(client.status.get());
  expect(error).toMatchObject({ code: "UND_ERR_HEADERS_TIMEOUT", sent: true });
  expect(error.message).toBe(
    `GET ${server.url}/api/status: no answer came within 0.3 seconds (UND_ERR_HEADERS_TIMEOUT). Raise requestTimeout if the server is only slow.`,
  );
  expect(server.requests).toHaveLength(1);
});

test("a call may have a time-out of its own", async () => {
  await using server = await serve((response) => void setTimeout(() => json(response, 200, STATUS), 1200));
  await using client = connect(server.url, { requestTimeout: 0.3 });

  expect(await client.status.get({}, { timeout: 10 })).toEqual(STATUS);
});

test("does not count the wait for a free connection", async () => {
  await using server = await serve((response) => void setTimeout(() => json(response, 200, STATUS), 400));
  await using client = connect(server.url, { requestTimeout: 0.9, concurrency: 1 });

  const answers = await Promise.all(Array.from({ length: 4 }, () => client.status.get()));
  expect(answers).toHaveLength(4);
});

test("one signal serves many calls without a warning", async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on("warning", note);
  await using server = await serve(always(200, STATUS));
  const { signal } = new AbortController();
  await using client = createClient({ url: server.url, signal });

  await Promise.all(Array.from({ length: 60 }, () => client.status.get({}, { signal })));
  await new Promise(setImmediate);
  process.off("warning", note);
  expect(warnings).toEqual([]);
});

test("ends a call whose connection is never completed", async () => {
  await using server = await listen(createServer(), "https");
  await using client = connect(server.url);

  const signal = AbortSignal.timeout(50);
  expect(await failure(client.status.get({}, { signal }))).toBe(signal.reason);
});
