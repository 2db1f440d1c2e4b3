import { z } from "zod";
import { isApiError } from "../../client";
import { ResourceType, type VolumeInspect } from "../../contract";
import { noneIfEmpty } from "../core/diff";
import { ProviderError } from "../core/errors";
import { repeatIfLost } from "../core/lost-answer";
import { filledIn } from "../core/schema";
import { AccessSchema } from "./access";
import { type Engine, engineFields, unlessObjectGone } from "./engine";
import { comparableLabels, labelsOf, labelsWith, TextsSchema, URN_LABEL } from "./identity";
import { isMadeByAnother } from "./maker";
import { certainlyChanged, engineObject, ObjectName, type OnEngine } from "./object";

export const VolumeSchema = z.object({
  ...engineFields,
  /** The volume's name. Docker: `Name`. @default the resource's name */
  name: filledIn(ObjectName("volume")),
  /** The volume driver. Docker: `Driver`. @default "local" */
  driver: z.string().min(1, "the driver's name is empty").default("local"),
  /** Options for the driver, such as `{ type: "nfs", o: "addr=10.0.0.2", device: ":/data" }`. Docker: `DriverOpts`. @default none */
  driverOpts: TextsSchema.optional(),
  /** Docker: `Labels`. @default none */
  labels: TextsSchema.optional(),
  /**
   * Who may use the volume besides administrators: `"public"` (everybody with access to the environment),
   * `"administrators"` (nobody else), or users and teams by id, name or resource, as for a Container. A change is made
   * in place. Portainer: `PUT /resource_controls/{id}`.
   * @default unmanaged; Portainer makes a new volume private to the user of the API key
   */
  access: AccessSchema.optional(),
  /**
   * What to do if a volume of that name exists: `"matching"` adopts it if its driver, options and labels match the
   * program, and sets its `access`. Destroying the resource then deletes it. @default refuse
   */
  adopt: z.literal("matching").optional(),
  /**
   * Whether a change may delete the volume and create an empty one in its place. An engine cannot change a volume, so
   * without this the preview of a change fails. @default false
   */
  recreate: z.boolean().optional(),
});
export type VolumeArgs = z.input<typeof VolumeSchema>;

export interface VolumeOutputs extends OnEngine {
  /** Where its files are on the engine's machine. */
  readonly mountpoint: string;
  /** When it was created, as an ISO date; empty if the driver does not say. */
  readonly createdAt: string;
}

/** A volume of an engine: files that outlive containers. */
export const volume = engineObject<typeof VolumeSchema, VolumeOutputs, VolumeInspect>({
  type: "Volume",
  what: "volume",
  schema: VolumeSchema,
  properties: {
    driver: { change: "replace" },
    driverOpts: { change: "replace", normalize: noneIfEmpty },
    labels: { change: "replace", normalize: comparableLabels },
    recreate: { change: "none" },
  },
  misnomers: { options: "driverOpts", opts: "driverOpts", driverOptions: "driverOpts", volumeName: "name" },

  /**
   * A volume has no id, so the engine's id and the name identify it. Several environments and servers may lead to one
   * engine.
   */
  identity: ({ engineId, name }) => `${engineId}/volumes/${name}`,

  replaces(changed, _olds, news) {
    const certain = certainlyChanged(changed, news);
    if (news.recreate || certain.length === 0) return [];
    throw new ProviderError(
      `changing ${certain.map((key) => `\`${key}\``).join(", ")} needs another volume, which would be empty: nothing was changed. ` +
        "Undo the change, declare a second Volume and move the data, or set `recreate: true` to lose it.",
    );
  },

  find,
  findKnown,

  /** The engine answers with the existing volume if the name is taken, so a call whose answer was lost can be repeated. */
  create(engine, { name, driver, driverOpts, labels }) {
    const body = {
      Name: name,
      Driver: driver,
      Labels: labelsWith(labels, engine),
      ...(driverOpts && { DriverOpts: driverOpts }),
    };
    return repeatIfLost(() => engine.docker.volumes.create({ body }, engine.call));
  },

  async delete(engine, state) {
    const { docker, call } = engine;
    const { name } = state;
    if (!(await findKnown(engine, state))) return;
    try {
      await unlessObjectGone(() => repeatIfLost(() => docker.volumes.delete({ params: { name } }, call)));
    } catch (error) {
      if (!isApiError(error) || error.status !== 409) throw error;
      throw inUse(name, await usersOf(engine, name));
    }
  },

  controlled: ({ ResourceID = "", Portainer }) => ({
    type: ResourceType.volume,
    id: ResourceID,
    control: Portainer?.ResourceControl,
  }),
  inputs: (now) => ({ driver: now.Driver, driverOpts: now.Options ?? {}, labels: labelsOf(now) }),
  outputs: ({ Mountpoint = "", CreatedAt = "" }) => ({ mountpoint: Mountpoint, createdAt: CreatedAt }),
  createdAt: ({ CreatedAt }) => CreatedAt,
});

function find({ docker, call }: Engine, name: string): Promise<VolumeInspect | undefined> {
  return unlessObjectGone(() => docker.volumes.inspect({ params: { name } }, call));
}

/** The volume of that name, unless somebody else created it again: then the one that the state describes is gone. */
async function findKnown(
  engine: Engine,
  { name, createdAt }: { readonly name: string; readonly createdAt: string },
): Promise<VolumeInspect | undefined> {
  const now = await find(engine, name);
  const { context } = engine;
  if (!now || !isMadeByAnother(context.urn, now.Labels) || !isLater(now.CreatedAt, createdAt)) return now;
  context.warn(`the volume "${name}" is another one now, made by ${now.Labels?.[URN_LABEL]}`);
  return undefined;
}

/** `false` if a date is missing: not every driver says when a volume was created. */
const isLater = (date: string | undefined, than: string | undefined): boolean =>
  Date.parse(date ?? "") > Date.parse(than ?? "");

async function usersOf({ docker, call }: Engine, name: string): Promise<string> {
  const filters = JSON.stringify({ volume: [name] });
  const users = await docker.containers.list({ query: { all: "1", filters } }, call);
  return users.map(({ Names }) => Names[0]?.slice(1)).join(", ");
}

const inUse = (name: string, users: string): ProviderError =>
  new ProviderError(
    `the volume "${name}" is in use${users === "" ? "" : ` by ${users}`}: nothing was deleted. Remove those containers first (one that has the Volume as its \`source\` is removed before it), ` +
      "or keep the volume with the resource option `retainOnDelete`.",
  );
