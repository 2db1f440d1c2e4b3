import { beforeAll, expect, test } from "@jest/globals";
import { contract, type Route, successStatus } from "../../contract";
import { startServer } from "../../server";

interface Operation {
  operationId: string;
  parameters: { name: string; in: string }[];
  requestBody?: { content: Record<string, { schema: Record<string, unknown> }> };
  responses: Record<string, unknown>;
  security: Record<string, unknown>[];
  "x-access": string;
  "x-verified": { by: string; recordings?: string[] };
}

interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown>; securitySchemes: Record<string, unknown> };
}

let text: string;
let document: Document;
let operations: { path: string; method: string; it: Operation }[];
beforeAll(async () => {
  await using server = await startServer();
  text = await (await fetch(`${server.url}/api/openapi.json`)).text();
  document = JSON.parse(text) as Document;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, it]) => ({ path, method, it })),
  );
});

const routes = Object.entries(contract).flatMap(([entity, own]) =>
  Object.entries(own).map(([name, route]): [string, Route] => [`${entity}.${name}`, route]),
);

const find = (id: string) => operations.find(({ it }) => it.operationId === id)?.it;

test.each(routes)("describes %s as the contract has it", (id, route) => {
  const it = find(id);
  expect(it).toBeDefined();
  expect(it?.["x-access"]).toBe(route.access);
  expect(it?.security.length === 0).toBe(route.access === "public");
  const statuses = Object.keys(it?.responses ?? {}).map(Number);
  expect(statuses).toContain(successStatus(route));
  for (const status of Object.keys(route.fails ?? {})) expect(statuses).toContain(Number(status));
  expect(statuses.includes(401)).toBe(route.access !== "public");
  expect(it?.requestBody !== undefined).toBe((route.body ?? route.form) !== undefined);
  const fields = Object.keys(route.form?.shape ?? {});
  expect(
    Object.keys(it?.requestBody?.content["multipart/form-data"]?.schema["properties"] ?? {}).sort(),
  ).toEqual(fields.sort());
});

test("is sound: references lead somewhere, names are unique, paths and their parameters fit", () => {
  expect(document.openapi).toMatch(/^3\.1\./);
  for (const [, reference = ""] of text.matchAll(/"\$ref":"([^"]+)"/g))
    expect(Object.keys(document.components.schemas)).toContain(
      reference.replace("#/components/schemas/", ""),
    );
  const ids = operations.map(({ it }) => it.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  const shapes = Object.keys(document.paths).map((path) => path.replaceAll(/\{\w+\}/g, "{}"));
  expect(new Set(shapes).size).toBe(shapes.length);
  for (const { path, it } of operations) {
    const inPath = it.parameters.filter(({ in: where }) => where === "path").map(({ name }) => name);
    expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    for (const scheme of it.security.flatMap(Object.keys))
      expect(document.components.securitySchemes).toHaveProperty(scheme);
  }
});

test("says what goes over the wire", () => {
  expect(find("endpoints.create")?.requestBody?.content["multipart/form-data"]?.schema).toMatchObject({
    required: ["Name", "EndpointCreationType"],
    properties: { TLSCACertFile: { contentMediaType: "application/octet-stream" } },
  });
  expect(find("users.create")?.requestBody?.content).toMatchObject({
    "application/json": {
      schema: { required: ["Username", "Role"], properties: { Role: { enum: [1, 2] } } },
    },
  });
  expect(find("endpoints.list")?.responses["200"]).toMatchObject({
    content: { "application/json": { schema: { items: { $ref: "#/components/schemas/Endpoint" } } } },
  });
});

test("names the recordings that verified an operation", () => {
  expect(find("tags.delete")?.["x-verified"]).toMatchObject({
    by: "live",
    recordings: expect.arrayContaining(["tags-crud"]),
  });
  expect(find("apiDocs.page")?.["x-verified"]).toEqual({ by: "ours" });
});

test("the page runs nothing that is not its own", async () => {
  await using server = await startServer();
  const answer = await fetch(`${server.url}/api/docs`);
  expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
  const policy = answer.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain("unsafe");
  expect(await answer.text()).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
});
