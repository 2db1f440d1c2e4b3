import { createRequire } from "node:module";
import { setTimeout as delay } from "node:timers/promises";
import { ProviderError } from "./errors";

/** The Pulumi engine that started this process: it shows the provider's messages, and it may exit first. */
interface PulumiEngine {
  /**
   * Shows a message on a resource's line.
   *
   * @param ephemeral whether the message disappears when the resource is done.
   */
  log(severity: "info" | "warning", message: string, urn: string, ephemeral: boolean): void;
  /** Calls back once when the connection to Pulumi, once established, is lost. */
  onGone(listener: () => void): void;
}

/** For tests, which run without Pulumi: shows nothing and never goes away. */
const noPulumiEngine: PulumiEngine = { log: () => undefined, onGone: () => undefined };

/** The longest timer, 24 days. The channel must not go idle by itself: we take idle for the end of Pulumi. */
const NEVER_MS = 2 ** 31 - 1;

/**
 * Connects to Pulumi with the libraries of `@pulumi/pulumi`, which started this process. They are resolved from that
 * package and loaded only here: the provider itself imports nothing of Pulumi.
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
 * The end of the provider's process. Pulumi starts a process for one phase of a command. At the second Ctrl-C it
 * interrupts the process, which then has five seconds left. When Pulumi itself is killed, nobody stops the process: it
 * must exit by itself, before its next step.
 */
const stopping = new AbortController();
const running = new Set<Promise<unknown>>();
let engine: PulumiEngine | undefined;

const INTERRUPTED = "the update was interrupted; nothing further was started";
const ORPHANED = "the Pulumi engine has gone away; nothing further was started";

/** How long interrupted work may take to roll back, in milliseconds. */
const GRACE_MS = { interrupted: 4_000, orphaned: 1_000 };

/** Aborts when the process is about to end. */
export const stopSignal: AbortSignal = stopping.signal;

/** The Pulumi engine that started this process; a stand-in outside of the dynamic-provider process. */
export function pulumiEngine(): PulumiEngine {
  engine ??= startHost();
  return engine;
}

/** Registers work that the process waits for before it exits, up to a limit. */
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
  process.once("SIGINT", () => void end(INTERRUPTED, GRACE_MS.interrupted));
  connected.onGone(() => void end(ORPHANED, GRACE_MS.orphaned));
  return connected;
}

let attached: string | undefined;

/** Names the engine of this process, where its command line does not: that of the plugin. */
export function attach(address: string): void {
  attached = address;
}

/**
 * The address of Pulumi's engine. Pulumi runs dynamic providers by `node …/@pulumi/pulumi/cmd/dynamic-provider [flags]
 * HOST:PORT`.
 */
export function engineAddress(): string | undefined {
  const [, script = "", ...args] = process.argv;
  if (attached !== undefined || !script.includes("dynamic-provider")) return attached;
  return args.find((arg) => /^[\w.-]+:\d+$/.test(arg));
}

/** Stops what runs, at the user's request: what was begun is rolled back or noted as unfinished. */
export function interrupt(): void {
  stopping.abort(new ProviderError(INTERRUPTED));
}

async function end(reason: string, graceMs: number): Promise<never> {
  stopping.abort(new ProviderError(reason));
  await Promise.race([Promise.allSettled(running), delay(graceMs)]);
  process.exit(1);
}
