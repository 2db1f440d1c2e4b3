import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { expect, test } from "@jest/globals";
import { always, connect, engine, json, STATUS, serve, USER } from "./kit";

test("fills a path's parameters and returns the parsed answer", async () => {
  await using server = await serve(always(200, USER));
  await using client = connect(server.url);

  expect(await client.users.get({ params: { id: 3 } })).toEqual(USER);
  expect(server.requests).toMatchObject([{ method: "GET", url: "/api/users/3" }]);
});

test("needs no argument where a route needs nothing", async () => {
  await using server = await serve(always(200, STATUS));
  await using client = connect(server.url);

  expect((await client.status.get()).InstanceID).toBe("f0e1");
});

test("keeps fields that the contract does not know", async () => {
  await using server = await serve(always(200, { ...USER, Theme: { color: "dark" } }));
  await using client = connect(server.url);

  expect(await client.users.me()).toHaveProperty("Theme.color", "dark");
});

test("sends a query without what is unset, and lists as repeated names", async () => {
  await using server = await serve(always(200, []));
  await using client = connect(server.url);

  await client.endpoints.list({ query: { name: "a b&c", search: undefined, "tagIds[]": ["1", "2"] } });
  expect(server.requests[0]?.url).toBe("/api/endpoints?name=a+b%26c&tagIds%5B%5D=1&tagIds%5B%5D=2");
});

test("sends a JSON body", async () => {
  await using server = await serve(always(200, { ID: 1, Name: "prod" }));
  await using client = connect(server.url);

  await client.tags.create({ body: { Name: "prod" } });
  const [request] = server.requests;
  expect(request?.headers["content-type"]).toBe("application/json");
  expect(JSON.parse(String(request?.body))).toEqual({ Name: "prod" });
});

test("returns nothing where the answer is empty", async () => {
  await using server = await serve(always(204));
  await using client = connect(server.url);

  expect(await client.tags.delete({ params: { id: 1 } })).toBeUndefined();
});

test("sends a form with its files as multipart", async () => {
  await using server = await serve(always(204));
  await using client = connect(server.url);

  const file = { filename: "ca.pem", content: "-----BEGIN CERTIFICATE-----" };
  await client.tlsFiles.upload({ params: { file: "ca" }, form: { folder: "7", file } });
  const [request] = server.requests;
  expect(request?.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
  const form = await new Response(request && new Uint8Array(request.body), {
    headers: { "content-type": request?.headers["content-type"] ?? "" },
  }).formData();
  expect(form.get("folder")).toBe("7");
  expect(form.get("file")).toMatchObject({ name: "ca.pem", size: file.content.length });
});

test("sends a form without files as multipart too, leaving out what is unset", async () => {
  await using server = await serve(always(500));
  await using client = connect(server.url);

  const form = { Name: "edge", EndpointCreationType: "1", URL: undefined };
  await expect(client.endpoints.create({ form })).rejects.toThrow("500");
  const [request] = server.requests;
  expect(request?.headers["content-type"]).toMatch(/^multipart/);
  expect(String(request?.body)).toContain('name="Name"\r\n\r\nedge\r\n');
  expect(String(request?.body)).not.toContain("URL");
});

test.each([
  ["a buffer", () => Buffer.from("tar")],
  ["a stream", () => Readable.from([Buffer.from("t"), Buffer.from("ar")])],
])("uploads %s as it is", async (_, upload) => {
  await using server = await serve(engine(always(200)));
  await using client = connect(server.url);

  const { containers } = client.docker(1);
  await containers.putArchive({ params: { id: "web" }, query: { path: "/etc" }, upload: upload() });
  const request = server.requests.at(-1);
  expect(request).toMatchObject({ method: "PUT", headers: { "content-type": "application/x-tar" } });
  expect(String(request?.body)).toBe("tar");
});

test("streams bytes", async () => {
  const log = Buffer.alloc(300_000, "x");
  await using server = await serve(engine((response) => response.end(log)));
  await using client = connect(server.url);

  const query = { stdout: "1", stderr: "1" };
  const stream = await client.docker(1).containers.logs({ params: { id: "web" }, query });
  expect(stream).toBeInstanceOf(Readable);
  expect((await buffer(stream)).equals(log)).toBe(true);
});

test("a stream of bytes that is not wanted any more closes its connection", async () => {
  const closed = Promise.withResolvers<void>();
  await using server = await serve(
    engine((response) => {
      response.on("close", closed.resolve);
      response.write("first");
    }),
  );
  await using client = connect(server.url);

  const stream = await client
    .docker(1)
    .containers.getArchive({ params: { id: "web" }, query: { path: "/" } });
  stream.destroy();
  await closed.promise;
});

test("a stream of bytes that nobody reads survives the end of its connection, and tells of it later", async () => {
  await using server = await serve(
    engine((response) => {
      response.write("first");
      setTimeout(() => response.destroy(), 30);
    }),
  );
  await using client = connect(server.url);

  const stream = await client
    .docker(1)
    .containers.getArchive({ params: { id: "web" }, query: { path: "/" } });
  await new Promise((resolve) => stream.on("close", resolve));
  await expect(buffer(stream)).rejects.toThrow("the connection was closed before the answer was complete");
});

test("takes 304 of a write as done: the container runs already", async () => {
  await using server = await serve(engine(always(304)));
  await using client = connect(server.url);

  expect(await client.docker(1).containers.start({ params: { id: "web" } })).toBeUndefined();
});

test("sends the headers of the client and of the call", async () => {
  await using server = await serve(always(200, STATUS));
  await using client = connect(server.url, { headers: { "X-Team": "blue" } });

  await client.status.get({}, { headers: { "X-Setup-Token": "abcdef" } });
  expect(server.requests[0]?.headers).toMatchObject({ "x-team": "blue", "x-setup-token": "abcdef" });
});

test("starts each request with fresh headers and sends no cookie back", async () => {
  await using server = await serve((response) => {
    response.setHeader("set-cookie", "portainer_api_key=x");
    json(response, 200, STATUS);
  });
  await using client = connect(server.url);

  await client.status.get({}, { headers: { "x-once": "1" } });
  await client.status.get();
  expect(server.requests[1]?.headers).not.toHaveProperty("x-once");
  expect(server.requests[1]?.headers).not.toHaveProperty("cookie");
});

test.each(["", "/", "/api", "/api/"])(
  "reaches a server below a sub-path given as /sub/path%s",
  async (end) => {
    await using server = await serve(always(200, STATUS));
    await using client = connect(`${server.url}/sub/path${end}`);

    await client.status.get();
    expect(server.requests[0]?.url).toBe("/sub/path/api/status");
  },
);

test("reads an answer in any chunks", async () => {
  await using server = await serve((response) => {
    response.write('{"Version":"2.23.0","Insta');
    setTimeout(() => response.end('nceID":"é"}'), 20);
  });
  await using client = connect(server.url);

  expect((await client.status.get()).InstanceID).toBe("é");
});
