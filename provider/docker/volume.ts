import { z } from "zod";
import { isApiError } from "../../client";
import type { VolumeInspect } from "../../contract";
import type { Definition, Inputs } from "../core/definition";
import { noneIfEmpty } from "../core/diff";
import { isEnvironmentGone, isNotFound, ProviderError } from "../core/errors";
import { repeatIfLost } from "../core/lost-answer";
import { filledIn, idNumber } from "../core/schema";
import {
  deleteThere,
  type Engine,
  engineFields,
  engineRefOf,
  nameAndEnvironment,
  reachEngine,
  readThere,
} from "./engine";
import {
  certainlyChanged,
  differing,
  FixedName,
  labelsOf,
  labelsWith,
  readTexts,
  requireTakeable,
  TextsSchema,
} from "./fixed";
import { idOf, parseId, URN_LABEL } from "./identity";
import { isMadeByAnother } from "./maker";

export const VolumeSchema = z.object({
  ...engineFields,
  /** The volume's name. Docker: `Name`. @default the resource's name */
  name: filledIn(FixedName("volume")),
  /** The volume driver. Docker: `Driver`. @default "local" */
  driver: z.string().min(1, "the driver's name is empty").default("local"),
  /** Options for the driver, such as `{ type: "nfs", o: "addr=10.0.0.2", device: ":/data" }`. Docker: `DriverOpts`. @default none */
  driverOpts: TextsSchema.optional(),
  /** Docker: `Labels`. @default none */
  labels: TextsSchema.optional(),
  /**
   * What to do if a volume of that name exists: `"matching"` adopts it if its driver, options and labels match the
   * program. Destroying the resource then deletes it. @default refuse
   */
  adopt: z.literal("matching").optional(),
  /**
   * Whether a change may delete the volume and create an empty one in its place. An engine cannot change a volume, so
   * without this the preview of a change fails. @default false
   */
  recreate: z.boolean().optional(),
});
export type VolumeArgs = z.input<typeof VolumeSchema>;

export interface VolumeOutputs {
  /** Where its files are on the engine's machine. */
  readonly mountpoint: string;
  /** When it was created, as an ISO date; empty if the driver does not say. */
  readonly createdAt: string;
  /** The id of the engine that it is on. */
  readonly engineId: string;
  /** The id of the Portainer installation. */
  readonly instanceId: string;
}

/** The inputs with their defaults. */
type VolumeInputs = Inputs<typeof VolumeSchema>;

