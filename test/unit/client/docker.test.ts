import { expect, test } from "@jest/globals";
import { always, connect, engine, failure, json, serve } from "./kit";

const SPOKEN = { Version: "20.10.24", ApiVersion: "1.41", MinAPIVersion: "1.12" };

function paths(requests: readonly { readonly method: string; readonly url: string }[]): string[] {
  return requests.map(({ method, url }) => `${method} ${url}`);
}

test("asks an engine for its version once, however many calls begin at once, and pins all to it", async () => {
  await using server = await serve(engine(always(200, { ID: "E" }), SPOKEN));
  await using client = connect(server.url);

  await Promise.all(Array.from({ length: 10 }, () => client.docker(3).system.info()));
  expect(await client.docker(3).apiVersion()).toBe("1.41");
  const asked = paths(server.requests);
  expect(asked[0]).toBe("GET /api/endpoints/3/docker/version");
  expect(asked.slice(1)).toEqual(Array(10).fill("GET /api/endpoints/3/docker/v1.41/info"));
});

test("asks each environment's engine for itself", async () => {
  await using server = await serve(always(200, SPOKEN));
  await using client = connect(server.url);

  await Promise.all([client.docker(1).apiVersion(), client.docker(2).apiVersion()]);
  expect(paths(server.requests).sort()).toEqual([
    "GET /api/endpoints/1/docker/version",
    "GET /api/endpoints/2/docker/version",
  ]);
});

test.each([
  ["1.41", "1.12", "1.41"],
  ["1.51", "1.24", "1.51"],
  ["1.60", "1.44", "1.51"],
  ["1.9", undefined, "1.9"],
])(
  "speaks the newest version that both know: engine %s from %s, spoken %s",
  async (ApiVersion, MinAPIVersion, spoken) => {
    await using server = await serve(always(200, { Version: "x", ApiVersion, MinAPIVersion }));
    await using client = connect(server.url);

    expect(await client.docker(1).apiVersion()).toBe(spoken);
  },
);

test("refuses an engine that speaks only newer versions", async () => {
  await using server = await serve(always(200, { Version: "99", ApiVersion: "2.3", MinAPIVersion: "1.52" }));
  await using client = connect(server.url);

  await expect(client.docker(4).system.info()).rejects.toThrow(
    "The engine of environment 4 speaks API 1.52 and newer, this package 1.51 and older: a newer release of the package is needed.",
  );
});

test("asks for the version again after a failure", async () => {
  let down = true;
  await using server = await serve((response) =>
    down ? json(response, 500, { message: "no" }) : json(response, 200, SPOKEN),
  );
  await using client = connect(server.url);

  await failure(client.docker(1).apiVersion());
  down = false;
  expect(await client.docker(1).apiVersion()).toBe("1.41");
});

test("does not pin the question for the version itself", async () => {
  await using server = await serve(always(200, SPOKEN));
  await using client = connect(server.url);

  await client.docker(1).system.version();
  expect(paths(server.requests)).toEqual(["GET /api/endpoints/1/docker/version"]);
});

test("keeps the slashes of an image's name and escapes the rest", async () => {
  await using server = await serve(engine(always(200, { Id: "sha256:0" })));
  await using client = connect(server.url);

  await client.docker(1).images.inspect({ params: { name: "registry:5000/a b/c?d:tag@sha256:0" } });
  expect(server.requests.at(-1)?.url).toBe(
    "/api/endpoints/1/docker/v1.41/images/registry:5000/a%20b/c%3Fd:tag@sha256:0/json",
  );
});

test("does not let a container's name lead to another path", async () => {
  await using server = await serve(engine(always(204)));
  await using client = connect(server.url);

  await client.docker(1).containers.delete({ params: { id: "a/../../images?x#y" } });
  expect(server.requests.at(-1)?.url).toBe(
    "/api/endpoints/1/docker/v1.41/containers/a%2F..%2F..%2Fimages%3Fx%23y",
  );
});

test.each(["", ".", ".."])("refuses %j as a parameter", async (id) => {
  await using server = await serve(engine(always(204)));
  await using client = connect(server.url);

  await expect(client.docker(1).containers.delete({ params: { id } })).rejects.toThrow(TypeError);
});

test.each(["a/../b", "a//b", "./a", "/a"])("refuses %j as an image's name", async (name) => {
  await using server = await serve(engine(always(200, { Id: "sha256:0" })));
  await using client = connect(server.url);

  await expect(client.docker(1).images.inspect({ params: { name } })).rejects.toThrow(
    'GET /images/:name/json: "name" must not be empty and not have a part that is empty, "." or "..".',
  );
});
