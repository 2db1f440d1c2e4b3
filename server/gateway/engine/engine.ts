import { type ClientRequest, request } from "node:http";
import type { GatewayEnvironment } from "../host";
import { type Address, addressOf } from "./address";
import { Connections, connect } from "./connections";
import { Identity } from "./identity";

export interface EngineRequest {
  readonly method: string | undefined;
  readonly path: string;
  /** Names and values in turn, framing included. */
  readonly headers: readonly string[];
}

/** The engine of one environment, with its connections. */
export class Engine {
  readonly address: Address;
  private readonly environment: GatewayEnvironment;
  private readonly agent: Connections;
  private readonly identity = new Identity(this);

  constructor(environment: GatewayEnvironment) {
    this.environment = structuredClone(environment);
    this.address = addressOf(environment);
    this.agent = new Connections(this.address);
  }

  /** Whether it can still be used for the environment as it is stored now. */
  isFor({ url, tls, headers }: GatewayEnvironment): boolean {
    const own = this.environment;
    return (
      own.url === url &&
      own.tls?.ca === tls?.ca &&
      own.tls?.cert === tls?.cert &&
      own.tls?.key === tls?.key &&
      own.tls?.skipVerify === tls?.skipVerify &&
      own.headers?.join() === headers?.join()
    );
  }

  /** Starts a request on a kept connection. */
  request(what: EngineRequest): ClientRequest {
    return request({ ...this.options(what), agent: this.agent });
  }

  /** Starts a request on a connection of its own, for one that will be taken over. */
  requestOnce(what: EngineRequest): ClientRequest {
    return request({ ...this.options(what), createConnection: () => connect(this.address) });
  }

  /** The id that is part of its volumes' ids. */
  id(): Promise<string> {
    return this.identity.get();
  }

  close(): void {
    this.agent.destroy();
  }

  private options({ method, path, headers }: EngineRequest) {
    const own = ["Host", this.address.host, ...(this.environment.headers ?? [])];
    return { method, path, headers: [...own, ...headers], setDefaultHeaders: false };
  }
}
