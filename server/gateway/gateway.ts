import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { HttpError } from "../http-error";
import type { Engines } from "./engine/engine";
import { isDocker, requireType } from "./environment-type";
import { type Reply, sendFailure } from "./failure";
import type { GatewayEnvironment, GatewayHost } from "./host";
import { createKubernetesGateway } from "./kubernetes/gateway";
import { type AgentInfo, type DockerSnapshot, pingAgent, probe } from "./probe";
import { hijack, type Takeover, writeFailure } from "./relay/hijack";
import { OutgoingRequest } from "./relay/outgoing-request";
import { rewrite, stream } from "./relay/respond";
import { send } from "./relay/send";
import { enforce } from "./rules/policy";
import type { EngineCall } from "./rules/rule";
import { matcherOf } from "./rules/rule";
import { RULES } from "./rules/table";
import {
  type Behind,
  engineTarget,
  type GatewayTarget,
  gatewayTarget,
  segmentsIn,
  type Terminal,
} from "./target";
import type { createTerminals } from "./terminal/gateway";

export type Gateway = ReturnType<typeof createGateway>;
type Terminals = ReturnType<typeof createTerminals>;

/** The plane of the server that passes requests on to Docker engines: `/api/endpoints/{id}/docker/*`. */
export function createGateway(host: GatewayHost, engines: Engines) {
  /** Node's server closes only connections that it still knows as HTTP. */
  const takenOver = new Set<Duplex>();
  const match = matcherOf(RULES);
  const kubernetes = createKubernetesGateway(host, engines);
  let knownTerminals: Terminals | undefined;
  /** Loaded for the first terminal: WebSockets and TLS cost a server that has none 3 MB. */
  const terminals = (): Terminals => {
    knownTerminals ??= (require("./terminal/gateway") as typeof import("./terminal/gateway")).createTerminals(
      host,
      engines,
    );
    return knownTerminals;
  };

  /** Finds out what a request is about and whether its caller may ask it. */
  async function admit(request: IncomingMessage, behind: Behind, endpointId: number) {
    const target = engineTarget(behind);
    const { caller, environment } = await host.authorize(behind.asked, endpointId);
    requireType(environment, isDocker);
    const { rule, id = "" } = match(request.method, target.segments) ?? {};
    const call: EngineCall = {
      host,
      caller,
      environment,
      engine: engines.of(environment),
      request,
      target,
      id,
    };
    await enforce(rule?.for, call);
    return { call, rule };
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
    const outgoing = new OutgoingRequest(request);
    for (const step of rule?.request ?? []) await step(call, outgoing);
    if (rule?.answer) outgoing.setHeader("Accept-Encoding", "identity");
    const upstream = await send(call.engine, call.target.path, outgoing, reply.response);
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
      await takeOver(takeover.connection, () => terminals().connect(takeover, target));
    },

    /** Says what is wrong with a request for a terminal that is no WebSocket. Never throws. */
    async refuseTerminal(reply: Reply, target: Terminal): Promise<void> {
      try {
        await terminals().refuse(target);
      } catch (error) {
        sendFailure(reply, error);
      }
    },

    /** Asks an environment's agent what it is. Throws the reason if there is none. */
    pingAgent: (environment: GatewayEnvironment, signal: AbortSignal): Promise<AgentInfo> =>
      engines.once(environment, (engine) => pingAgent(engine, signal)),

    /** Looks at an environment's engine. Throws the reason if it cannot be reached; leaves no connection open. */
    probe: (environment: GatewayEnvironment, signal?: AbortSignal): Promise<DockerSnapshot> =>
      engines.once(environment, (engine) => probe(engine, signal)),

    /** Drops the connections of an environment that was changed or deleted. */
    forget: (endpointId: number): void => engines.forget(endpointId),

    async close(): Promise<void> {
      engines.close();
      for (const connection of takenOver) connection.destroy();
    },
  };
}
