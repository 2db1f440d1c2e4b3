import { API_KEY_HEADER, ErrorBody, type Routes, SESSION_COOKIE } from "../../contract";
import { GATEWAYS } from "./gateways";
import { type Operation, operationOf } from "./operation";
import { type JsonSchema, Schemas } from "./schema";

export type ApiDocument = {
  readonly openapi: "3.1.1";
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes: typeof SECURITY_SCHEMES;
  };
};

const DESCRIPTION = `What clients of Portainer ask of a server.

Errors are \`{ "message", "details" }\`. A server without an administrator closes five minutes after its start: all but
\`/status\` and \`/settings/public\` is then answered with 303. An API key and an \`Authorization\` header together are
refused with 403. Keys of JSON bodies are read in any case, forms as multipart, urlencoded or query.

\`x-access\` says who may call an operation. \`x-verified\` says how its declaration was verified: *live* was seen on a
real Portainer of that version, in the recorded conversations that are named; *source* was read in its source; *ours*
is no operation of Portainer.`;

const SECURITY_SCHEMES = {
  apiKey: {
    type: "apiKey",
    in: "header",
    name: API_KEY_HEADER,
    description: "A key of `POST /users/{id}/tokens`.",
  },
  token: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "A token of `POST /auth`, valid for eight hours unless the settings say otherwise.",
  },
  session: {
    type: "apiKey",
    in: "cookie",
    name: SESSION_COOKIE,
    description:
      "The same token as a cookie. What changes something then needs the header `X-CSRF-Token` too.",
  },
} as const;

/** Describes the API plane and the paths of the gateways in OpenAPI 3.1. */
export function describeApi(contract: Readonly<Record<string, Routes>>, version: string): ApiDocument {
  const schemas = new Schemas();
  const paths = new Map<string, Record<string, Operation>>();
  for (const [entity, routes] of Object.entries(contract))
    for (const [name, route] of Object.entries(routes)) {
      const { template, names } = templateOf(route.path, paths.keys());
      const operation = operationOf(entity, name, route, names, schemas);
      paths.set(template, { ...paths.get(template), [route.method.toLowerCase()]: operation });
    }
  schemas.of(ErrorBody);
  return {
    openapi: "3.1.1",
    info: { title: "Portainer-compatible API", version, description: DESCRIPTION },
    servers: [{ url: "/api" }],
    tags: [...Object.keys(contract), "gateway"].map((name) => ({ name })),
    paths: { ...Object.fromEntries(paths), ...GATEWAYS },
    components: { schemas: schemas.components, securitySchemes: SECURITY_SCHEMES },
  };
}

/** A path in OpenAPI's syntax, in which paths that differ only in parameter names are the same. */
function templateOf(path: string, known: Iterable<string>): { template: string; names: string[] } {
  const own = path.replaceAll(/:(\w+)/g, "{$1}");
  const shape = (template: string) => template.replaceAll(/\{\w+\}/g, "{}");
  const template = [...known].find((it) => shape(it) === shape(own)) ?? own;
  return { template, names: [...template.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name) };
}
