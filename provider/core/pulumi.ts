import { createRequire } from "node:module";
import { setTimeout as delay } from "node:timers/promises";
import { ProviderError } from "./errors";

/** The Pulumi engine that runs this provider: it shows what the provider says, and it may go away. */
interface PulumiEngine {
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
const noPulumiEngine: PulumiEngine = { log: () => undefined, onGone: () => undefined };

/** The longest time a timer takes, 24 days: the channel must not go idle by itself, since idle means gone. */
const NEVER_MS = 2 ** 31 - 1;

/**
 * Connects to the engine by the libraries of `@pulumi/pulumi`, which has started this process. They are looked up
 * from there and only now: the provider itself imports nothing of Pulumi.
 */
function connectPulumiEngine(address: string): PulumiEngine {
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

/**
 * The process that a provider lives in. Pulumi starts it for one phase of a command, interrupts it at the second
 * Ctrl-C with five seconds left, and leaves it alone when Pulumi itself is killed: then it must end by itself,
 * before its next step.
 */
const stopping = new AbortController();
const running = new Set<Promise<unknown>>();
let engine: PulumiEngine | undefined;

/** How long work that was interrupted may take to put things back, in milliseconds. */
const GRACE_MS = { interrupted: 4_000, orphaned: 1_000 };

/** Aborts when the process is about to end. */
export const stopSignal: AbortSignal = stopping.signal;

/** The engine that started this process. Outside the dynamic-provider process there is none. */
export function pulumiEngine(): PulumiEngine {
  engine ??= startHost();
  return engine;
}

/** Lets the process wait for this work, within limits, before it ends. */
export async function track<T>(work: Promise<T>): Promise<T> {
  running.add(work);
  try {
    return await work;
  } finally {
    running.delete(work);
  }
}

function startHost(): PulumiEngine {
  const address = engineAddress();
  if (address === undefined) return noPulumiEngine;
  const connected = connectPulumiEngine(address);
  process.once("SIGINT", () => void end("the update was interrupted", GRACE_MS.interrupted));
  connected.onGone(() => void end("the Pulumi engine has gone away", GRACE_MS.orphaned));
  return connected;
}

/** `node …/@pulumi/pulumi/cmd/dynamic-provider [flags] HOST:PORT` is how Pulumi starts the process. */
export function engineAddress(): string | undefined {
  const [, script = "", ...args] = process.argv;
  return script.includes("dynamic-provider") ? args.find((arg) => /^[\w.-]+:\d+$/.test(arg)) : undefined;
}

async function end(reason: string, graceMs: number): Promise<never> {
  stopping.abort(new ProviderError(`${reason}; nothing further was started`));
  await Promise.race([Promise.allSettled(running), delay(graceMs)]);
  process.exit(1);
}
