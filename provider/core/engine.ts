import { createRequire } from "node:module";

/** The Pulumi engine that runs this provider: it shows what the provider says, and it may go away. */
export interface Engine {
  /**
   * Says something on a resource's line.
   *
   * @param ephemeral shown while the resource is being worked on, and then gone.
   */
  log(severity: "info" | "warning", message: string, urn: string, ephemeral: boolean): void;
  /** Calls back once when the engine, having been there, is there no more. */
  onGone(listener: () => void): void;
}

/** Without an engine (in tests) nothing is shown and nothing goes away. */
export const noEngine: Engine = { log: () => undefined, onGone: () => undefined };

/** The longest time a timer takes, 24 days: the channel must not go idle by itself, since idle means gone. */
const NEVER_MS = 2 ** 31 - 1;

/**
 * Connects to the engine by the libraries of `@pulumi/pulumi`, which has started this process. They are looked up
 * from there and only now: the provider itself imports nothing of Pulumi.
 */
export function connectEngine(address: string): Engine {
  const pulumi = createRequire(require.resolve("@pulumi/pulumi/package.json"));
  const grpc = pulumi("@grpc/grpc-js") as typeof import("@grpc/grpc-js");
  const { EngineClient } = pulumi(
    "./proto/engine_grpc_pb.js",
  ) as typeof import("@pulumi/pulumi/proto/engine_grpc_pb");
  const messages = pulumi("./proto/engine_pb.js") as typeof import("@pulumi/pulumi/proto/engine_pb");
  const client = new EngineClient(address, grpc.credentials.createInsecure(), {
    "grpc.client_idle_timeout_ms": NEVER_MS,
  });

  return {
    log(severity, message, urn, ephemeral) {
      const request = new messages.LogRequest();
      request.setSeverity(severity === "info" ? messages.LogSeverity.INFO : messages.LogSeverity.WARNING);
      request.setMessage(message);
      request.setUrn(urn);
      request.setEphemeral(ephemeral);
      client.log(request, () => undefined);
    },

    onGone(listener) {
      const channel = client.getChannel();
      let wasReady = false;
      const watch = (): void => {
        const state = channel.getConnectivityState(true);
        if (state === grpc.connectivityState.READY) wasReady = true;
        else if (wasReady) {
          listener();
          return;
        }
        channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, watch);
      };
      watch();
    },
  };
}