/** A volume of an engine: files that outlive containers. */
export const volume: Definition<typeof VolumeSchema, VolumeOutputs> = {
  type: "Volume",
  schema: VolumeSchema,
  properties: {
    endpointId: { change: "replace", normalize: idNumber },
    name: { change: "replace" },
    nodeName: { change: "replace" },
    driver: { change: "replace" },
    driverOpts: { change: "replace", normalize: noneIfEmpty },
    labels: { change: "replace", normalize: noneIfEmpty },
    adopt: { change: "none" },
    recreate: { change: "none" },
  },
  secrets: [],
  misnomers: { options: "driverOpts", opts: "driverOpts", driverOptions: "driverOpts", volumeName: "name" },

  defaults: nameAndEnvironment,
  identity: identityOf,

  replaces(changed, _olds, news) {
    const certain = certainlyChanged(changed, news);
    if (news.recreate || certain.length === 0) return [];
    throw new ProviderError(
      `changing ${certain.map((key) => `\`${key}\``).join(", ")} needs another volume, which would be empty: nothing was changed. ` +
        "Undo the change, declare a second Volume and move the data, or set `recreate: true` to lose it.",
    );
  },

  async create(context, inputs) {
    const engine = await reachEngine(context, engineRefOf(inputs));
    const found = await find(engine, inputs.name);
    if (found) {
      const object = identityOf({ ...inputs, engineId: engine.engineId });
      context.claims.seek(object, `the volume "${inputs.name}" of environment ${engine.endpointId}`);
      requireTakeable(engine, {
        what: "volume",
        name: inputs.name,
        adopt: inputs.adopt,
        labels: found.Labels,
        created: found.CreatedAt,
        differences: differing(
          { driver: inputs.driver, driverOpts: inputs.driverOpts ?? {}, labels: inputs.labels ?? {} },
          { driver: found.Driver, driverOpts: found.Options ?? {}, labels: labelsOf(found) },
        ),
      });
    }
    const made = found ?? (await make(engine, inputs));
    return { id: idOf(engine.endpointId, inputs.name), outputs: { ...inputs, ...outputsOf(engine, made) } };
  },

  read(context, id, state) {
    const { endpointId, nodeName, nameOrId } = parseId(id, context.connection.endpointId, "volume");
    const isKnown = state.instanceId !== undefined;
    const look = async () => {
      const engine = await reachEngine(context, { endpointId, nodeName: state.nodeName ?? nodeName }, state);
      const now = await find(engine, nameOrId);
      if (!now || isAnother(engine, now, state)) return undefined;
      const inputs = {
        ...inputsIn(state),
        endpointId: state.endpointId ?? endpointId,
        nodeName: engine.nodeName,
        name: now.Name,
        driver: now.Driver,
        driverOpts: readTexts(now.Options, state.driverOpts, isKnown),
        labels: readTexts(labelsOf(now), state.labels, isKnown),
      };
      return { id: idOf(endpointId, now.Name), inputs, outputs: { ...inputs, ...outputsOf(engine, now) } };
    };
    const remembered = isKnown ? { id, inputs: inputsIn(state), outputs: { ...state } } : undefined;
    return readThere(context, endpointId, look, remembered);
  },

  /** Only `adopt` and `recreate` change in place. They are settings of the provider, so there is nothing to send. */
  update: (_context, _id, olds, news) => Promise.resolve({ ...olds, ...news }),

  delete: (context, _id, state) =>
    deleteThere(context, async () => {
      const engine = await reachEngine(context, engineRefOf(state), state);
      const now = await find(engine, state.name);
      if (now && !isAnother(engine, now, state)) await remove(engine, state.name);
    }),
};

/**
 * A volume has no id, so the engine's id and the name identify it. Several environments and servers may lead to one
 * engine.
 */
function identityOf({ engineId, name }: Partial<VolumeInputs & VolumeOutputs>): string {
  return `${engineId}/volumes/${name}`;
}

function inputsIn({
  mountpoint: _1,
  createdAt: _2,
  engineId: _3,
  instanceId: _4,
  ...inputs
}: Partial<VolumeInputs & VolumeOutputs>): Partial<VolumeInputs> {
  return inputs;
}

async function find({ docker, call }: Engine, name: string): Promise<VolumeInspect | undefined> {
  try {
    return await docker.volumes.inspect({ params: { name } }, call);
  } catch (error) {
    if (isNotFound(error) && !isEnvironmentGone(error)) return undefined;
    throw error;
  }
}

/** Whether somebody else created the volume again under its name: the one that the state describes is gone. */
function isAnother({ context }: Engine, now: VolumeInspect, { createdAt }: Partial<VolumeOutputs>): boolean {
  const isAnother = isMadeByAnother(context.urn, now.Labels) && isLater(now.CreatedAt, createdAt);
  if (isAnother)
    context.warn(`the volume "${now.Name}" is another one now, made by ${now.Labels?.[URN_LABEL]}`);
  return isAnother;
}

/** `false` if a date is missing: not every driver says when a volume was created. */
const isLater = (date: string | undefined, than: string | undefined): boolean =>
  Date.parse(date ?? "") > Date.parse(than ?? "");

/**
 * The engine answers with the existing volume if the name is taken, so a call whose answer was lost can be repeated.
 */
function make(engine: Engine, { name, driver, driverOpts, labels }: VolumeInputs): Promise<VolumeInspect> {
  const body = {
    Name: name,
    Driver: driver,
    Labels: labelsWith(labels, engine),
    ...(driverOpts && { DriverOpts: driverOpts }),
  };
  return repeatIfLost(() => engine.docker.volumes.create({ body }, engine.call));
}

async function remove(engine: Engine, name: string): Promise<void> {
  const { docker, call } = engine;
  try {
    await repeatIfLost(() => docker.volumes.delete({ params: { name } }, call));
  } catch (error) {
    if (isNotFound(error) && !isEnvironmentGone(error)) return;
    if (!isApiError(error) || error.status !== 409) throw error;
    const filters = JSON.stringify({ volume: [name] });
    const users = await docker.containers.list({ query: { all: "1", filters } }, call);
    const names = users.map(({ Names }) => Names[0]?.slice(1)).join(", ");
    throw new ProviderError(
      `the volume "${name}" is in use${names === "" ? "" : ` by ${names}`}: nothing was deleted. Remove those containers first (one that has the Volume as its \`source\` is removed before it), ` +
        "or keep the volume with the resource option `retainOnDelete`.",
    );
  }
}

function outputsOf(engine: Engine, { Mountpoint = "", CreatedAt = "" }: VolumeInspect): VolumeOutputs {
  const { engineId, instanceId } = engine;
  return { mountpoint: Mountpoint, createdAt: CreatedAt, engineId, instanceId };
}
