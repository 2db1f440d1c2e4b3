import { afterEach, expect, test } from "@jest/globals";
import { connect, disconnect } from "../../../provider/connection";
import { type Answer, json, STATUS, serve, type TestServer, text } from "../client/kit";

afterEach(disconnect);

const lines = ({ requests }: TestServer) => requests.map(({ method, url }) => `${method} ${url}`);

/** A server that knows these paths alone. */
const knows =
  (...paths: string[]): Answer =>
  (response, { url }) =>
    paths.includes(url) ? json(response, 200, STATUS) : text(response, 404, "404 page not found\n");

test("asks a server who it is once, and not by the path that it will drop", async () => {
  await using server = await serve(knows("/api/system/status", "/api/status"));
  const connection = connect({ url: server.url });

  expect(await Promise.all([connection.status(), connection.sameServer("f0e1")])).toEqual([STATUS, "f0e1"]);
  expect(lines(server)).toEqual(["GET /api/system/status"]);
});

test("asks a server by the old path where it does not know the new one", async () => {
  await using server = await serve(knows("/api/status"));

  expect(await connect({ url: server.url }).status()).toEqual(STATUS);
  expect(lines(server)).toEqual(["GET /api/system/status", "GET /api/status"]);
});

test("calls what knows neither path no Portainer", async () => {
  await using server = await serve(knows());
  const { status } = connect({ url: server.url });

  await expect(status()).rejects.toThrow("is at this path");
  await using json404 = await serve((response) => json(response, 404, { message: "no" }));
  await expect(connect({ url: json404.url }).status()).rejects.toThrow("So this is not Portainer");
});

test("takes a refusal at its word", async () => {
  const message = "Administrator initialization timeout";
  await using server = await serve((response) => json(response, 303, { message, details: message }));

  await expect(connect({ url: server.url }).status()).rejects.toThrow("has locked itself");
  expect(lines(server)).toHaveLength(1);
});
