/** Turns the inputs into the body that creates a container, and refuses arguments that the engine is too old for. */
import { isAtLeast } from "../../../contract";
import { ProviderError } from "../../core/errors";
import type { Engine } from "../engine";
import { URN_LABEL } from "../identity";
import { type ContainerInputs, containerArguments, givenArguments } from "./arguments";
import { type CreateCall, canonical } from "./arguments/argument";
import { CREATE_LABEL, fingerprint, SPECIFICATION_LABEL } from "./labels";
import type { Wire } from "./wire";

/**
 * Refuses arguments that the engine is too old for: it would ignore them without an error.
 *
 * @param keys the arguments that are about to be sent.
 * @throws ProviderError that names the arguments, before anything is changed.
 */
export async function refuseTooNew(
  engine: Engine,
  inputs: ContainerInputs,
  keys: readonly (keyof ContainerInputs)[] = Object.keys(inputs) as (keyof ContainerInputs)[],
): Promise<void> {
  const needs = keys.flatMap((key) => {
    const value = inputs[key];
    const { since } = containerArguments[key] ?? {};
    const isAsked = canonical(containerArguments[key] ?? {}, value) !== null;
    return since && isAsked ? Object.entries(since(value as never)) : [];
  });
  if (needs.length === 0) return;
  const apiVersion = await engine.docker.apiVersion(engine.call);
  const tooNew = needs.filter(([, version]) => !isAtLeast(apiVersion, version));
  if (tooNew.length === 0) return;
  const list = tooNew.map(([what, version]) => `\`${what}\` needs Docker API ${version}`).join(", ");
  throw new ProviderError(
    `${list}; the engine of environment ${engine.endpointId} speaks ${apiVersion} with this provider. Nothing was changed.`,
  );
}

/** The body of `POST /containers/create`. */
type CreateBody = Wire & { Image: string };

/** The part of the body that the inputs alone determine. */
function bodyOf(inputs: ContainerInputs): CreateBody {
  const body: CreateBody = { Image: inputs.image };
  for (const { argument, value } of givenArguments(inputs)) argument.write?.(value, body);
  return body;
}

/** By this a container is recognized that a crash has left: it was made from the same inputs. */
export const fingerprintOf = (inputs: ContainerInputs): string => fingerprint(bodyOf(inputs));

/** Builds the body of a create call from the argument table. */
export function specification(
  inputs: ContainerInputs,
  call: CreateCall,
  urn: string | undefined,
): CreateBody {
  const body = bodyOf(inputs);
  body["Labels"] = {
    ...(body["Labels"] as Wire | undefined),
    ...(urn !== undefined && { [URN_LABEL]: urn }),
    [CREATE_LABEL]: call.createId,
    [SPECIFICATION_LABEL]: fingerprint(body),
  };
  for (const { argument, value } of givenArguments(inputs)) argument.complete?.(value, body, call, inputs);
  return body;
}
