/** What `create` does when a container of its name exists: adopts it, or refuses. */
import type { ContainerInspect } from "../../../contract";
import { ProviderError } from "../../core/errors";
import type { Engine } from "../engine";
import { isMadeBy, requireFree } from "../maker";
import type { ContainerInputs } from "./arguments";
import { findByName } from "./calls";
import { identityOf, labelsOf, SPECIFICATION_LABEL } from "./labels";
import { unfulfilled, withResolvedNames } from "./observe";
import { fingerprintOf } from "./specification";

/** A container to adopt. */
export interface Adoption {
  readonly container: ContainerInspect;
  /** Whether it must be changed to match the inputs. */
  readonly change: boolean;
}

/**
 * Decides about a container that has the name and is in no state. Without `adopt`, only what a crash of ours left is
 * adopted: a container that has this resource's URN and matches its inputs.
 *
 * @returns `undefined` when no container has the name.
 * @throws ProviderError with the container and the remedies.
 */
export async function adopt(engine: Engine, inputs: ContainerInputs): Promise<Adoption | undefined> {
  const container = await findByName(engine, inputs.name);
  if (!container) return undefined;
  engine.context.claims.seek(identityOf(container.Id), `the container "${inputs.name}"`);
  if (isLeftByUs(engine, container, inputs)) return { container, change: true };
  requireFree(engine.context.urn, {
    what: inWords(container, inputs),
    labels: labelsOf(container),
    adopt: inputs.adopt !== undefined,
    ways: '`adopt: "matching"` as it is, `adopt: "replace"` changed to match',
  });
  if (inputs.adopt === "replace") return { container, change: true };
  const differences = unfulfilled(container, await withResolvedNames(engine, inputs));
  if (differences.length === 0) return { container, change: false };
  throw new ProviderError(
    `"${inputs.name}" exists and is not as the program says: ${differences.join(", ")} differ${differences.length === 1 ? "s" : ""}. ` +
      'Change the program to match it, or set `adopt: "replace"` to have it changed.',
  );
}

function isLeftByUs({ context }: Engine, container: ContainerInspect, inputs: ContainerInputs): boolean {
  const labels = labelsOf(container);
  return isMadeBy(context.urn, labels) && labels[SPECIFICATION_LABEL] === fingerprintOf(inputs);
}

const inWords = (container: ContainerInspect, { name, endpointId }: ContainerInputs): string =>
  `a container named "${name}" is already on environment ${endpointId}: ${container.Id.slice(0, 12)}, ` +
  `image ${container.Config.Image}, created ${container.Created}`;
