import { expect, test } from "@jest/globals";
import { ApiError, isApiError } from "../../../client";
import { type Answer, always, connect, engine, failure, json, serve, text } from "./kit";

async function refused(answer: Answer, call = getUser): Promise<ApiError> {
  await using server = await serve(answer);
  const error = await failure(call(server.url));
  if (!isApiError(error)) throw error;
  return error;
}

async function getUser(url: string): Promise<unknown> {
  await using client = connect(url);
  return await client.users.get({ params: { id: 3 } });
}

async function inspect(url: string): Promise<unknown> {
  await using client = connect(url);
  return await client.docker(1).containers.inspect({ params: { id: "web" } });
}

async function inspectImage(url: string): Promise<unknown> {
  await using client = connect(url);
  return await client.docker(1).images.inspect({ params: { name: "registry/edge/agent" } });
}

async function createTag(url: string): Promise<unknown> {
  await using client = connect(url);
  return await client.tags.create({ body: { Name: "prod" } });
}

async function initAdmin(url: string): Promise<unknown> {
  await using client = connect(url);
  return await client.users.initAdmin({ body: { Username: "ada", Password: "correct horse" } });
}

const page =
  (status: number, html: string): Answer =>
  (response) =>
    text(response, status, html, "text/html");

test("says method, path, status and the server's words", async () => {
  const error = await refused(
    always(409, { message: "Name is not unique", details: "Name is not unique" }),
    createTag,
  );
  expect(error).toBeInstanceOf(ApiError);
  expect(error.message).toBe("POST /api/tags: 409 Name is not unique.");
  expect(error).toMatchObject({
    name: "ApiError",
    status: 409,
    method: "POST",
    path: "/api/tags",
    serverMessage: "Name is not unique",
    details: "Name is not unique",
    isJson: true,
    source: "portainer",
  });
});

test("adds details that say more than the message", async () => {
  const body = { message: "Invalid request payload", details: "Invalid username" };
  expect((await refused(always(400, body), createTag)).message).toBe(
    "POST /api/tags: 400 Invalid request payload (Invalid username).",
  );
});

test("leaves a sub-path of the server out of the path", async () => {
  const error = await refused(always(409, { message: "no" }), (url) => createTag(`${url}/sub`));
  expect(error.path).toBe("/api/tags");
});

test("tells a missing object from a missing page", async () => {
  const object = await refused(
    always(404, { message: "Unable to find a user", details: "Object not found" }),
  );
  const nothing = await refused((response) => text(response, 404, "404 page not found\n"));
  expect(object).toMatchObject({ status: 404, isJson: true, hint: undefined });
  expect(nothing).toMatchObject({ status: 404, isJson: false, serverMessage: "404 page not found" });
  expect(nothing.message).toBe(
    "GET /api/users/3: 404 404 page not found. Nothing of Portainer's API is at this path: is the url right, sub-path included, or did a proxy answer?",
  );
});

test("§9.34 repeats only the title of a proxy's page", async () => {
  const html = "<html>\n<head><title>502 Bad Gateway</title></head><body><hr>nginx/1.22</body></html>";
  expect((await refused(page(502, html))).message).toBe(
    "GET /api/users/3: 502 502 Bad Gateway. A proxy in front of Portainer could not reach it: is Portainer running?",
  );
});

