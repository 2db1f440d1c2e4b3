import type { HttpBindings } from "@hono/node-server";
import type { Context, Hono } from "hono";
import type { Authenticator } from "../auth/authenticate";
import { HttpError } from "../http-error";
import type { Api } from "./mount";

type Env = { Bindings: HttpBindings };

const STACK_TYPES: Record<string, string> = { "1": "swarm", "2": "standalone", "3": "kubernetes" };

/** Servers up to 2.18 had the kind of a creation in the query, where later ones have it in the path. */
export function acceptOldPaths(app: Hono<Env>, api: Api, authenticator: Authenticator): void {
  const forward = (c: Context<Env>, path: string) => {
    const url = new URL(c.req.url);
    url.pathname = `/api${path}`;
    // The body is read off the connection, which goes along.
    return app.fetch(new Request(url, { method: c.req.method, headers: c.req.raw.headers }), c.env);
  };
  api.post("/stacks", async (c) => {
    await authenticator.identify({ headers: c.env.incoming.headers, url: new URL(c.req.url) });
    const method = c.req.query("method");
    if (!method) throw missing("method. Valid values are: file or string");
    const type = STACK_TYPES[c.req.query("type") ?? ""];
    if (!type) throw missing("type");
    return forward(c, `/stacks/create/${type}/${encodeURIComponent(method)}`);
  });
  api.post("/custom_templates", (c) => {
    const method = c.req.query("method");
    if (!method) throw missing("method");
    return forward(c, `/custom_templates/create/${encodeURIComponent(method)}`);
  });
}

const missing = (parameter: string): HttpError =>
  new HttpError(400, `Invalid query parameter: ${parameter}`, "Missing query parameter");
