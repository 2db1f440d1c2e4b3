import { type Route, type Routes, successStatus } from "../../contract";
import { requireAccess } from "../auth/access";
import type { Authenticator, Identity } from "../auth/authenticate";
import type { LoginLimiter } from "../auth/limiter";
import { HttpError } from "../http-error";
import type { Call, Content, Handler, Handlers, Reply } from "./call";
import { decodeForm } from "./decode-form";
import { check, decodeJson } from "./decode-json";
import { readParams } from "./params";
import { readBody } from "./read-body";
import type { Answer, Question, Router } from "./router";

/** Who guards the routes. */
export interface Gate {
  readonly authenticator: Authenticator;
  readonly limiter: LoginLimiter;
}

/** Serves the routes of an entity: access first, then the login limiter, then the handler. */
export function mount<Rs extends Routes>(
  router: Router,
  gate: Gate,
  routes: Rs,
  handlers: Handlers<Rs>,
): void {
  for (const [name, route] of Object.entries(routes)) {
    const handler = handlers[name] as Handler<Route>;
    router.add(route.method, route.path, async (question, parameters) => {
      const identity = await admit(gate, route, question);
      const reply: Reply = { headers: {} };
      const call = await decode(route, question, parameters, identity, reply);
      return answer(route, reply, await handler(call));
    });
  }
}

/** Throws unless the caller may use the route. */
async function admit(
  { authenticator, limiter }: Gate,
  { access, limited }: Route,
  question: Question,
): Promise<Identity | undefined> {
  const identity = access === "public" ? undefined : await authenticator.identify(question);
  if (identity) requireAccess(access, identity.caller);
  if (limited && !(await limiter.admits(question.incoming.socket.remoteAddress ?? "")))
    throw new HttpError(403, "Access denied", "Access denied to resource");
  return identity;
}

async function decode(
  route: Route,
  { query: search, headers, incoming }: Question,
  parameters: Readonly<Record<string, string>>,
  identity: Identity | undefined,
  reply: Reply,
): Promise<Call<Route>> {
  const body = route.body || route.form ? await readBody(incoming, route.largest) : Buffer.alloc(0);
  const form = route.form ? await decodeForm(headers["content-type"] ?? "", body, search) : {};
  const call = {
    params: readParams(route.path, parameters),
    get query() {
      return route.query && check(route.query, readQuery(search));
    },
    get body() {
      return route.body && decodeJson(route.body, body.toString());
    },
    get form() {
      return route.form && check(route.form, form);
    },
    caller: identity?.caller,
    credential: identity?.credential,
    headers,
    search,
    reply,
  };
  return call as Call<Route>;
}

/** Values by name, the first of each; names that end in `[]` have them all. */
function readQuery(search: URLSearchParams): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(search.keys()))
    query[name] = name.endsWith("[]") ? search.getAll(name) : (search.get(name) ?? "");
  return query;
}

function answer(route: Route, { headers, status = successStatus(route) }: Reply, result: unknown): Answer {
  if (result === undefined) return { status, headers };
  const { type, body } = route.bytes
    ? (result as Content)
    : { type: "application/json", body: JSON.stringify(result) };
  return { status, headers: { ...headers, "Content-Type": type }, body };
}
