import type { z } from "zod";
import { type Access, isFormFile, type Route, successStatus } from "../../contract";
import { RECORDED } from "./recorded";
import { type JsonSchema, SCHEMAS, type Schemas } from "./schema";

/** An operation in OpenAPI. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: Content & { readonly required: boolean };
  readonly responses: Readonly<Record<string, Content & { readonly description: string }>>;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly "x-access": Access;
  /** How the declaration was verified, and the recorded conversations that use it. */
  readonly "x-verified": { readonly by: string; readonly version?: string; readonly recordings?: string[] };
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly required: boolean;
  readonly schema: JsonSchema;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}

const WHO: Record<Access, string> = {
  public: "Anybody may call it.",
  authenticated: "Whoever is logged in may call it.",
  restricted: "Whoever is logged in may call it, and gets what is theirs.",
  teamLeader: "Administrators and leaders of a team may call it.",
  administrator: "Administrators may call it.",
};
const ageOf = ({ since, until }: Route): string[] => [
  ...(since ? [`Portainer has it since ${since}.`] : []),
  ...(until ? [`Portainer had it until ${until}.`] : []),
];
const LIMITED = "It counts against the limit on logins: ten at once, then one a second.";
const LOGIN = [{ apiKey: [] }, { token: [] }, { session: [] }];

/** `names`: what the path's parameters are called in the document. */
export function operationOf(
  entity: string,
  name: string,
  route: Route,
  names: readonly string[],
  schemas: Schemas,
): Operation {
  const operationId = `${entity}.${name}`;
  return {
    operationId,
    summary: route.summary,
    description: [WHO[route.access], ...(route.limited ? [LIMITED] : []), ...ageOf(route)].join(" "),
    tags: [entity],
    parameters: [...pathParameters(route, names), ...queryParameters(route, schemas)],
    ...requestOf(route, schemas),
    responses: { ...successOf(route, schemas), ...failuresOf(route) },
    security: route.access === "public" ? [] : LOGIN,
    "x-access": route.access,
    "x-verified": verificationOf(route, operationId),
  };
}

/** Whether a path parameter is a number: so the server reads those that are named like ids. */
const isId = (name: string): boolean => name === "id" || name.endsWith("Id");

function pathParameters({ path }: Route, names: readonly string[]): Parameter[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, own = ""], at) => ({
    name: names[at] ?? own,
    in: "path",
    required: true,
    schema: { type: isId(own) ? "integer" : "string" },
  }));
}

function queryParameters({ query }: Route, schemas: Schemas): Parameter[] {
  if (!query) return [];
  const { properties = {}, required = [] } = schemas.of(query);
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema,
  }));
}

function requestOf({ body, form, upload }: Route, schemas: Schemas): Pick<Operation, "requestBody"> {
  if (body) return { requestBody: { required: true, content: json(schemas.of(body)) } };
  if (upload) return { requestBody: { required: true, content: { [upload]: { schema: {} } } } };
  if (!form) return {};
  const schema = schemas.of(form);
  const asText = hasFiles(form) ? {} : { "application/x-www-form-urlencoded": { schema } };
  return { requestBody: { required: true, content: { "multipart/form-data": { schema }, ...asText } } };
}

const hasFiles = (form: z.ZodObject): boolean =>
  Object.values(form.shape).some((field) => isFormFile(field) || isFormFile(field._zod.def["innerType"]));

function successOf(route: Route, schemas: Schemas): Operation["responses"] {
  const content = route.response
    ? { content: json(schemas.of(route.response)) }
    : route.bytes
      ? { content: { "*/*": { schema: {} } } }
      : {};
  return { [successStatus(route)]: { description: "Done", ...content } };
}

const REASONS = {
  400: "The request is malformed.",
  401: "Nobody is logged in, or the token is not valid.",
  403: "The caller may not do this.",
  404: "There is no such object.",
  413: "The body is too large.",
  503: "The settings do not enable this.",
};

/** Those that follow from what the route takes, and those that it declares, which may say more of the former. */
function failuresOf(route: Route): Operation["responses"] {
  const { access, path, query, body, form, limited, feature } = route;
  const takesBody = body !== undefined || form !== undefined;
  const takesId = path.includes(":");
  const follows = {
    400: takesBody || takesId || query !== undefined,
    401: access !== "public",
    403: access !== "public" || limited === true,
    404: takesId,
    413: takesBody,
    503: feature !== undefined,
  };
  const reasons = Object.fromEntries(
    Object.entries(REASONS).filter(([status]) => follows[Number(status) as keyof typeof follows]),
  );
  const error = json({ $ref: `${SCHEMAS}ErrorBody` });
  return Object.fromEntries(
    Object.entries({ ...reasons, ...route.fails }).map(([status, description = ""]) => [
      status,
      { description, content: error },
    ]),
  );
}

function verificationOf({ verified }: Route, operationId: string): Operation["x-verified"] {
  if (typeof verified !== "object") return { by: verified || "nothing" };
  const recordings = RECORDED[operationId]?.split(" ");
  return { ...verified, ...(recordings && { recordings }) };
}

const json = (schema: JsonSchema) => ({ "application/json": { schema } });
