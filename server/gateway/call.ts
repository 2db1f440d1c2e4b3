import type { IncomingMessage } from "node:http";
import type { Caller } from "../auth/caller";
import type { Engine } from "./engine/engine";
import type { GatewayEnvironment, GatewayHost } from "./host";
import type { Target } from "./relay/target";

/** One request that a caller may send to an engine, as the rules see it. */
export interface Call {
  readonly host: GatewayHost;
  readonly caller: Caller;
  readonly environment: GatewayEnvironment;
  readonly engine: Engine;
  readonly request: IncomingMessage;
  readonly target: Target;
  /** The part of the path that a rule's `:id` stands for. */
  readonly id: string;
}
