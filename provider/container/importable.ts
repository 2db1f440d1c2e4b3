import type { ContainerInspect } from "../../contract";
import type { Context } from "../core/definition";
import { isNotFound } from "../core/gone";
import { idOf, URN_LABEL } from "../docker/identity";
import { openPlace, type Place } from "../docker/place";
import type { ContainerSettled } from "./arguments";
import { declared } from "./declared";
import { findById, nameOfContainer } from "./find";
import { labelsOf } from "./labels";
import { type ContainerOutputs, outputsOf } from "./state";

const SWARM_LABEL = "com.docker.swarm.task.id";

/** A container as a state would hold it. */
export interface ImportableContainer {
  readonly id: string;
  readonly inputs: ContainerSettled;
  readonly outputs: ContainerSettled & ContainerOutputs;
}

/** A container that is not to be imported. */
export interface SkippedContainer {
  readonly name: string;
  readonly reason: string;
}

/**
 * Reads the containers of an environment as resources, without a write. Left out are those of a stack's state
 * already, and the tasks of a swarm, which the swarm replaces as it likes.
 *
 * @param filters the engine's own: `{ name: ["web"], label: ["team=ops"] }`.
 */
export async function importableContainers(
  context: Context,
  endpointId: number,
  filters: Readonly<Record<string, readonly string[]>>,
): Promise<{ containers: ImportableContainer[]; skipped: SkippedContainer[] }> {
  const place = await openPlace(context, { endpointId });
  const engine = await place.docker.system.info({}, place.call);
  const list = await place.docker.containers.list(
    { query: { all: "1", filters: JSON.stringify(filters) } },
    place.call,
  );
  const found = await Promise.all(list.map(({ Id }) => findById(place, Id)));
  const there = found
    .filter((container) => container !== undefined)
    .sort((left, right) => nameOfContainer(left).localeCompare(nameOfContainer(right)));

  const skipped = there.flatMap((container) => {
    const reason = whyNot(container);
    return reason === undefined ? [] : [{ name: nameOfContainer(container), reason }];
  });
  const images = imagesOf(place);
  const containers = await Promise.all(
    there
      .filter((container) => whyNot(container) === undefined)
      .map(async (container) => {
        const inputs = declared(container, await images(container.Image), engine, endpointId);
        const outputs = { ...inputs, ...(await outputsOf(place, container)) };
        return { id: idOf(endpointId, inputs.name), inputs, outputs };
      }),
  );
  return { containers, skipped };
}

function whyNot(container: ContainerInspect): string | undefined {
  const labels = labelsOf(container);
  const urn = labels[URN_LABEL];
  if (urn !== undefined) return `already managed by Pulumi as ${urn}`;
  if (labels[SWARM_LABEL] !== undefined) return "a task of a swarm service";
  return undefined;
}

/** Each image is asked for once; one that is gone has no say. */
function imagesOf({ docker, call }: Place) {
  const asked = new Map<string, ReturnType<typeof docker.images.inspect> | Promise<undefined>>();
  return (id: string) => {
    const image =
      asked.get(id) ??
      docker.images.inspect({ params: { name: id } }, call).catch((error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      });
    asked.set(id, image as ReturnType<typeof docker.images.inspect>);
    return image;
  };
}
