import type { HttpBindings } from "@hono/node-server";
import type { Context, Hono } from "hono";
import type { Api } from "./mount";

type Env = { Bindings: HttpBindings };

const STACK_TYPES: Record<string, string> = { "1": "swarm", "2": "standalone", "3": "kubernetes" };

/** Servers up to 2.18 had the kind of a creation in the query, where later ones have it in the path. */
export function acceptOldPaths(app: Hono<Env>, api: Api): void {
  const forward = (c: Context<Env>, path: string) => {
    const url = new URL(c.req.url);
    url.pathname = `/api${path}`;
    // The body is read off the connection, which goes along.
    return app.fetch(new Request(url, { method: c.req.method, headers: c.req.raw.headers }), c.env);
  };
  api.post("/stacks", (c) => {
    const type = STACK_TYPES[c.req.query("type") ?? ""] ?? "unknown";
    return forward(c, `/stacks/create/${type}/${encodeURIComponent(c.req.query("method") ?? "unknown")}`);
  });
  api.post("/custom_templates", (c) =>
    forward(c, `/custom_templates/create/${encodeURIComponent(c.req.query("method") ?? "unknown")}`),
  );
}
