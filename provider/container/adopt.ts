import type { ContainerInspect } from "../../contract";
import { ProviderError } from "../core/failure";
import { URN_LABEL } from "../docker/identity";
import type { Place } from "../docker/place";
import type { ContainerSettled } from "./arguments";
import { byIds } from "./by-id";
import { findByName } from "./find";
import { labelsOf, SPECIFICATION_LABEL } from "./labels";
import { unfulfilled } from "./observe";
import { specification } from "./specification";

/** What is to be done with the container that holds the name. */
export interface Adoption {
  readonly container: ContainerInspect;
  /** Whether it has to be changed to be as wished. */
  readonly change: boolean;
}

/**
 * Decides about a container that holds the name and is in no state. Without being asked, only what a crash of ours
 * has left is taken: it bears this resource's URN and is what is wished.
 *
 * @throws ProviderError that names the container and the ways on.
 */
export async function adopt(place: Place, inputs: ContainerSettled): Promise<Adoption | undefined> {
  const container = await findByName(place, inputs.name);
  if (!container) return undefined;
  if (await isLeftByUs(place, container, inputs)) return { container, change: true };
  if (inputs.adopt === "replace") return { container, change: true };
  if (inputs.adopt === undefined) throw refusal(container, inputs);
  const differences = unfulfilled(container, await byIds(place, inputs));
  if (differences.length === 0) return { container, change: false };
  throw new ProviderError(
    `"${inputs.name}" exists and is not as wished: ${differences.join(", ")} differ${differences.length === 1 ? "s" : ""}. ` +
      'Change the program to match it, or set `adopt: "replace"` to have it changed.',
  );
}

async function isLeftByUs(
  place: Place,
  container: ContainerInspect,
  inputs: ContainerSettled,
): Promise<boolean> {
  const labels = labelsOf(container);
  const { urn } = place.context;
  if (urn === undefined || labels[URN_LABEL] !== urn) return false;
  const apiVersion = await place.docker.apiVersion(place.call);
  return labels[SPECIFICATION_LABEL] === specification(inputs, apiVersion, urn, "").fingerprint;
}

function refusal(container: ContainerInspect, { name, endpointId }: ContainerSettled): ProviderError {
  const urn = labelsOf(container)[URN_LABEL];
  const owner = urn === undefined ? "not made by Pulumi" : `made by Pulumi as ${urn}`;
  return new ProviderError(
    `a container named "${name}" is already on environment ${endpointId}: ${container.Id.slice(0, 12)}, ` +
      `image ${container.Config.Image}, created ${container.Created}, ${owner}. It was not touched. ` +
      'Choose another `name`, remove it, or take it: `adopt: "matching"` as it is, `adopt: "replace"` changed to match.',
  );
}
