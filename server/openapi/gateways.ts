import type { Operation } from "./operation";

/** The paths that are passed on to an engine. OpenAPI has no parameters with slashes, so `path` stands for the rest. */
export const GATEWAYS: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  "/endpoints/{id}/docker/{path}": all(
    "docker",
    { by: "live", version: "2.23.0" },
    "Ask an environment's Docker engine",
    "`path` is any path of the Docker Engine API, with its slashes. Lists are filtered and objects decorated by who " +
      "may use them; attach and exec may take the connection over.",
  ),
  "/endpoints/{id}/kubernetes/{path}": all(
    "kubernetes",
    { by: "source", version: "2.23.0" },
    "Ask an environment's Kubernetes cluster",
    "`path` is any path of the Kubernetes API, with its slashes. The cluster knows administrators as the server itself, " +
      "and every standard user by a service account of his own. Exec, attach and port-forward take the connection over.",
  ),
};

function all(
  name: string,
  verified: Operation["x-verified"],
  summary: string,
  description: string,
): Record<string, Operation> {
  const methods = ["get", "head", "post", "put", "delete"];
  return Object.fromEntries(
    methods.map((method) => [
      method,
      {
        operationId: `gateway.${name}.${method}`,
        summary,
        description: `${description} Whoever may use the environment may call it.`,
        tags: ["gateway"],
        parameters: [
          { name: "id", in: "path", required: true, schema: { type: "integer" } },
          { name: "path", in: "path", required: true, schema: { type: "string" } },
        ],
        responses: { default: { description: "What the engine answers" } },
        security: [{ apiKey: [] }, { token: [] }, { session: [] }],
        "x-access": "authenticated",
        "x-verified": verified,
      },
    ]),
  );
}
