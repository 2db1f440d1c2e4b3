import { readdir } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { describe, expect, test } from "@jest/globals";
import { startServer } from "../../server";
import { PASSWORD } from "./kit";

const admin = { password: PASSWORD };

test("tells what it was asked, by whom, and hides what is secret", async () => {
  await using server = await startServer({ admin });
  const headers = { "x-api-key": server.apiKey ?? "" };
  await fetch(`${server.url}/api/users/me`, { headers });
  await fetch(`${server.url}/api/tags`, { method: "POST", headers, body: '{"Name":"a"}' });
  await fetch(`${server.url}/api/status?token=abc&x=1`);
  expect(server.requests().map(({ method, path, status, user }) => [method, path, status, user])).toEqual([
    ["GET", "/api/users/me", 200, "admin"],
    ["POST", "/api/tags", 200, "admin"],
    ["GET", "/api/status", 200, undefined],
  ]);
  expect(server.requests({ method: "POST" })).toHaveLength(1);
  expect(server.requests({ path: /^\/api\/users/ })).toHaveLength(1);
  expect(server.requests({ since: Date.now() + 1_000 })).toEqual([]);
  expect(server.requests({ path: "/api/status" })[0]?.query).toEqual({ token: "[redacted]", x: "1" });
});

test("remembers nothing where it is told so", async () => {
  await using server = await startServer({ record: false });
  await fetch(`${server.url}/api/status`);
  expect(server.requests()).toEqual([]);
});

test("fails as it is told to, as often as it is told to", async () => {
  await using server = await startServer({ admin });
  const headers = { "x-api-key": server.apiKey ?? "" };
  const get = () => fetch(`${server.url}/api/tags`, { headers });
  server.fail({ path: "/api/tags", times: 2, with: 503 });
  server.fail({ path: /tags/, with: { status: 429, body: { message: "slow down" } } });
  expect([(await get()).status, (await get()).status]).toEqual([503, 503]);
  const limited = await get();
  expect([limited.status, await limited.json()]).toEqual([429, { message: "slow down" }]);
  expect((await get()).status).toBe(200);
});

test("breaks a connection before or after it has done what was asked, or stays silent", async () => {
  await using server = await startServer({ admin });
  const headers = { "x-api-key": server.apiKey ?? "" };
  const post = (Name: string, signal?: AbortSignal) =>
    fetch(`${server.url}/api/tags`, {
      method: "POST",
      headers,
      body: JSON.stringify({ Name }),
      ...(signal && { signal }),
    });
  const names = async () => {
    const tags = (await (await fetch(`${server.url}/api/tags`, { headers })).json()) as { Name: string }[];
    return tags.map(({ Name }) => Name);
  };
  server.fail({ method: "POST", path: "/api/tags", with: "reset" });
  await expect(post("before")).rejects.toThrow();
  expect(await names()).toEqual([]);
  server.fail({ method: "POST", path: "/api/tags", with: "reset-after" });
  await expect(post("after")).rejects.toThrow();
  expect(await names()).toEqual(["after"]);
  server.fail({ method: "POST", path: "/api/tags", with: "hang" });
  await expect(post("silent", AbortSignal.timeout(200))).rejects.toThrow();
  expect(await names()).toEqual(["after"]);
});

test("goes back to how it started, with the same key", async () => {
  await using server = await startServer({ admin });
  const headers = { "x-api-key": server.apiKey ?? "" };
  const create = () => fetch(`${server.url}/api/tags`, { method: "POST", headers, body: '{"Name":"a"}' });
  await create();
  server.fail({ path: "/api/tags", with: 500 });
  await server.reset();
  expect(server.requests()).toEqual([]);
  expect(await (await create()).json()).toMatchObject({ ID: 1 });
});

test("leaves nothing on the disk", async () => {
  const before = await readdir(tmpdir());
  await using server = await startServer({ admin });
  const body = new FormData();
  body.set("folder", "1");
  body.set("file", new Blob(["pem"]));
  const headers = { "x-api-key": server.apiKey ?? "" };
  expect((await fetch(`${server.url}/api/upload/tls/ca`, { method: "POST", headers, body })).status).toBe(
    204,
  );
  await server.stop();
  const left = (await readdir(tmpdir())).filter(
    (name) => name.startsWith("pulumi-portainer-tls-") && !before.includes(name),
  );
  expect(left).toEqual([]);
});

