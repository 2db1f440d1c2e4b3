import type { Authenticator } from "../auth/authenticate";
import { HttpError } from "../http-error";
import type { ApiRequest, Router } from "./router";

const STACK_TYPES: Record<string, string> = { "1": "swarm", "2": "standalone", "3": "kubernetes" };

/** Accepts the creation paths of Portainer up to 2.18, which have type and method in the query. */
export function acceptOldPaths(router: Router, authenticator: Authenticator): void {
  const forward = (request: ApiRequest, path: string) => router.serve({ ...request, path });
  router.add("POST", "/stacks", async (request) => {
    await authenticator.identify(request);
    const method = request.query.get("method");
    if (!method) throw missing("method. Valid values are: file or string");
    const type = STACK_TYPES[request.query.get("type") ?? ""];
    if (!type) throw missing("type");
    return forward(request, `/stacks/create/${type}/${encodeURIComponent(method)}`);
  });
  router.add("POST", "/custom_templates", (request) => {
    const method = request.query.get("method");
    if (!method) throw missing("method");
    return forward(request, `/custom_templates/create/${encodeURIComponent(method)}`);
  });
}

const missing = (parameter: string): HttpError =>
  new HttpError(400, `Invalid query parameter: ${parameter}`, "Missing query parameter");
