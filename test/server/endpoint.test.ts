import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, jest, test } from "@jest/globals";
import { makeCertificates } from "../support/certificates";
import { startTinyEngine, type TinyEngine } from "../support/tiny-engine";
import { form, play, startWorld, useWorld } from "./kit";

// A world hashes a dozen passwords, which takes a busy machine its time.
jest.setTimeout(30_000);

let engine: TinyEngine;
const world = useWorld(async (use) => {
  engine = use(await startTinyEngine());
  const world = await startWorld();
  return world;
});

const create = (fields: Record<string, string | Blob>) => form({ EndpointCreationType: "1", ...fields });
const path = "/endpoints";

describe("an environment", () => {
  const refused = (details: string) => ({ message: "Invalid request payload", details });
  play(world, [
    {
      name: "needs a name",
      as: "admin",
      method: "POST",
      path,
      body: create({}),
      status: 400,
      expected: refused("Invalid environment name"),
    },
    { name: "needs a type", as: "admin", method: "POST", path, body: form({ Name: "x" }), status: 400 },
    {
      name: "is no JSON",
      as: "admin",
      method: "POST",
      path,
      body: { Name: "x", EndpointCreationType: 1 },
      status: 400,
      expected: refused("Invalid environment name"),
    },
    {
      name: "has a list of tags",
      as: "admin",
      method: "POST",
      path,
      body: create({ Name: "x", TagIds: "1,2" }),
      status: 400,
      expected: refused("Invalid TagIds parameter"),
    },
    {
      name: "has tags that exist",
      as: "admin",
      method: "POST",
      path,
      body: create({ Name: "x", TagIds: "[7]" }),
      status: 500,
    },
    {
      name: "has a group that exists",
      as: "admin",
      method: "POST",
      path,
      body: create({ Name: "x", GroupID: "7" }),
      status: 500,
      expected: { message: "Unable to find an environment group inside the database" },
    },
    {
      name: "with TLS needs a CA",
      as: "admin",
      method: "POST",
      path,
      body: create({ Name: "x", TLS: "true" }),
      status: 400,
      expected: refused("Invalid CA certificate file. Ensure that the file is uploaded correctly"),
    },
    {
      name: "needs an engine that answers",
      as: "admin",
      method: "POST",
      path,
      body: create({ Name: "x", URL: "tcp://127.0.0.1:1" }),
      status: 500,
      expected: { message: "Unable to initiate communications with environment" },
    },
    {
      name: "is an administrator's to create",
      as: "alice",
      method: "POST",
      path,
      body: create({ Name: "x" }),
      status: 403,
    },
    {
      name: "leaves nothing behind when refused",
      as: "admin",
      method: "GET",
      path,
      status: 200,
      expected: "[]",
    },
    {
      name: "that is edge needs no engine",
      as: "admin",
      method: "POST",
      path,
      body: form({ Name: "edge", EndpointCreationType: "4", URL: "https://portainer.example.com" }),
      status: 200,
      expected: { Type: 4, URL: "portainer.example.com" },
    },
  ]);

  test("comes as multipart, urlencoded or query, and a name is taken once", async () => {
    const fields = { EndpointCreationType: "1", URL: engine.url };
    const send = (name: string, body?: FormData | URLSearchParams, query = "") =>
      world
        .send({ as: "admin", method: "POST", path: path + query, ...(body && { body }) })
        .then(({ status }) => [name, status]);
    expect(await send("form", create({ Name: "form", URL: engine.url }))).toEqual(["form", 200]);
    expect(await send("urlencoded", new URLSearchParams({ Name: "urlencoded", ...fields }))).toEqual([
      "urlencoded",
      200,
    ]);
    expect(await send("query", undefined, `?${new URLSearchParams({ Name: "query", ...fields })}`)).toEqual([
      "query",
      200,
    ]);
    expect(await send("again", create({ Name: "form", URL: engine.url }))).toEqual(["again", 409]);
  });

  test("is created once when two ask at once", async () => {
    const answers = await Promise.all(
      [1, 2].map(() =>
        world.send({ as: "admin", method: "POST", path, body: create({ Name: "twice", URL: engine.url }) }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });
});

describe("access to an environment", () => {
  test("is by user, by team, or by group", async () => {
    const { Id } = await world.admin<{ Id: number }>(
      "POST",
      path,
      create({ Name: "shared", URL: engine.url }),
    );
    const status = async (as: "alice" | "leader") =>
      (await world.send({ as, method: "GET", path: `${path}/${Id}` })).status;
    expect([await status("alice"), await status("leader")]).toEqual([403, 403]);
    await world.admin("PUT", `${path}/${Id}`, { UserAccessPolicies: { "2": { RoleId: 0 } } });
    expect([await status("alice"), await status("leader")]).toEqual([200, 403]);
    await world.admin("PUT", `${path}/${Id}`, {
      UserAccessPolicies: {},
      TeamAccessPolicies: { "1": { RoleId: 0 } },
    });
    expect([await status("alice"), await status("leader")]).toEqual([403, 200]);
    const group = await world.admin<{ Id: number }>("POST", "/endpoint_groups", {
      Name: "east",
      AssociatedEndpoints: [Id],
    });
    await world.admin("PUT", `/endpoint_groups/${group.Id}`, { UserAccessPolicies: { "2": {} } });
    expect(await status("alice")).toBe(200);
    await world.admin("DELETE", `/endpoint_groups/${group.Id}`);
    expect(await status("alice")).toBe(403);
    expect(await world.admin("GET", `${path}/${Id}`)).toMatchObject({ GroupId: 1 });
  });

  test("decides what is listed, and both totals", async () => {
    const answer = await world.send({ as: "leader", method: "GET", path: `${path}?limit=1` });
    expect(await answer.json()).toMatchObject([{ Name: "shared", UserAccessPolicies: null }]);
    expect(answer.headers.get("x-total-count")).toBe("1");
    expect(answer.headers.get("x-total-available")).toBe("1");
  });
});

test("an engine that is away shows at the next snapshot, and comes back", async () => {
  const { Id } = await world.admin<{ Id: number }>("POST", path, create({ Name: "flaky", URL: engine.url }));
  const statusAfterSnapshot = async () => {
    await world.admin("POST", `${path}/${Id}/snapshot`);
    return (await world.admin<{ Status: number }>("GET", `${path}/${Id}`)).Status;
  };
  await world.admin("PUT", `${path}/${Id}`, { URL: "tcp://127.0.0.1:1" });
  expect(await statusAfterSnapshot()).toBe(2);
  await world.admin("PUT", `${path}/${Id}`, { URL: engine.url });
  expect(await statusAfterSnapshot()).toBe(1);
});

describe("TLS", () => {
  let data: string;
  let secure: TinyEngine;
  const pem = makeCertificates();
  const own = useWorld(async (use) => {
    data = await mkdtemp(join(tmpdir(), "endpoint-tls-"));
    const own = await startWorld({ data });
    secure = use(await startTinyEngine({ certificates: await pem, clientAuth: true }));
    return own;
  });
  afterAll(async () => {
    await rm(data, { recursive: true });
  });
  const blob = (text: string) => new Blob([text]);

  test("files are kept for the server's user alone, rotate by upload and update, and go with the environment", async () => {
    const { ca, client } = await pem;
    const { Id, TLSConfig } = await own.admin<{ Id: number; TLSConfig: { TLSKey: string } }>(
      "POST",
      path,
      create({
        Name: "tls",
        URL: secure.url,
        TLS: "true",
        TLSCACertFile: blob(ca),
        TLSCertFile: blob(client.cert),
        TLSKeyFile: blob(client.key),
      }),
    );
    expect(TLSConfig).toMatchObject({
      TLS: true,
      TLSSkipVerify: false,
      TLSKey: join(data, "tls", String(Id), "key.pem"),
    });
    expect(await readFile(TLSConfig.TLSKey, "utf8")).toBe(client.key);
    expect((await stat(TLSConfig.TLSKey)).mode & 0o777).toBe(0o600);
    expect((await stat(join(data, "tls", String(Id)))).mode & 0o777).toBe(0o700);
    expect(await own.admin("GET", `${path}/${Id}/docker/version`)).toBeDefined();
    await own.admin("POST", "/upload/tls/ca", form({ folder: String(Id), file: blob(ca) }));
    await own.admin("PUT", `${path}/${Id}`, { TLS: true, TLSSkipVerify: true, TLSSkipClientVerify: false });
    expect(existsSync(join(data, "tls", String(Id), "ca.pem"))).toBe(false);
    const missing = await own.send({
      as: "admin",
      method: "PUT",
      path: `${path}/${Id}`,
      body: { TLS: true, TLSSkipVerify: false },
    });
    expect(missing.status).toBe(500);
    expect(await missing.json()).toMatchObject({
      message: "Unable to register HTTP proxy for the environment",
    });
    await own.admin("DELETE", `${path}/${Id}`);
    expect(existsSync(join(data, "tls", String(Id)))).toBe(false);
  });

  test("files of a create that fails are gone", async () => {
    const before = await own.send({
      as: "admin",
      method: "POST",
      path,
      body: create({
        Name: "tls2",
        URL: engine.url,
        TLS: "true",
        TLSSkipClientVerify: "true",
        TLSCACertFile: blob((await pem).ca),
      }),
    });
    expect(before.status).toBe(500);
    expect(existsSync(join(data, "tls", "2"))).toBe(false);
  });

  test("environments that are made at once keep their files together where there is no data folder", async () => {
    await using world = await startWorld();
    const { ca, client } = await pem;
    const add = (Name: string) =>
      world.admin(
        "POST",
        path,
        create({
          Name,
          URL: secure.url,
          TLS: "true",
          TLSCACertFile: blob(ca),
          TLSCertFile: blob(client.cert),
          TLSKeyFile: blob(client.key),
        }),
      );
    const made = await Promise.all(["one", "two", "three"].map(add));
    expect(made).toEqual(made.map(() => expect.objectContaining({ Status: 1 })));
  });

  const upload = (folder: string) => form({ folder, file: blob("x") });
  play(own, [
    {
      name: "uploads do not leave their folder",
      as: "admin",
      method: "POST",
      path: "/upload/tls/ca",
      body: upload("../../etc"),
      status: 400,
    },
    {
      name: "uploads take no absolute folder",
      as: "admin",
      method: "POST",
      path: "/upload/tls/ca",
      body: upload("/etc"),
      status: 400,
    },
    {
      name: "uploads are of three kinds",
      as: "admin",
      method: "POST",
      path: "/upload/tls/pem",
      body: upload("1"),
      status: 404,
      expected: "404 page not found\n",
    },
    { name: "uploads of no kind are nobody's", method: "POST", path: "/upload/tls/pem", status: 404 },
    { name: "uploads of no kind are not read either", method: "GET", path: "/upload/tls/pem", status: 404 },
    { name: "uploads are not read", method: "GET", path: "/upload/tls/ca", status: 405 },
    { name: "uploads need a login", method: "POST", path: "/upload/tls/ca", body: form({}), status: 401 },
    ...[form({}), form({ file: blob("x") }), upload(""), "{}", ""].map((body, at) => ({
      name: `uploads need a folder before all (${at})`,
      as: "admin" as const,
      method: "POST",
      path: "/upload/tls/key",
      body,
      status: 400,
      expected: { message: "Invalid query parameter: folder", details: "Missing form data value" },
    })),
    ...[form({ folder: "1" }), form({ folder: "1", file: "text" }), form({ folder: "../../etc" })].map(
      (body, at) => ({
        name: `uploads need a file (${at})`,
        as: "admin" as const,
        method: "POST",
        path: "/upload/tls/cert",
        body,
        status: 400,
        expected: {
          message: "Invalid certificate file. Ensure that the certificate file is uploaded correctly",
          details: "Http: no such file",
        },
      }),
    ),
    {
      name: "uploads are forms of several parts",
      as: "admin",
      method: "POST",
      path: "/upload/tls/ca?folder=1",
      body: new URLSearchParams({ file: "x" }),
      status: 400,
      expected: {
        message: "Invalid certificate file. Ensure that the certificate file is uploaded correctly",
        details: "Request Content-Type isn't multipart/form-data",
      },
    },
    {
      name: "uploads take their folder from the query, and their file from the form alone",
      as: "admin",
      method: "POST",
      path: "/upload/tls/ca?folder=2&file=x",
      body: upload("1"),
      status: 204,
    },
    {
      name: "uploads that are broken have nothing in them",
      as: "admin",
      method: "POST",
      path: "/upload/tls/ca",
      headers: { "content-type": "multipart/form-data; boundary=x" },
      body: "--y",
      status: 400,
      expected: { message: "Invalid query parameter: folder" },
    },
    {
      name: "an environment's form that is broken has nothing in it",
      as: "admin",
      method: "POST",
      path,
      headers: { "content-type": "multipart/form-data; boundary=x" },
      body: "--y",
      status: 400,
      expected: { message: "Invalid request payload", details: "Invalid environment name" },
    },
    {
      name: "uploads are an administrator's",
      as: "alice",
      method: "POST",
      path: "/upload/tls/ca",
      body: upload("1"),
      status: 403,
    },
  ]);
});

describe("an environment by agents", () => {
  const edge = (URL: string, more: Record<string, string> = {}) =>
    form({ Name: `edge ${URL}`, EndpointCreationType: "4", URL, ...more });
  const post = { as: "admin", method: "POST", path } as const;
  play(world, [
    { ...post, name: "needs a server that they can find", body: edge("  "), status: 400 },
    {
      ...post,
      name: "is not for a server that calls itself localhost",
      body: edge("https://localhost:9443"),
      status: 400,
      expected: { message: "Unable to parse host", details: "Cannot use localhost as environment URL" },
    },
    {
      ...post,
      name: "has the interval under its old name too, and no public URL",
      body: edge("https://p.example.com", { CheckinInterval: "7", PublicURL: "x" }),
      status: 200,
      expected: { EdgeCheckinInterval: 7, PublicURL: "", URL: "p.example.com" },
    },
    {
      ...post,
      name: "is asked for an agent even without TLS",
      body: form({ Name: "no agent", EndpointCreationType: "2", URL: "tcp://127.0.0.1:1" }),
      status: 500,
      expected: { message: "Unable to get environment type" },
    },
  ]);
});

describe("a list of environments", () => {
  const own = useWorld(async () => {
    const own = await startWorld();
    const edge = (Name: string) => form({ Name, EndpointCreationType: "4", URL: "https://edge.example.com" });
    await own.admin("POST", path, create({ Name: "zebra", URL: engine.url }));
    await own.admin("POST", path, create({ Name: "ant", URL: engine.url }));
    await own.admin("POST", path, edge("far"));
    await own.admin("POST", "/endpoint_groups", { Name: "Alpha", AssociatedEndpoints: [1] });
    await own.admin("POST", "/endpoint_groups", { Name: "Zulu", AssociatedEndpoints: [3] });
    return own;
  });

  test.each([
    ["agentVersions[]=2.19.0", [1, 2]],
    ["agentVersions[]=", [1, 2, 3]],
    ["edgeAsync=true", [1, 2]],
    ["edgeAsync=false", [1, 2, 3]],
    ["edgeDeviceUntrusted=true", [1, 2]],
    ["edgeCheckInPassedSeconds=60", [1, 2]],
    ["sort=Group", [2, 1, 3]],
    ["sort=Group&order=desc", [3, 1, 2]],
    ["sort=EdgeID", [1, 2, 3]],
    ["start=2&limit=1", [2]],
    ["start=9&limit=1", []],
    ["start=2", [1, 2, 3]],
    ["start=9", [1, 2, 3]],
    ["start=2&limit=0", [1, 2, 3]],
    ["limit=2", [1, 2]],
    ["start=0&limit=1", [1]],
    ["start=-4&limit=1", [1]],
    ["start=1e1&limit=1", [1]],
    ["start=0x2&limit=1", [1]],
    ["start=%2B2&limit=1", [2]],
    ["start=2&start=3&limit=1", [2]],
    ["limit=text", [1, 2, 3]],
    ["limit=1.5", [1, 2, 3]],
    ["order=desc", [1, 2, 3]],
    ["sort=name&order=desc", [1, 2, 3]],
    ["sort=Name", [2, 3, 1]],
    ["sort=Name&order=desc&start=2&limit=2", [3, 2]],
    ["sort=LastCheckIn&order=desc", [1, 2, 3]],
    ["edgeDeviceUntrusted=false", [1, 2, 3]],
    ["edgeDeviceUntrusted=True", [1, 2, 3]],
    ["edgeCheckInPassedSeconds=6e1", [1, 2, 3]],
    ["edgeStackId=text", [1, 2, 3]],
    ["edgeStackId=1e1", [1, 2, 3]],
    ["edgeStackStatus=13", [1, 2, 3]],
    ["name=ant&search=zebra", []],
    ["search=ALPHA&tagIds[]=1", []],
    ["endpointIds[]=1&endpointIds[]=3&excludeIds[]=3", [1]],
    ["types[]=4&status[]=1", []],
    ["types[]=4&status[]=2&search=up", [3]],
  ])("by %s is %j", async (query, ids) => {
    const answer = await own.send({ as: "admin", method: "GET", path: `${path}?${query}` });
    expect(((await answer.json()) as { Id: number }[]).map(({ Id }) => Id)).toEqual(ids);
    expect(answer.headers.get("x-total-available")).toBe("3");
  });

  play(own, [
    {
      name: "by an edge stack fails, as there is none",
      as: "admin",
      method: "GET",
      path: `${path}?edgeStackId=1`,
      status: 500,
      expected: { message: "Unable to filter endpoints" },
    },
    {
      name: "by what is no status of an edge stack is refused",
      as: "admin",
      method: "GET",
      path: `${path}?edgeStackStatus=x`,
      status: 400,
      expected: { details: 'Failed parsing edgeStackStatus: strconv.Atoi: parsing "x": invalid syntax' },
    },
    ...["10", "12", "14", "-1"].map((status) => ({
      name: `by ${status}, which no environment of an edge stack has, is refused`,
      as: "admin" as const,
      method: "GET",
      path: `${path}?edgeStackStatus=${status}`,
      status: 400,
      expected: { message: "Invalid query parameters", details: "Invalid edgeStackStatus parameter" },
    })),
    {
      name: "by several things that are none is refused for the first that Portainer reads",
      as: "admin",
      method: "GET",
      path: `${path}?edgeStackStatus=x&excludeIds[]=x&tagIds[]=x&status[]=x&edgeStackId=1`,
      status: 400,
      expected: { details: 'Unable to parse parameter status: strconv.Atoi: parsing "x": invalid syntax' },
    },
    {
      name: "by a number that is too large is refused",
      as: "admin",
      method: "GET",
      path: `${path}?types[]=99999999999999999999`,
      status: 400,
      expected: {
        details:
          'Unable to parse parameter types: strconv.Atoi: parsing "99999999999999999999": value out of range',
      },
    },
  ]);

  test("is in the order of names as Go's clients have it: digits first, as numbers, then bytes", async () => {
    await using sorted = await startWorld();
    const names = [
      "1",
      "01",
      "-x",
      "A1",
      "a1b",
      "a2",
      "a02",
      "a10",
      "a_",
      "b-1",
      "b1",
      "\u{ff5e}",
      "\u{1f600}",
    ];
    const shuffled = [...names].sort((a, b) => a.length - b.length || (a < b ? 1 : -1));
    for (const Name of shuffled)
      await sorted.admin(
        "POST",
        path,
        form({ Name, EndpointCreationType: "4", URL: "https://edge.example.com" }),
      );
    const answer = await sorted.send({ as: "admin", method: "GET", path: `${path}?sort=Name` });
    const listed = ((await answer.json()) as { Name: string }[]).map(({ Name }) => Name);
    expect(listed).toEqual([
      ...["1", "01", "-x", "A1", "a1b", "a2", "a02", "a10", "a_"],
      ...["b1", "b-1", "\u{ff5e}", "\u{1f600}"],
    ]);
  });

  describe("what belongs to environments", () => {
    const relations = { as: "admin", method: "PUT", path: "/endpoints/relations" } as const;
    const FAILED = { message: "Unable to update environment relations" };
    play(own, [
      {
        ...relations,
        name: "needs an environment",
        body: { Relations: { "99": {} } },
        status: 500,
        expected: FAILED,
      },
      {
        ...relations,
        name: "needs tags that there are",
        body: { Relations: { "1": { Tags: [99] } } },
        status: 500,
        expected: FAILED,
      },
      {
        ...relations,
        name: "names its environment",
        body: { Relations: { "0": {} } },
        status: 400,
        expected: { details: "Invalid request payload: Missing environment identifier" },
      },
      { ...relations, name: "names it by a number", body: { Relations: { x: {} } }, status: 400 },
      { ...relations, name: "stays in its group", body: { Relations: { "1": { Group: 0 } } }, status: 204 },
      {
        name: "stayed in its group",
        as: "admin",
        method: "GET",
        path: "/endpoints/1",
        status: 200,
        expected: { GroupId: 2 },
      },
      {
        name: "has no agent to forget",
        as: "admin",
        method: "DELETE",
        path: "/endpoints/1/association",
        status: 400,
        expected: { message: "Invalid environment type" },
      },
      {
        name: "is asked for by agents with their id",
        method: "POST",
        path: "/endpoints/global-key",
        status: 400,
        expected: { message: "Invalid Edge ID" },
      },
      {
        name: "is no edge agent's",
        method: "POST",
        path: "/endpoints/global-key",
        headers: { "X-PortainerAgent-EdgeID": "x" },
        status: 404,
      },
      {
        name: "keeps what is said of a cluster",
        as: "admin",
        method: "PUT",
        path: "/endpoints/1",
        body: { Kubernetes: { Configuration: { RestrictDefaultNamespace: true } } },
        status: 200,
        expected: { Kubernetes: { Configuration: { RestrictDefaultNamespace: true }, Snapshots: [] } },
      },
    ]);
  });
});