test("many run side by side", async () => {
  const servers = await Promise.all([1, 2, 3].map(() => startServer()));
  const ids = await Promise.all(
    servers.map(
      async ({ url }) =>
        ((await (await fetch(`${url}/api/status`)).json()) as { InstanceID: string }).InstanceID,
    ),
  );
  expect(new Set(ids).size).toBe(3);
  await Promise.all(servers.map((server) => server.stop()));
});

test("answers what is no route, no method, or no path", async () => {
  await using server = await startServer({ admin });
  const headers = { "x-api-key": server.apiKey ?? "" };
  const ask = async (method: string, path: string) => {
    const answer = await fetch(server.url + path, { method, headers });
    return [answer.status, await answer.text()];
  };
  const notFound = [404, "404 page not found\n"];
  expect(await ask("GET", "/api/nonsense")).toEqual(notFound);
  expect(await ask("GET", "/")).toEqual(notFound);
  expect(await ask("PATCH", "/api/users/1")).toEqual([405, ""]);
  expect(await ask("HEAD", "/api/status")).toEqual([405, ""]);
  expect(await ask("OPTIONS", "/api/users")).toEqual([405, ""]);
  expect(await ask("PUT", "/api/tags/1")).toEqual([405, ""]);
});

describe("what no honest client sends", () => {
  const raw = async (url: string, text: string): Promise<string> => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.end(text);
    let answer = "";
    for await (const chunk of socket) answer += String(chunk);
    return answer.split("\r\n")[0] ?? "";
  };
  const close = "Host: x\r\nConnection: close\r\n";

  test.each([
    ["dot segments", `GET /api/users/../status HTTP/1.1\r\n${close}\r\n`, "404"],
    ["encoded dot segments", `GET /api/users/%2e%2e/status HTTP/1.1\r\n${close}\r\n`, "404"],
    ["two slashes", `GET // HTTP/1.1\r\n${close}\r\n`, "404"],
    ["a host that is none", `GET //[/api/status HTTP/1.1\r\n${close}\r\n`, "404"],
    ["an asterisk", `OPTIONS * HTTP/1.1\r\n${close}\r\n`, "404"],
    ["a bad escape", `GET /api/endpoints/%zz/docker/_ping HTTP/1.1\r\n${close}\r\n`, "400"],
    ["a Host that is none", `GET /api/status HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n`, "400"],
    ["an absolute target", `GET http://elsewhere/api/status HTTP/1.1\r\n${close}\r\n`, "404"],
    ["empty segments", `GET /api//users HTTP/1.1\r\n${close}\r\n`, "404"],
    [
      "two lengths",
      `POST /api/auth HTTP/1.1\r\n${close}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
      "400",
    ],
    [
      "length and chunks",
      `POST /api/auth HTTP/1.1\r\n${close}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      "400",
    ],
    ["a line break in a header", `GET /api/status HTTP/1.1\r\n${close}X: a\nb\r\n\r\n`, "400"],
    ["a method of its own", `BREW /api/status HTTP/1.1\r\n${close}\r\n`, "400"],
    [
      "an upgrade of an ordinary path",
      `GET /api/status HTTP/1.1\r\nHost: x\r\nConnection: upgrade, close\r\nUpgrade: h2c\r\n\r\n`,
      "200",
    ],
    ["invalid UTF-8", `POST /api/auth HTTP/1.1\r\n${close}Content-Length: 3\r\n\r\n{\xff}`, "400"],
  ])("%s", async (_name, request, status) => {
    await using server = await startServer();
    expect(await raw(server.url, request)).toMatch(new RegExp(`^HTTP/1.1 ${status}`));
  });

  test("a body of ten megabytes", async () => {
    await using server = await startServer();
    const answer = await fetch(`${server.url}/api/auth`, { method: "POST", body: "x".repeat(10_000_000) });
    expect(answer.status).toBe(413);
  });
});
