import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
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
import { type DockerSnapshot, probe } from "./probe";
import { Draft } from "./relay/draft";
import { hijack, type Takeover } from "./relay/hijack";
import { writeFailure } from "./relay/raw-answer";
import { type Reply, rewrite, stream } from "./relay/respond";
import { send } from "./relay/send";
import { container } from "./rules/kind";
import { matcherOf } from "./rules/match";
import { enforce } from "./rules/policy";
import { RULES } from "./rules/table";
import {
  type Behind,
  engineTarget,
  type GatewayTarget,
  gatewayTarget,
  segmentsIn,
  type Terminal,
} from "./target";
import { checkOrigin } from "./terminal/origin";
import { type Pod, parseTerminal } from "./terminal/query";
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
  async function admit(request: IncomingMessage, behind: Behind, endpointId: number) {
    const target = engineTarget(behind);
    const { caller, environment } = await host.authorize(behind.asked, endpointId);
    requireType(environment, isDocker);
    const { rule, id = "" } = match(request.method, target.segments) ?? {};
    const call: Call = { host, caller, environment, engine: engines.of(environment), request, target, id };
    await enforce(rule?.for, call);
    return { call, rule };
  }

  /** The same for a browser's terminal. */
  async function admitTerminal(terminal: Terminal) {
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

  async function connectBrowser(takeover: Takeover, terminal: Terminal): Promise<void> {
    const { caller, environment, engine, query } = await admitTerminal(terminal);
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
    reply: Reply,
    target: Behind,
    endpointId: number,
  ): Promise<void> {
    const { call, rule } = await admit(request, target, endpointId);
    const draft = new Draft(request);
    for (const step of rule?.request ?? []) await step(call, draft);
    if (rule?.answer) draft.setHeader("Accept-Encoding", "identity");
    const upstream = await send(call.engine, call.target.path, draft, reply.response);
    if (rule?.answer?.to.includes(upstream.statusCode ?? 0)) {
      await rewrite(call, rule.answer, upstream, reply);
    } else await stream(upstream, reply);
  }

  return {
    /** What a request asks this plane for, if anything. */
    find: gatewayTarget,

    /** Answers a request. Never throws: whatever goes wrong is answered too. */
    async handle(request: IncomingMessage, reply: Reply, target: Behind, endpointId: number): Promise<void> {
      try {
        await (target.to === "docker" ? answer : kubernetes.answer)(request, reply, target, endpointId);
      } catch (error) {
        sendFailure(reply, error);
      }
    },

    /**
     * Whether a request with an `Upgrade` header really is for `upgrade`: clients also offer HTTP/2 with ordinary
     * ones. For Node's `shouldUpgradeCallback`.
     */
    takesOver(request: IncomingMessage, target: GatewayTarget): boolean {
      if (target.to === "terminal") return true;
      if (target.to === "kubernetes") return kubernetes.takesOver(request);
      const segments = segmentsIn(target);
      return segments !== undefined && match(request.method, segments)?.rule.takeover === true;
    },

    /** Answers a request to take the connection over, as `docker attach` and `exec` make it. Never throws. */
    async upgrade(takeover: Takeover, target: Behind, endpointId: number): Promise<void> {
      await takeOver(takeover.connection, async () => {
        if (target.to === "kubernetes") return kubernetes.upgrade(takeover, target, endpointId);
        const { call, rule } = await admit(takeover.request, target, endpointId);
        if (!rule?.takeover) throw new HttpError(400, "This path does not upgrade");
        await hijack(call.engine, call.target.path, takeover);
      });
    },

    /** Connects a browser's terminal. Never throws. */
    async terminal(takeover: Takeover, target: Terminal): Promise<void> {
      await takeOver(takeover.connection, () => connectBrowser(takeover, target));
    },

    /** Says what is wrong with a request for a terminal that is no WebSocket. Never throws. */
    async refuseTerminal(reply: Reply, target: Terminal): Promise<void> {
      try {
        await admitTerminal(target);
        throw new HttpError(400, "Bad request", "This path is for WebSockets");
      } catch (error) {
        sendFailure(reply, error);
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

    /** Drops the connections of an environment that was changed or deleted. */
    forget: (endpointId: number): void => engines.forget(endpointId),

    async close(): Promise<void> {
      engines.close();
      for (const connection of takenOver) connection.destroy();
    },
  };
}
