import type { HttpBindings } from "@hono/node-server";
import type { Context, Hono } from "hono";
import { type Route, type Routes, successStatus } from "../../contract";
import { requireAccess } from "../auth/access";
import type { Authenticator, Identity } from "../auth/authenticate";
import type { LoginLimiter } from "../auth/limiter";
import { HttpError } from "../http-error";
import type { Call, Handler, Handlers, Reply } from "./call";
import { decodeForm } from "./decode-form";
import { check, decodeJson } from "./decode-json";
import { readParams } from "./params";
import { readBody } from "./read-body";

export type Api = Hono<{ Bindings: HttpBindings }>;
type Ctx = Context<{ Bindings: HttpBindings }>;

/** Who guards the routes. */
export interface Gate {
  readonly authenticator: Authenticator;
  readonly limiter: LoginLimiter;
}

/** Serves the routes of an entity: access first, then the login limiter, then the handler. */
export function mount<Rs extends Routes>(api: Api, gate: Gate, routes: Rs, handlers: Handlers<Rs>): void {
  // What is registered first wins: `/users/me` has to come before `/users/:id`.
  const byParameters = Object.entries(routes).sort(([, a], [, b]) => parameters(a) - parameters(b));
  for (const [name, route] of byParameters)
    api.on(route.method, route.path, (c) => serve(c, gate, route, handlers[name] as Handler<Route>));
}

const parameters = ({ path }: Route): number => path.split("/:").length;

/** Paths that are served, but not by this method. To be called when every route is mounted. */
export function refuseOtherMethods(api: Api, routes: Iterable<Route>): void {
  for (const { path } of routes) api.all(path, () => new Response(null, { status: 405 }));
}

async function serve(c: Ctx, gate: Gate, route: Route, handler: Handler<Route>): Promise<Response> {
  // Hono serves a HEAD request with the GET handler; Portainer's own routes do not know HEAD.
  if (c.req.method !== route.method) return new Response(null, { status: 405 });
  const url = new URL(c.req.url);
  const { headers } = c.env.incoming;
  const identity =
    route.access === "public" ? undefined : await gate.authenticator.identify({ headers, url });
  if (identity) requireAccess(route.access, identity.caller);
  if (route.limited && !(await gate.limiter.admits(c.env.incoming.socket.remoteAddress ?? "")))
    throw new HttpError(403, "Access denied", "Access denied to resource");
  const reply: Reply = { headers: new Headers() };
  const call = await decode(c, route, url, identity, reply);
  return answer(route, reply, await handler(call));
}

async function decode(
  c: Ctx,
  route: Route,
  url: URL,
  identity: Identity | undefined,
  reply: Reply,
): Promise<Call<Route>> {
  const { incoming } = c.env;
  const body = route.body || route.form ? await readBody(incoming, route.largest) : Buffer.alloc(0);
  const form = route.form ? await decodeForm(incoming.headers["content-type"] ?? "", body, url) : {};
  const call = {
    params: readParams(route.path, c.req.param() as Record<string, string>),
    get query() {
      return route.query && check(route.query, readQuery(url));
    },
    get body() {
      return route.body && decodeJson(route.body, body.toString());
    },
    get form() {
      return route.form && check(route.form, form);
    },
    caller: identity?.caller,
    credential: identity?.credential,
    url,
    headers: incoming.headers,
    reply,
  };
  return call as Call<Route>;
}

/** Values by name, the first of each; names that end in `[]` have them all. */
function readQuery({ searchParams }: URL): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(searchParams.keys()))
    query[name] = name.endsWith("[]") ? searchParams.getAll(name) : (searchParams.get(name) ?? "");
  return query;
}

function answer(route: Route, { headers, status = successStatus(route) }: Reply, result: unknown): Response {
  if (result instanceof Response) return result;
  if (result === undefined) return new Response(null, { status, headers });
  headers.set("content-type", "application/json");
  return new Response(JSON.stringify(result), { status, headers });
}
