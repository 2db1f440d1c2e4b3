import { HttpError } from "../../http-error";
import type { Engines } from "../engine/engine";
import { isAgent, isDocker, isKubernetes, requireType } from "../environment-type";
import type { GatewayHost } from "../host";
import { connectPod, connectPodByAgent } from "../kubernetes/pod-terminal";
import type { Takeover } from "../relay/hijack";
import { container } from "../rules/kind";
import { enforce } from "../rules/policy";
import type { Terminal } from "../target";
import { checkOrigin, type Pod, parseTerminal } from "./query";
import { connectByAgent, connectTerminal } from "./stream";

/** Terminals in a browser, by a WebSocket: `/api/websocket/*`. */
export function createTerminals(host: GatewayHost, engines: Engines) {
  /** Finds out what a terminal is to be connected with and whether its caller may use that. */
  async function admit(terminal: Terminal) {
    const { asked } = terminal;
    await host.authenticate(asked);
    const query = parseTerminal(terminal);
    checkOrigin(asked.headers);
    const { caller, environment } = await host.authorize(asked, query.endpointId).catch(asOfAStack);
    const isForDocker = query.kind === "exec" || query.kind === "attach";
    requireType(environment, isForDocker ? isDocker : isKubernetes);
    const engine = engines.of(environment);
    if (query.kind === "attach")
      await enforce(container, { host, caller, environment, engine, id: query.id });
    return { caller, environment, engine, query };
  }

  return {
    /** Throws an `HttpError` while nothing is connected. */
    async connect(takeover: Takeover, terminal: Terminal): Promise<void> {
      const { caller, environment, engine, query } = await admit(terminal);
      const isByAgent = isAgent(environment.type);
      if (query.kind === "exec" || query.kind === "attach")
        return (isByAgent ? connectByAgent : connectTerminal)(engine, query, takeover);
      const inPod = async (pod: Pod) => {
        const token = await host.kubernetesToken(caller, environment);
        if (isByAgent) return connectPodByAgent(engine, query.endpointId, pod, token, takeover);
        return connectPod(engine, pod, token, takeover);
      };
      if (query.kind === "pod") return inPod(query);
      const shell = await host.startShell(caller, environment);
      takeover.connection.once("close", () => void shell.remove());
      if (takeover.connection.destroyed) return shell.remove();
      await inPod(shell);
    },

    /** Throws what is wrong with a request for a terminal that is no WebSocket. */
    async refuse(terminal: Terminal): Promise<never> {
      await admit(terminal);
      throw new HttpError(400, "Bad request", "This path is for WebSockets");
    },
  };
}

/** What Portainer says here of an environment that is not there. */
function asOfAStack(cause: unknown): never {
  if (!(cause instanceof HttpError) || cause.status !== 404) throw cause;
  const message = "Unable to find the environment associated to the stack inside the database";
  throw new HttpError(404, message, cause.details, { cause });
}
