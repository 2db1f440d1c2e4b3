import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { isConnectionError, isContractError } from "../../../client";
import { connect, engine, failure, json, serve } from "./kit";

const PULL = { query: { fromImage: "nginx", tag: "1.27" } } as const;

async function collect<T>(lines: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

test("gives each line as it comes, however the stream is cut", async () => {
  await using server = await serve(
    engine(async (response) => {
      const stream = Buffer.from('{"status":"Pulling é"}\r\n\r\n{"status":"Done"}\n{"status":"Last"}');
      for (const byte of stream) response.write(Buffer.from([byte]));
      response.end();
    }),
  );
  await using client = connect(server.url);

  const statuses = await collect(client.docker(1).images.pull(PULL));
  expect(statuses.map(({ status }) => status)).toEqual(["Pulling é", "Done", "Last"]);
});

test("shows a line before the next one is sent", async () => {
  await using server = await serve(engine((response) => response.write('{"status":"first"}\n')));
  await using client = connect(server.url);

  for await (const { status } of client.docker(1).images.pull(PULL)) {
    expect(status).toBe("first");
    break;
  }
});

test("sends nothing before the first line is asked for", async () => {
  await using server = await serve(engine((response) => response.end()));
  await using client = connect(server.url);

  const lines = client.docker(1).images.pull(PULL);
  await delay(20);
  expect(server.requests).toHaveLength(0);
  expect(await collect(lines)).toEqual([]);
});

test("closes the connection when the reader leaves", async () => {
  const closed = Promise.withResolvers<void>();
  await using server = await serve(
    engine((response) => {
      response.on("close", closed.resolve);
      response.write('{"status":"first"}\n');
    }),
  );
  await using client = connect(server.url);

  for await (const _ of client.docker(1).images.pull(PULL)) break;
  await closed.promise;
});

test("ends with the signal's reason when aborted, and closes the connection", async () => {
  const closed = Promise.withResolvers<void>();
  const stop = new AbortController();
  await using server = await serve(
    engine((response) => {
      response.on("close", closed.resolve);
      response.write('{"status":"first"}\n', () => stop.abort(new Error("enough")));
    }),
  );
  await using client = connect(server.url);

  const reading = collect(client.docker(1).images.pull(PULL, { signal: stop.signal }));
  await expect(reading).rejects.toThrow("enough");
  await closed.promise;
});

test("has no time-out: a pull may be silent for longer than any other call", async () => {
  await using server = await serve(
    engine((response) => {
      setTimeout(() => response.end('{"status":"late"}\n'), 1500);
    }),
  );
  await using client = connect(server.url, { requestTimeout: 0.5 });

  expect(await collect(client.docker(1).images.pull(PULL))).toEqual([{ status: "late" }]);
});

test("fails with the engine's words if the stream never begins", async () => {
  await using server = await serve(
    engine((response) => json(response, 404, { message: "manifest unknown" })),
  );
  await using client = connect(server.url);

  const error = await failure(collect(client.docker(1).images.pull(PULL)));
  expect(error).toMatchObject({ status: 404, serverMessage: "manifest unknown", source: "engine" });
});

test("fails when the stream breaks off", async () => {
  await using server = await serve(
    engine((response) => {
      response.write('{"status":"first"}\n', () => response.destroy());
    }),
  );
  await using client = connect(server.url);

  const error = await failure(collect(client.docker(1).images.pull(PULL)));
  expect(isConnectionError(error) && error.sent).toBe(true);
});

test("fails at a line that is not JSON", async () => {
  await using server = await serve(engine((response) => response.end('{"status":"first"}\n<html>\n')));
  await using client = connect(server.url);

  const error = await failure(collect(client.docker(1).images.pull(PULL)));
  expect(isContractError(error)).toBe(true);
});
