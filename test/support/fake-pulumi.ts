import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { type LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

/** Something that a provider said on a resource's line. */
export interface Message {
  readonly severity: "info" | "warning" | "error";
  readonly text: string;
  readonly urn: string;
  readonly ephemeral: boolean;
}

/** The engine's side that a provider talks to: it takes note of messages, and can die. Use with `await using`. */
export interface FakePulumi extends AsyncDisposable {
  /** For the plugin's command line. */
  readonly address: string;
  readonly messages: readonly Message[];
  /** Forgets the messages. */
  forget(): void;
  /** Ends at once, as a killed engine does. */
  die(): void;
}

const SEVERITY: Readonly<Record<number, Message["severity"]>> = {
  [LogSeverity.INFO]: "info",
  [LogSeverity.WARNING]: "warning",
};

export async function startFakePulumi(): Promise<FakePulumi> {
  const messages: Message[] = [];
  const server = new Server();
  server.addService(EngineService, {
    log({ request }: ServerUnaryCall<LogRequest, Empty>, answer: sendUnaryData<Empty>) {
      messages.push({
        severity: SEVERITY[request.getSeverity()] ?? "error",
        text: request.getMessage(),
        urn: request.getUrn(),
        ephemeral: request.getEphemeral(),
      });
      answer(null, new Empty());
    },
  } as never);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    address: `127.0.0.1:${port}`,
    messages,
    forget: () => void messages.splice(0),
    die: () => server.forceShutdown(),
    async [Symbol.asyncDispose]() {
      server.forceShutdown();
    },
  };
}
