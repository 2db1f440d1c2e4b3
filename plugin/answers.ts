import type { Status as GrpcStatus } from "@pulumi/pulumi/proto/status_pb";
import { markSecrets, type Properties } from "../provider/core/properties";
import { type Difference, PartialFailure } from "../provider/core/steps";
import type { Failure } from "../provider/core/validate";
import type { DiffKind } from "./detailed-diff";
import * as pulumi from "./pulumi";
import { sent } from "./values";

const { messages } = pulumi;

/**
 * The properties of a resource for Pulumi, secrets marked.
 *
 * @param holder what identifies the state entry, where that is not its URN.
 */
export function stored(properties: Properties, secrets: readonly string[], holder?: string) {
  return sent(markSecrets({ ...properties, ...(holder !== undefined && { __holder: holder }) }, secrets));
}

export const checkFailures = (failures: readonly Failure[]) =>
  failures.map(({ property, reason }) => new messages.CheckFailure().setProperty(property).setReason(reason));

const { Kind } = messages.PropertyDiff;
const KINDS = {
  add: [Kind.ADD, Kind.ADD_REPLACE],
  delete: [Kind.DELETE, Kind.DELETE_REPLACE],
  update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
} as const;

/** @param paths what differs inside the changed properties. */
export function diffResponse(
  { changed, replaces, deleteBeforeReplace }: Difference,
  paths: ReadonlyMap<string, DiffKind>,
) {
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  const response = new messages.DiffResponse()
    .setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setDiffsList([...changed])
    .setReplacesList([...replaces])
    .setDeletebeforereplace(deleteBeforeReplace)
    .setHasdetaileddiff(true);
  for (const [path, kind] of paths) {
    const [update, replace] = KINDS[kind];
    const isReplaced = replaces.some((key) => /^[^.[]+/.exec(path)?.[0] === key);
    response
      .getDetaileddiffMap()
      .set(path, new messages.PropertyDiff().setKind(isReplaced ? replace : update).setInputdiff(true));
  }
  return response;
}

/** An error as gRPC carries it. */
export interface Refusal {
  readonly code: number;
  readonly details: string;
  readonly metadata?: InstanceType<typeof pulumi.grpc.Metadata>;
}

export function refusal(error: unknown): Refusal {
  return {
    code: pulumi.grpc.status.UNKNOWN,
    details: error instanceof Error ? error.message : String(error),
    ...(error instanceof Kept && { metadata: error.metadata }),
  };
}

/** A partial failure with the state that Pulumi shall keep. */
class Kept extends Error {
  readonly metadata = new pulumi.grpc.Metadata();

  constructor(reason: string, status: GrpcStatus) {
    super(reason);
    this.metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  }
}

/**
 * Runs a step; a partial failure of it makes Pulumi keep the resource.
 *
 * @param holder what identifies the state entry so far.
 */
export async function keepingPartial<Answer>(
  secrets: readonly string[],
  holder: string | undefined,
  step: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof PartialFailure)) throw error;
    const failed = new messages.ErrorResourceInitFailed();
    failed.setId(error.id);
    failed.setProperties(stored(error.outputs, secrets, error.holder ?? holder));
    failed.setReasonsList([error.message]);
    const detail = new pulumi.Any();
    detail.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new pulumi.Status();
    status.setCode(pulumi.grpc.status.UNKNOWN);
    status.setMessage(error.message);
    status.addDetails(detail);
    throw new Kept(error.message, status);
  }
}
