/**
 * The roll-out: a new container takes the place of an old one. Each step on the old one is noted first, so that a
 * failure undoes it.
 */
import type { ContainerInspect } from "../../../contract";
import { messageOf, ProviderError } from "../../core/errors";
import { afterwards, type Engine } from "../engine";
import { type ContainerInputs, containerArguments } from "./arguments";
import { anonymousVolumes } from "./arguments/storage";
import type { NewContainer } from "./calls";
import {
  discard,
  findById,
  findByName,
  nameOfContainer,
  pause,
  remove,
  rename,
  start,
  stop,
  updateContainer,
} from "./calls";
import { createContainer, finishCreation } from "./creation";
import { fileFolders, removeFileVolumes, tidyUpAfter } from "./file-volumes";
import { newCreateId } from "./labels";
import { asideName, freshName } from "./leftovers";
import { refuseToRecreatePortainer } from "./own-connection";
import { bringUp, type Readiness } from "./ready";

/** Time limit for restoring the old container, in seconds. */
const ROLL_BACK_SECONDS = 60;

/**
 * Replaces a container by a new one. The image is pulled and the new container created while the old one runs. Whatever
 * fails then, the old one gets its name, restart policy and state back, and the error says so.
 */
export async function rollOut(
  engine: Engine,
  old: ContainerInspect,
  olds: Partial<ContainerInputs>,
  inputs: ContainerInputs,
): Promise<Readiness & { warnings: readonly string[] }> {
  if (!inputs.force) await refuseToRecreatePortainer(engine, old);
  const { context } = engine;
  const createId = newCreateId();
  const name = nameOfContainer(old);
  const undo: Undo[] = [];
  let fresh: NewContainer | undefined;
  try {
    fresh = await createContainer(engine, inputs, {
      name: freshName(inputs.name, createId),
      createId,
      volumes: await ownVolumes(engine, old, inputs),
    });
    await finishCreation(engine, fresh, inputs);
    for (const { inherit } of Object.values(containerArguments))
      await inherit?.(engine, fresh, { container: old, olds, news: inputs });

    context.progress("stopping the old container");
    await standAside(engine, old, asideName(inputs.name, createId), name, undo);
    await rename(engine, fresh.id, inputs.name);
    const readiness = await bringUp(engine, fresh.id, inputs);

    context.progress("removing the old container");
    await discard(engine, old.Id, inputs.removeVolumes ?? false);
    await tidyUpAfter(engine, old);
    return { ...readiness, warnings: fresh.warnings };
  } catch (error) {
    // Undo the new container first: it may hold the name and the ports.
    if (fresh) undo.push(removal(fresh, inputs));
    throw await rollBack(engine, old, undo, error);
  }
}

const removal = ({ id, createId }: NewContainer, inputs: ContainerInputs): Undo => [
  "remove the new container",
  async (safe) => {
    await discard(safe, id, false);
    if (fileFolders(inputs).length > 0) await removeFileVolumes(safe, createId);
  },
];

type Undo = readonly [what: string, step: (safe: Engine) => Promise<void>];

/** Stops the old container, keeps it stopped, and frees its name. Each step is noted in `undo` before it is taken. */
async function standAside(
  engine: Engine,
  old: ContainerInspect,
  aside: string,
  name: string,
  undo: Undo[],
): Promise<void> {
  const { RestartPolicy, AutoRemove } = old.HostConfig as {
    RestartPolicy?: { Name?: string };
    AutoRemove?: boolean;
  };
  if (AutoRemove && old.State.Running) {
    await remove(engine, old.Id, false);
    return;
  }
  const restarts = RestartPolicy?.Name && RestartPolicy.Name !== "no";
  if (restarts) {
    undo.push(["restore its restart policy", (safe) => setRestartPolicy(safe, old.Id, RestartPolicy)]);
    await setRestartPolicy(engine, old.Id, { Name: "no" });
  }
  if (old.State.Running) {
    undo.push(["start it", (safe) => revive(safe, old)]);
    await stop(engine, old.Id);
  }
  undo.push(["give it its name back", (safe) => giveNameBack(safe, old.Id, name)]);
  await rename(engine, old.Id, aside);
}

/** The rename to undo may not have been done. */
async function giveNameBack(engine: Engine, id: string, name: string): Promise<void> {
  const now = await findById(engine, id);
  if (now && nameOfContainer(now) !== name) await rename(engine, id, name);
}

async function setRestartPolicy(
  engine: Engine,
  id: string,
  RestartPolicy: { readonly Name?: string },
): Promise<void> {
  await updateContainer(engine, id, { RestartPolicy });
}

async function revive(engine: Engine, old: ContainerInspect): Promise<void> {
  await start(engine, old.Id);
  if (old.State.Paused) await pause(engine, old.Id);
}

/** Undoes the steps, the last one first, and returns the error that says how that ended. */
async function rollBack(engine: Engine, old: ContainerInspect, undo: Undo[], error: unknown): Promise<Error> {
  const safe = afterwards(engine, ROLL_BACK_SECONDS);
  engine.context.progress("putting the old container back");
  const failed: string[] = [];
  for (const [what, step] of undo.reverse()) {
    try {
      await step(safe);
    } catch (reason) {
      failed.push(`could not ${what}: ${messageOf(reason)}`);
    }
  }
  const name = nameOfContainer(old);
  const isGone = failed.length === 0 && (await findById(safe, old.Id)) === undefined;
  const outcome = isGone
    ? `The old container "${name}" had autoRemove and is gone: the next \`up\` creates it anew.`
    : failed.length === 0
      ? `The old container "${name}" ${old.State.Running ? "runs" : "is there"} as before.`
      : `Putting the old container "${name}" (${old.Id.slice(0, 12)}) back was not finished: ${failed.join("; ")}. The next \`up\` tries again.`;
  return new ProviderError(`the roll-out failed: ${messageOf(error)}\n${outcome}`);
}

/**
 * The old container's anonymous volumes, which the new one mounts at the same paths to keep the data. Paths that
 * `volumesFrom` provides are left out.
 */
async function ownVolumes(
  engine: Engine,
  old: ContainerInspect,
  { volumesFrom = [] }: ContainerInputs,
): Promise<{ name: string; target: string }[]> {
  const sources = volumesFrom.map((source) => source.split(":")[0] ?? "");
  const found = await Promise.all(
    sources.map(async (source) => (await findByName(engine, source)) ?? (await findById(engine, source))),
  );
  const others = new Set(found.flatMap((source) => (source?.Mounts ?? []).map((mount) => mount.Destination)));
  return anonymousVolumes(old).filter(({ target }) => !others.has(target));
}
