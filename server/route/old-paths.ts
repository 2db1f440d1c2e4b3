import type { Authenticator } from "../auth/authenticate";
import { HttpError } from "../http-error";
import type { ApiRequest, Router } from "./router";

const STACK_TYPES: Record<string, string> = { "1": "swarm", "2": "standalone", "3": "kubernetes" };

/** Servers up to 2.18 had the kind of a creation in the query, where later ones have it in the path. */
export function acceptOldPaths(router: Router, authenticator: Authenticator): void {
  const forward = (question: ApiRequest, path: string) => router.serve({ ...question, path });
  router.add("POST", "/stacks", async (question) => {
    await authenticator.identify(question);
    const method = question.query.get("method");
    if (!method) throw missing("method. Valid values are: file or string");
    const type = STACK_TYPES[question.query.get("type") ?? ""];
    if (!type) throw missing("type");
    return forward(question, `/stacks/create/${type}/${encodeURIComponent(method)}`);
  });
  router.add("POST", "/custom_templates", (question) => {
    const method = question.query.get("method");
    if (!method) throw missing("method");
    return forward(question, `/custom_templates/create/${encodeURIComponent(method)}`);
  });
}

const missing = (parameter: string): HttpError =>
  new HttpError(400, `Invalid query parameter: ${parameter}`, "Missing query parameter");
