import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { Target } from "../http/target";
import { HttpError } from "../http-error";
import { type AgentInfo, pingAgent } from "./agent";
import type { Call } from "./call";
import { Engine } from "./engine/engine";
import { Engines } from "./engine/engines";
import { isAgent, isDocker, isKubernetes, requireType } from "./environment-type";
import { sendFailure } from "./failure";
import type { GatewayEnvironment, GatewayHost } from "./host";
import { createKubernetesGateway } from "./kubernetes/gateway";
import { connectPod, connectPodByAgent } from "./kubernetes/pod-terminal";
import { isKubernetesPath } from "./kubernetes/target";
import { type DockerSnapshot, probe } from "./probe";
import { Draft } from "./relay/draft";
import { hijack, type Takeover } from "./relay/hijack";
import { writeFailure } from "./relay/raw-answer";
import { rewrite, stream } from "./relay/respond";
import { send } from "./relay/send";
import { parseTarget, segmentsIn } from "./relay/target";
import { container } from "./rules/kind";
import { matcherOf } from "./rules/match";
import { enforce } from "./rules/policy";
import { RULES } from "./rules/table";
import { checkOrigin } from "./terminal/origin";
import { isTerminal, type Pod, parseTerminal } from "./terminal/query";
import { connectByAgent, connectTerminal } from "./terminal/stream";

/** What Portainer says here of an environment that is not there. */
function asOfAStack(cause: unknown): never {
  if (!(cause instanceof HttpError) || cause.status !== 404) throw cause;
  const message = "Unable to find the environment associated to the stack inside the database";
  throw new HttpError(404, message, cause.details, { cause });
}

export type Gateway = ReturnType<typeof createGateway>;

/** The plane of the server that passes requests on to Docker engines: `/api/endpoints/{id}/docker/*`. */
export function createGateway(host: GatewayHost) {
  const engines = new Engines();
  /** Node's server closes only connections that it still knows as HTTP. */
  const takenOver = new Set<Duplex>();
  const match = matcherOf(RULES);
  const kubernetes = createKubernetesGateway(host, engines);

  /** Finds out what a request is about and whether its caller may ask it. */
  async function admit(request: IncomingMessage, endpointId: number) {
    const target = parseTarget(request.url ?? "");
    const { caller, environment } = await host.authorize(
      { headers: request.headers, query: new Target(request).query },
      endpointId,
    );
    requireType(environment, isDocker);
    const { rule, id = "" } = match(request.method, target.segments) ?? {};
    const call: Call = { host, caller, environment, engine: engines.of(environment), request, target, id };
    await enforce(rule?.for, call);
    return { call, rule };
  }

  /** The same for a browser's terminal. */
  async function admitTerminal(request: IncomingMessage) {
    const { headers } = request;
    const asked = new Target(request);
    await host.authenticate({ headers, query: asked.query });
    const query = parseTerminal(asked);
    checkOrigin(headers);
    const { caller, environment } = await host
      .authorize({ headers, query: asked.query }, query.endpointId)
      .catch(asOfAStack);
    const isForDocker = query.kind === "exec" || query.kind === "attach";
    requireType(environment, isForDocker ? isDocker : isKubernetes);
    const engine = engines.of(environment);
    if (query.kind === "attach")
      await enforce(container, { host, caller, environment, engine, id: query.id });
    return { caller, environment, engine, query };
  }

  async function connectBrowser(takeover: Takeover): Promise<void> {
    const { caller, environment, engine, query } = await admitTerminal(takeover.request);
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
  }

  /** Keeps hold of a connection that Node's server no longer knows, and answers whatever goes wrong on it. */
  async function takeOver(connection: Duplex, work: () => Promise<void>): Promise<void> {
    takenOver.add(connection);
    connection.once("close", () => takenOver.delete(connection));
    connection.on("error", () => connection.destroy());
    try {
      await work();
    } catch (error) {
      writeFailure(connection, error);
    }
  }

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    endpointId: number,
  ): Promise<void> {
    const { call, rule } = await admit(request, endpointId);
    const draft = new Draft(request);
    for (const step of rule?.request ?? []) await step(call, draft);
    if (rule?.answer) draft.setHeader("Accept-Encoding", "identity");
    const upstream = await send(call.engine, call.target.path, draft, response);
    if (rule?.answer?.to.includes(upstream.statusCode ?? 0)) {
      await rewrite(call, rule.answer, upstream, response);
    } else await stream(upstream, response);
  }

  return {
    /** Answers a request. Never throws: whatever goes wrong is answered too. */
    async handle(request: IncomingMessage, response: ServerResponse, endpointId: number): Promise<void> {
      try {
        const isForCluster = isKubernetesPath(request.url ?? "");
        await (isForCluster ? kubernetes.answer : answer)(request, response, endpointId);
      } catch (error) {
        sendFailure(response, error);
      }
    },

    /**
     * Whether a request with an `Upgrade` header really is for `upgrade`: clients also offer HTTP/2 with ordinary
     * ones. For Node's `shouldUpgradeCallback`.
     */
    takesOver(request: IncomingMessage): boolean {
      if (isKubernetesPath(request.url ?? "")) return kubernetes.takesOver(request);
      const segments = segmentsIn(request.url ?? "");
      return segments !== undefined && match(request.method, segments)?.rule.takeover === true;
    },

    /** Answers a request to take the connection over, as `docker attach` and `exec` make it. Never throws. */
    async upgrade(
      request: IncomingMessage,
      connection: Duplex,
      head: Buffer,
      endpointId: number,
    ): Promise<void> {
      await takeOver(connection, async () => {
        if (isKubernetesPath(request.url ?? ""))
          return kubernetes.upgrade(request, connection, head, endpointId);
        const { call, rule } = await admit(request, endpointId);
        if (!rule?.takeover) throw new HttpError(400, "This path does not upgrade");
        await hijack(call.engine, call.target.path, { request, connection, head });
      });
    },

    /** Connects a browser's terminal: a WebSocket of which `isTerminal`. Never throws. */
    async terminal(request: IncomingMessage, connection: Duplex, head: Buffer): Promise<void> {
      await takeOver(connection, () => connectBrowser({ request, connection, head }));
    },

    /** Says what is wrong with a request for a terminal that is no WebSocket. Never throws. */
    async refuseTerminal(request: IncomingMessage, response: ServerResponse): Promise<void> {
      try {
        await admitTerminal(request);
        throw new HttpError(400, "Bad request", "This path is for WebSockets");
      } catch (error) {
        sendFailure(response, error);
      }
    },

    /** Asks an environment's agent what it is. Throws the reason if there is none. */
    async pingAgent(environment: GatewayEnvironment, signal: AbortSignal): Promise<AgentInfo> {
      const engine = new Engine(environment);
      try {
        return await pingAgent(engine, signal);
      } finally {
        engine.close();
      }
    },

    /** Looks at an environment's engine. Throws the reason if it cannot be reached; leaves no connection open. */
    async probe(environment: GatewayEnvironment, signal?: AbortSignal): Promise<DockerSnapshot> {
      const engine = new Engine(environment);
      try {
        return await probe(engine, signal);
      } finally {
        engine.close();
      }
    },

    isTerminal,

    /** Drops the connections of an environment that was changed or deleted. */
    forget: (endpointId: number): void => engines.forget(endpointId),

    async close(): Promise<void> {
      engines.close();
      for (const connection of takenOver) connection.destroy();
    },
  };
}
