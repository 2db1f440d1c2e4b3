import type { ContainerInspect, EngineInfo } from "../../contract";
import { isNotFound } from "../core/gone";
import { idOf, managedAs } from "../docker/identity";
import type { Place } from "../docker/place";
import type { ContainerSettled } from "./arguments";
import { withNames } from "./by-id";
import { declared } from "./declared";
import { findById, nameOfContainer } from "./find";
import { type ContainerOutputs, outputsOf } from "./state";

const SWARM_LABEL = "com.docker.swarm.task.id";

/** A container as a state would hold it. */
export interface ImportableContainer {
  readonly id: string;
  readonly inputs: ContainerSettled;
  readonly outputs: ContainerSettled & ContainerOutputs;
}

/** What is not to be imported. */
export interface SkippedObject {
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
  place: Place,
  engine: EngineInfo,
  filters: Readonly<Record<string, readonly string[]>>,
): Promise<{ containers: ImportableContainer[]; skipped: SkippedObject[] }> {
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
  const imported = there.filter((container) => whyNot(container) === undefined);
  const ids = new Set(imported.map(({ Id }) => Id));
  const images = imagesOf(place);
  const containers = await Promise.all(
    imported.map(async (container) => {
      const given = declared(container, await images(container.Image), engine, place.endpointId);
      const inputs = await withNames(place, given, ids);
      const outputs = { ...inputs, ...(await outputsOf(place, container)) };
      return { id: idOf(place.endpointId, inputs.name), inputs, outputs };
    }),
  );
  return { containers, skipped };
}

function whyNot({ Config }: ContainerInspect): string | undefined {
  const labels = Config.Labels ?? {};
  if (labels[SWARM_LABEL] !== undefined) return "a task of a swarm service";
  return managedAs(labels);
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
