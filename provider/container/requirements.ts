import { isAtLeast } from "../../contract";
import { ProviderError } from "../core/failure";
import type { Place } from "../docker/place";
import { canonical } from "./argument";
import { type ContainerSettled, containerArguments } from "./arguments";

/**
 * Refuses what the engine is too old for: it would leave it out without a word.
 *
 * @param keys the arguments that are about to be sent.
 * @throws ProviderError that names the arguments, before anything is changed.
 */
export async function refuseTooNew(
  place: Place,
  inputs: ContainerSettled,
  keys: readonly (keyof ContainerSettled)[] = Object.keys(inputs) as (keyof ContainerSettled)[],
): Promise<void> {
  const needs = keys.flatMap((key) => {
    const value = inputs[key];
    const { since } = containerArguments[key] ?? {};
    const isAsked = canonical(containerArguments[key] ?? {}, value) !== null;
    return since && isAsked ? Object.entries(since(value as never)) : [];
  });
  if (needs.length === 0) return;
  const apiVersion = await place.docker.apiVersion(place.call);
  const tooNew = needs.filter(([, version]) => !isAtLeast(apiVersion, version));
  if (tooNew.length === 0) return;
  const list = tooNew.map(([what, version]) => `\`${what}\` needs Docker API ${version}`).join(", ");
  throw new ProviderError(
    `${list}; the engine of environment ${place.endpointId} speaks ${apiVersion} with this provider. Nothing was changed.`,
  );
}
