import { type Route, type Routes, successStatus } from "../../contract";
import { requireAccess } from "../auth/access";
import type { Authenticator, Identity } from "../auth/authenticate";
import type { LoginLimiter } from "../auth/limiter";
import { HttpError } from "../http-error";
import type { Store } from "../store/store";
import type { Content, Handler, Handlers, ResponseOptions } from "./call";
import { decode } from "./decode";
import { jsonOf } from "./json";
import { paramsReader } from "./params";
import type { ApiRequest, ApiResponse, Router } from "./router";

/** What guards the routes. */
export interface Gate {
  readonly store: Store;
  readonly authenticator: Authenticator;
  readonly limiter: LoginLimiter;
}

/** Serves the routes of an entity: access first, then the login limiter and the settings, then the handler. */
export function mount<Rs extends Routes>(
  router: Router,
  gate: Gate,
  routes: Rs,
  handlers: Handlers<Rs>,
): void {
  for (const [name, route] of Object.entries(routes)) {
    const handler = handlers[name] as Handler<Route>;
    const paramsOf = paramsReader(route.path);
    router.add(route.method, pathOf(route), async (request, parameters) => {
      const identity = await admit(gate, route, request);
      const call = await decode(route, request, paramsOf(parameters), identity);
      return answer(route, call.reply, await handler(call));
    });
  }
}

function pathOf({ path, choices = {} }: Route): string {
  return path.replace(/:(\w+)/g, (parameter, name: string) => {
    const values = choices[name]?.map((value) => `^${value}$`).join("|");
    return values === undefined ? parameter : `${parameter}(${values})`;
  });
}

/** Throws unless the caller may use the route. */
async function admit(
  { store, authenticator, limiter }: Gate,
  { access, limited, feature }: Route,
  request: ApiRequest,
): Promise<Identity | undefined> {
  const identity = access === "public" ? undefined : await authenticator.identify(request);
  if (identity) requireAccess(access, identity.caller);
  if (limited && !(await limiter.admits(request.incoming.socket.remoteAddress ?? "")))
    throw new HttpError(403, "Access denied", "Access denied to resource");
  if (feature === "edgeCompute" && !store.settings.get(1)?.EnableEdgeComputeFeatures)
    throw new HttpError(503, "Edge compute features are disabled");
  return identity;
}

function answer(
  route: Route,
  { headers, status = successStatus(route) }: ResponseOptions,
  result: unknown,
): ApiResponse {
  if (result === undefined) return { status, headers };
  const { type, body } = route.bytes
    ? (result as Content)
    : { type: "application/json", body: jsonOf(result) };
  headers["Content-Type"] = type;
  return { status, headers, body };
}