test("shortens a long text and keeps it on one line", async () => {
  const { message } = await refused((response) =>
    text(response, 500, `a\r\n\u001b[31mb\t${"x".repeat(100_000)}`),
  );
  expect(message).toMatch(/^GET \/api\/users\/3: 500 a \[31mb x{100,}….$/);
  expect(message.length).toBeLessThan(300);
});

test("names the status if the server says nothing", async () => {
  expect((await refused((response) => response.writeHead(418).end())).message).toBe(
    "GET /api/users/3: 418 I'm a Teapot.",
  );
});

test("does not wait for the end of an endless error", async () => {
  const error = await refused((response) => {
    response.writeHead(500);
    const pour = () => response.write("x".repeat(16_384), (failed) => failed ?? pour());
    pour();
  });
  expect(error.status).toBe(500);
});

test("tells the engine's words from Portainer's", async () => {
  const fromEngine = await refused(engine(always(404, { message: "No such container: web" })), inspect);
  const fromPortainer = await refused(
    engine(always(404, { message: "Unable to find an environment", details: "Object not found" })),
    inspect,
  );
  const fromGateway = await refused(engine(always(403, { message: "access denied to resource" })), inspect);
  expect(fromEngine).toMatchObject({
    source: "engine",
    serverMessage: "No such container: web",
    details: undefined,
  });
  expect(fromEngine.message).toBe(
    "GET /api/endpoints/1/docker/v1.41/containers/web/json: 404 No such container: web.",
  );
  expect(fromPortainer.source).toBe("portainer");
  expect(fromGateway.source).toBe("portainer");
});

test.each<[string, Answer, ((url: string) => Promise<unknown>) | undefined, RegExp]>([
  [
    "restarting a server that has locked itself",
    (response) => {
      response.setHeader("redirect-reason", "AdminInitTimeout");
      const message = "Administrator initialization timeout";
      json(response, 303, { message, details: message });
    },
    initAdmin,
    /303 Administrator initialization timeout\. .*restart Portainer/,
  ],
  [
    "the setup token",
    always(403, {
      message: "Invalid or missing setup token. Provide the X-Setup-Token header.",
      details: "x",
    }),
    initAdmin,
    /setupToken/,
  ],
  [
    "an administrator's credentials",
    always(403, { message: "Access denied", details: "Unauthorized" }),
    createTag,
    /403 Access denied\. Only an administrator may do this\.$/,
  ],
  [
    "another user's credentials",
    always(403, { message: "Permission denied to access environment", details: "x" }),
    undefined,
    /The user of these credentials may not do this\.$/,
  ],
  [
    "what a proxy adds",
    always(403, { message: "api key and auth header are not allowed at the same time", details: "x" }),
    undefined,
    /A proxy adds an Authorization header/,
  ],
  [
    "credentials for a proxy",
    page(401, "<title>401 Authorization Required</title>"),
    undefined,
    /A proxy in front of Portainer answered, and wants credentials of its own/,
  ],
  [
    "https",
    (response) => text(response, 400, "Client sent an HTTP request to an HTTPS server."),
    undefined,
    /Begin the url with https:\/\//,
  ],
  [
    "the engine that is down, behind a socket",
    engine(
      always(500, { message: "Unable to proxy the request via the Docker socket", details: "dial unix" }),
    ),
    inspect,
    /Portainer could not reach the engine of this environment/,
  ],
  [
    "the engine that is down, behind TCP",
    engine((response) => response.writeHead(502).end()),
    inspect,
    /502 Bad Gateway\. Portainer could not reach the engine of this environment/,
  ],
  [
    "an image that Portainer mistakes for an edge agent's path",
    engine((response) => text(response, 404, "404 page not found")),
    inspectImage,
    /name the object by its id instead/,
  ],
  [
    "an environment that the server cannot reach",
    always(500, { message: "Unable to initiate communications with environment", details: "dial tcp" }),
    createTag,
    /\(dial tcp\)\. The server itself must reach the engine/,
  ],
])("hints at %s", async (_, answer, call, expected) => {
  expect((await refused(answer, call)).message).toMatch(expected);
});

test.each([301, 302, 307, 308])("does not follow a %i, and says which url to set", async (status) => {
  await using target = await serve(always(200));
  await using server = await serve((response, { url }) => {
    response.writeHead(status, { location: `${target.url}/portainer${url}` }).end();
  });
  await using client = connect(server.url);

  const error = await failure(client.users.get({ params: { id: 3 } }));
  expect(error.message).toContain(
    `The server redirects to ${target.url}/portainer/api/users/3. Redirects are not followed: set the url to ${target.url}/portainer.`,
  );
  expect(target.requests).toHaveLength(0);
});

test("shows of a redirect neither query nor credentials", async () => {
  const error = await refused((response) => {
    response.writeHead(302, { location: "https://user:hunter2@login.example/start?ticket=s3cr3t" }).end();
  });
  expect(error.message).toContain(
    "redirects to https://login.example/start. Redirects are not followed: is the url right?",
  );
});

test("is recognised although another copy of the package made it", () => {
  const foreign = Object.create(Error.prototype, {
    [Symbol.for("pulumi-portainer.ApiError")]: { value: true },
  });
  expect(isApiError(foreign)).toBe(true);
  expect([new Error("x"), undefined, null, 403, {}].some(isApiError)).toBe(false);
});
