import type { Client, ServiceError } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

export type Properties = Record<string, unknown>;

/** The object exists, but what the program says is not done: Pulumi keeps it, with the reasons. */
export class PartialFailure extends Error {
  override readonly name = "PartialFailure";
  readonly id: string;
  readonly outputs: Properties;
  readonly reasons: readonly string[];

  constructor(failed: ErrorResourceInitFailed) {
    super(failed.getReasonsList().join("; "));
    this.id = failed.getId();
    this.outputs = (failed.getProperties()?.toJavaScript() ?? {}) as Properties;
    this.reasons = failed.getReasonsList();
  }
}

/** Values as Pulumi's wire carries them. What JSON does not have is left out, as the SDK does. */
export function struct(properties: Properties): Struct {
  const carried = JSON.parse(JSON.stringify(properties)) as Record<string, JavaScriptValue>;
  return Struct.fromJavaScript(carried);
}

/** Calls a method of a gRPC service; its error comes as {@link PartialFailure} or with the message alone. */
export function call<Answer>(client: Client, method: string, request: unknown): Promise<Answer> {
  const methods = client as unknown as Record<string, Unary<Answer>>;
  return new Promise((resolve, reject) => {
    methods[method]?.call(client, request, (error, answer) => {
      if (error) reject(readError(error));
      else resolve(answer);
    });
  });
}

type Unary<Answer> = (
  request: unknown,
  done: (error: ServiceError | null, answer: Answer) => void,
) => unknown;

function readError(error: ServiceError): Error {
  const [details] = error.metadata.get("grpc-status-details-bin");
  if (!(details instanceof Buffer)) return new Error(error.details);
  const [any] = Status.deserializeBinary(details).getDetailsList();
  return new PartialFailure(
    ErrorResourceInitFailed.deserializeBinary(any?.getValue_asU8() ?? new Uint8Array()),
  );
}
