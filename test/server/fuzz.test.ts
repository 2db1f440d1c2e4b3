import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import * as fc from "fast-check";
import { contract, type Route } from "../../contract";
import { type RunningServer, startServer } from "../../server";
import { describeApi } from "../../server/openapi/document";
import { type FakeDocker, installFakeDocker } from "../support/fake-docker";
import { hostile, hostileSegment, MALFORMED, type Schema } from "../support/hostile";
import { startTinyEngine, type TinyEngine } from "../support/tiny-engine";
import { form, startWorld } from "./kit";

jest.setTimeout(180_000);

/** The same attempts at every run; another number makes others: `FUZZ_SEED=7 npm test -- test/server/fuzz.test.ts`. */
const SEED = Number(process.env["FUZZ_SEED"] ?? 1);
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 12);

let engine: TinyEngine;
let docker: FakeDocker;
/** A server with two of everything, to be put back for each operation. */
let backup: Blob;
let headers: Record<"admin" | "alice", Record<string, string>>;
beforeAll(async () => {
  docker = await installFakeDocker();
  engine = await startTinyEngine();
  await using world = await startWorld();
  const { admin } = world;
  await admin("PUT", "/settings", { EnableEdgeComputeFeatures: true });
  for (const Name of ["one", "two"]) {
    await admin("POST", "/endpoints", form({ Name, EndpointCreationType: "1", URL: engine.url }));
    await admin("POST", "/tags", { Name });
    await admin("POST", "/endpoint_groups", { Name });
    await admin("POST", "/edge_groups", { Name, Dynamic: Name === "two", TagIDs: [1] });
    await admin("POST", "/registries", { Name, Type: 3, URL: `${Name}.example.com` });
    await admin("POST", "/resource_controls", { ResourceID: Name, Type: 1, Public: true });
    await admin("POST", "/stacks/create/standalone/string?endpointId=1", {
      Name,
      StackFileContent: "services: {}",
    });
    await admin("POST", "/webhooks", { ResourceID: Name, EndpointID: 1, WebhookType: 1 });
    const template = { Title: Name, Description: "d", Platform: 1, Type: 2, FileContent: "services: {}" };
    await admin("POST", "/custom_templates/create/string", template);
  }
  for (const id of [1, 2]) await admin("PUT", `/endpoints/${id}`, { UserAccessPolicies: { "2": {} } });
  headers = { admin: world.headers("key:admin"), alice: world.headers("key:alice") };
  const answer = await world.send({ as: "admin", method: "POST", path: "/backup", body: {} });
  backup = await answer.blob();
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await docker[Symbol.asyncDispose]();
});

async function startRestored(): Promise<RunningServer> {
  const server = await startServer({ loginLimit: false });
  const { status } = await fetch(`${server.url}/api/restore`, {
    method: "POST",
    body: form({ file: backup }),
  });
  expect(status).toBe(204);
  return server;
}

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

const operations = Object.entries(describeApi(contract, "0").paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([, { tags }]) => !tags.includes("gateway"))
    .map(([method, it]) => [it.operationId, method.toUpperCase(), path, it as Operation] as const),
);

const routeOf = (id: string): Route | undefined => {
  const [entity = "", name = ""] = id.split(".");
  return (contract as unknown as Record<string, Record<string, Route>>)[entity]?.[name];
};

interface Attempt {
  readonly path: string;
  readonly body?: string | Uint8Array<ArrayBuffer> | FormData | URLSearchParams;
}

function attemptsAt(path: string, { parameters, requestBody }: Operation): fc.Arbitrary<Attempt> {
  const own = parameters.filter((it) => it.in === "path");
  const segments = fc.tuple(...own.map(({ schema }) => hostileSegment(schema.type === "integer")));
  const query = fc.record(
    Object.fromEntries(
      parameters.filter((it) => it.in === "query").map((it) => [it.name, hostile(it.schema, it.name)]),
    ),
    { requiredKeys: [] },
  );
  return fc.tuple(segments, query, bodies(requestBody)).map(([values, parts, body]) => {
    const filled = own.reduce(
      (text, { name }, at) => text.replace(`{${name}}`, () => values[at] ?? ""),
      path,
    );
    const search = new URLSearchParams(
      Object.entries(parts).flatMap(([name, value]) =>
        [value].flat().map((one) => [name, text(one)] as [string, string]),
      ),
    );
    return { path: `${filled}?${search}`, ...(body !== undefined && { body }) };
  });
}

function bodies(request: Operation["requestBody"]): fc.Arbitrary<Attempt["body"]> {
  const json = request?.content["application/json"];
  const malformed = fc.constantFrom(...(MALFORMED as Attempt["body"][]));
  if (json)
    return fc.oneof(
      { weight: 5, arbitrary: hostile(json.schema).map((value) => JSON.stringify(value) ?? "") },
      { weight: 1, arbitrary: malformed },
    );
  const fields = request?.content["multipart/form-data"];
  if (!fields) return fc.constant(undefined);
  const values = hostile(fields.schema).map((value) => Object.entries(Object(value)));
  return fc.oneof(
    { weight: 4, arbitrary: values.map((list) => form(Object.fromEntries(list.map(field)))) },
    {
      weight: 2,
      arbitrary: values.map(
        (list) => new URLSearchParams(list.map(([name, value]) => [name, text(value)] as [string, string])),
      ),
    },
    { weight: 1, arbitrary: malformed },
  );
}

const field = ([name, value]: [string, unknown]): [string, string | Blob] =>
  /file/i.test(name) ? [name, new Blob([text(value)])] : [name, text(value)];

/** As it can be sent at all: a URL and a form have no halves of characters. */
const text = (value: unknown): string =>
  (typeof value === "string" ? value : (JSON.stringify(value) ?? "")).toWellFormed();

describe.each(["admin", "alice"] as const)("as %s", (as) => {
  test.each(operations)("%s answers nonsense as its description says", async (id, method, path, it) => {
    const route = routeOf(id);
    await using server = await startRestored();
    const send = (where: string, init: RequestInit = {}) =>
      fetch(`${server.url}/api${where}`, { headers: headers[as], redirect: "manual", ...init });
    const property = fc.asyncProperty(attemptsAt(path, it), async (attempt) => {
      const { body } = attempt;
      const answer = await send(attempt.path, { method, ...(body !== undefined && { body }) });
      const content = await answer.text();
      const { status } = answer;
      if (status >= 500)
        expect([content, Object.keys(it.responses)]).toEqual([
          content,
          expect.arrayContaining([`${status}`]),
        ]);
      expect(content).not.toContain("Internal server error");
      expect(answer.headers.has("x-injected")).toBe(false);
      if (answer.ok && route?.response && content !== "")
        expect(route.response.safeParse(JSON.parse(content)).error).toBeUndefined();
    });
    await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true });
    expect((await send("/status")).status).toBe(200);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });
});
