import { z } from "zod";
import { ResourceType } from "../../contract";
import { noneIfEmpty } from "../core/diff";
import { AccessSchema } from "./access";
import { TextsSchema } from "./identity";
import { engineObject, type InSwarm } from "./object";
import {
  configName,
  Data,
  DataBase64,
  DriverSchema,
  type Found,
  PrefixSchema,
  swarmFields,
  swarmFile,
} from "./swarm-file";

const LARGEST_DATA = 1000 * 1024;

export const ConfigSchema = z.object({
  ...swarmFields,
  /**
   * The first part of the config's name; a hash of its data follows, as an engine never changes data: other data is
   * another config, which is created before the old one is deleted. The output `configName` is the whole name.
   * @default the resource's name
   */
  name: PrefixSchema("config"),
  /** The data, at most 1000 KiB. Docker: `Data`. @default `dataBase64` */
  data: Data("config", LARGEST_DATA).optional(),
  /** The data in base64, for what is no text, instead of `data`. Docker: `Data`. @default `data` */
  dataBase64: DataBase64("config", LARGEST_DATA).optional(),
  /** What fills in the placeholders of the data for each task, `{ name: "golang" }`. Docker: `Templating`. @default none */
  templating: DriverSchema.optional(),
  /** Labels. A change is made in place. Docker: `Labels`. @default none */
  labels: TextsSchema.optional(),
  /**
   * Who may use the config besides administrators: `"public"` (everybody with access to the environment),
   * `"administrators"` (nobody else), or users and teams by id, name or resource, as for a Container. A change is made
   * in place. Portainer: `PUT /resource_controls/{id}`.
   * @default unmanaged; Portainer makes a new config private to the user of the API key
   */
  access: AccessSchema.optional(),
  /** What to do if a config of that whole name exists: `"matching"` adopts it. @default refuse */
  adopt: z.literal("matching").optional(),
});
export type ConfigArgs = z.input<typeof ConfigSchema>;

export interface ConfigOutputs extends InSwarm {
  /** The config's id in the swarm. */
  readonly configId: string;
  /** Its whole name in the swarm, `"nginx-conf-5f3c09a1be"`. */
  readonly configName: string;
}

const file = swarmFile("config", (docker) => docker.configs, configName);

/** A config of a swarm: a file for its services. */
export const config = engineObject<typeof ConfigSchema, ConfigOutputs, Found>({
  ...file,
  type: "Config",
  what: "config",
  schema: ConfigSchema,
  properties: {
    data: { change: "replace" },
    dataBase64: { change: "replace" },
    templating: { change: "replace" },
    labels: { normalize: noneIfEmpty },
  },
  misnomers: { value: "data", content: "data", templateDriver: "templating", configName: "name" },
  validate: ({ data, dataBase64 }) =>
    (data === undefined) === (dataBase64 === undefined)
      ? [{ property: "data", reason: "a config has either `data` or `dataBase64`" }]
      : [],

  identity: ({ configId }) => configId && `configs/${configId}`,
  findKnown: (engine, { configId }) => file.findById(engine, configId),
  update: (engine, _id, olds, news) => file.changeLabels(engine, olds.configId, olds, news),
  delete: (engine, state) => file.remove(engine, state.configId, state.configName),
  controlled: ({ ID, Portainer }) => ({
    type: ResourceType.config,
    id: ID,
    control: Portainer?.ResourceControl,
  }),
  outputs: ({ ID, Name }, { swarmId }) => ({ configId: ID, configName: Name, swarmId }),
});
