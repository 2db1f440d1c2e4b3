import type { IncomingMessage } from "node:http";
import type { Caller } from "../auth/caller";
import type { Engine } from "./engine/engine";
import type { GatewayEnvironment, GatewayHost } from "./host";
import type { EngineTarget } from "./target";

/** Whom a request is from and which object of which engine it is about. */
export interface Subject {
  readonly host: GatewayHost;
  readonly caller: Caller;
  readonly environment: GatewayEnvironment;
  readonly engine: Engine;
  /** The part of the path that a rule's `:id` stands for. */
  readonly id: string;
}

/** One request that a caller wants to send to an engine, as the rules see it. */
export interface Call extends Subject {
  readonly request: IncomingMessage;
  readonly target: EngineTarget;
}
