import { z } from "zod";
import { ResourceType } from "../../contract";
import { noneIfEmpty } from "../core/diff";
import { AccessSchema } from "./access";
import { TextsSchema } from "./identity";
import { engineObject, type InSwarm } from "./object";
import {
  Data,
  DataBase64,
  DriverSchema,
  type Found,
  PrefixSchema,
  secretName,
  swarmFields,
  swarmFile,
} from "./swarm-file";

const LARGEST_DATA = 500 * 1024;

export const SecretSchema = z.object({
  ...swarmFields,
  /**
   * The first part of the secret's name; a hash of its data follows, as an engine never changes data: other data is
   * another secret, which is created before the old one is deleted. The output `secretName` is the whole name.
   * @default the resource's name
   */
  name: PrefixSchema("secret"),
  /**
   * The data, at most 500 KiB. Always secret; an engine never shows it, so what somebody else has put into a secret is
   * not seen. After an import without the data, the first `up` takes the program's for that of the secret, and sends
   * nothing. Docker: `Data`.
   */
  data: Data("secret", LARGEST_DATA).optional(),
  /** The data in base64, for what is no text, instead of `data`. Always secret. Docker: `Data`. @default `data` */
  dataBase64: DataBase64("secret", LARGEST_DATA).optional(),
  /** The store that the data comes from, instead of `data`. Docker: `Driver`. @default the swarm itself */
  driver: DriverSchema.optional(),
  /** What fills in the placeholders of the data for each task, `{ name: "golang" }`. Docker: `Templating`. @default none */
  templating: DriverSchema.optional(),
  /** Labels. A change is made in place. Docker: `Labels`. @default none */
  labels: TextsSchema.optional(),
  /**
   * Who may use the secret besides administrators: `"public"` (everybody with access to the environment),
   * `"administrators"` (nobody else), or users and teams by id, name or resource, as for a Container. A change is made
   * in place. Portainer: `PUT /resource_controls/{id}`.
   * @default unmanaged; Portainer makes a new secret private to the user of the API key
   */
  access: AccessSchema.optional(),
  /** What to do if a secret of that whole name exists: `"matching"` adopts it. @default refuse */
  adopt: z.literal("matching").optional(),
});
export type SecretArgs = z.input<typeof SecretSchema>;

export interface SecretOutputs extends InSwarm {
  /** The secret's id in the swarm. */
  readonly secretId: string;
  /** Its whole name in the swarm, `"db-password-5f3c09a1be"`. */
  readonly secretName: string;
}

const file = swarmFile("secret", (docker) => docker.secrets, secretName);

/** A secret of a swarm. */
export const secret = engineObject<typeof SecretSchema, SecretOutputs, Found>({
  ...file,
  type: "Secret",
  what: "secret",
  schema: SecretSchema,
  secrets: ["data", "dataBase64"],
  properties: {
    data: {},
    dataBase64: {},
    driver: { change: "replace" },
    templating: { change: "replace" },
    labels: { normalize: noneIfEmpty },
  },
  misnomers: { value: "data", content: "data", templateDriver: "templating", secretName: "name" },
  validate({ data, dataBase64, driver }) {
    const given = [data, dataBase64, driver].filter((value) => value !== undefined);
    if (given.length === 1) return [];
    const reason =
      given.length === 0
        ? "a secret needs `data` or `dataBase64`, or a `driver` that has it"
        : "`data`, `dataBase64` and `driver` exclude each other: a driver's store has the data";
    return [{ property: "data", reason }];
  },

  /** An imported secret has data that nobody knows: the program's is taken for it. */
  replaces: (changed, olds) => (isDataKnown(olds) ? changed.filter((key) => DATA.includes(key)) : []),
  explain: (changed, olds) =>
    changed.some((key) => DATA.includes(key)) && !isDataKnown(olds)
      ? "an engine never shows a secret's data: that of the program is taken for it, and nothing is sent. Another value makes another secret."
      : undefined,

  identity: ({ secretId }) => secretId && `secrets/${secretId}`,
  findKnown: (engine, { secretId }) => file.findById(engine, secretId),
  update: (engine, _id, olds, news) => file.changeLabels(engine, olds.secretId, olds, news),
  delete: (engine, state) => file.remove(engine, state.secretId, state.secretName),
  controlled: ({ ID, Portainer }) => ({
    type: ResourceType.secret,
    id: ID,
    control: Portainer?.ResourceControl,
  }),
  outputs: ({ ID, Name }, { swarmId }) => ({ secretId: ID, secretName: Name, swarmId }),
});

const DATA: readonly string[] = ["data", "dataBase64"];

/** A driver's store has the data of the others. */
const isDataKnown = ({ data, dataBase64 }: Pick<SecretArgs, "data" | "dataBase64">): boolean =>
  data !== undefined || dataBase64 !== undefined;
