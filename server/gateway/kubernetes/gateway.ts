import type { IncomingMessage } from "node:http";
import type { Engine, Engines } from "../engine/engine";
import { isAgent, isKubernetes, requireType } from "../environment-type";
import type { Reply } from "../failure";
import type { GatewayEnvironment, GatewayHost } from "../host";
import { hijack, type Takeover } from "../relay/hijack";
import { OutgoingRequest } from "../relay/outgoing-request";
import { stream } from "../relay/respond";
import { send } from "../relay/send";
import { type Behind, clusterPath } from "../target";

/** The protocols of exec, attach and port-forward. Clients also offer HTTP/2 on ordinary requests. */
const STREAMS = /^(?:websocket|spdy\/3\.1)$/i;

/** Passes requests on to clusters: `/api/endpoints/{id}/kubernetes/*`. The cluster decides what a user may do. */
export function createKubernetesGateway(host: GatewayHost, engines: Engines) {
  async function admit(target: Behind, endpointId: number) {
    const path = clusterPath(target);
    const { caller, environment } = await host.authorize(target.asked, endpointId);
    requireType(environment, isKubernetes);
    const engine: Engine = engines.of(environment);
    const token = await host.kubernetesToken(caller, environment);
    const prefix = isAgent(environment.type) ? "/kubernetes" : "";
    return { environment, engine, path: prefix + path, credentials: header(environment, token) };
  }

  return {
    /** Answers a request. Throws an `HttpError`. */
    async answer(request: IncomingMessage, reply: Reply, target: Behind, endpointId: number): Promise<void> {
      const { environment, engine, path, credentials } = await admit(target, endpointId);
      const outgoing = new OutgoingRequest(request);
      outgoing.setHeader(...credentials);
      const upstream = await send(engine, path, outgoing, reply.response);
      stayBehind(upstream, endpointId);
      if (changesAccess(request, path)) host.kubernetesAccessChanged(endpointId);
      const more = isAgent(environment.type) ? ["X-Portainer-Cache", "true"] : [];
      await stream(upstream, { ...reply, headers: [...reply.headers, ...more] });
    },

    takesOver: ({ headers }: IncomingMessage): boolean => STREAMS.test(headers.upgrade ?? ""),

    async upgrade(takeover: Takeover, target: Behind, endpointId: number): Promise<void> {
      const { engine, path, credentials } = await admit(target, endpointId);
      await hijack(engine, path, takeover, credentials);
    },
  };
}

/** The cluster stores who may use which namespace. */
const ACCESS_POLICIES = /\/api\/v1\/namespaces\/portainer\/configmaps(?:\/portainer-config)?(?:\?|$)/;

const changesAccess = ({ method }: IncomingMessage, path: string): boolean =>
  method !== "GET" && method !== "HEAD" && ACCESS_POLICIES.test(path);

/** The headers that carry the caller's token to a cluster, or to the agent in it. */
function header({ type }: GatewayEnvironment, token: string): [name: string, value: string] {
  return isAgent(type) ? ["X-PortainerAgent-SA-Token", token] : ["Authorization", `Bearer ${token}`];
}

/** Rewrites a redirection to another path of the cluster, so that it leads through this server. */
function stayBehind({ rawHeaders }: IncomingMessage, endpointId: number): void {
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]?.toLowerCase() === "location" && /^\/(?!\/)/.test(rawHeaders[at + 1] ?? ""))
      rawHeaders[at + 1] = `/api/endpoints/${endpointId}/kubernetes${rawHeaders[at + 1]}`;
}
