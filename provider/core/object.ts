import type { z } from "zod";
import { isApiError, type PortainerClient } from "../../client";
import { inTurn } from "./concurrency";
import type { Definition, Inputs, Property, State } from "./definition";
import { difference, refreshed } from "./diff";
import { ProviderError, unlessNotFound } from "./errors";
import { lookOnceBack, mayHaveHappened, repeatIfLost } from "./lost-answer";
import type { Properties } from "./properties";

/** The outputs that every object of a Portainer installation has. */
export interface Installed {
  /** The id of the Portainer installation. */
  readonly instanceId: string;
}

/** A kind of object in Portainer's database: each has a numeric id and a name that is unique on the server. */
export interface ObjectKind<Schema extends z.ZodObject, Outputs extends Installed, Wire>
  extends Pick<Definition<Schema, Outputs>, "type" | "schema" | "misnomers" | "validate"> {
  /** The word for it in messages: `"tag"`. */
  readonly what: string;
  /** The property that holds the unique name. @default "name" */
  readonly unique?: keyof Inputs<Schema> & string;
  /** Properties whose change is not a plain update, or that have several spellings. `adopt` is built in. */
  readonly properties?: { readonly [Key in keyof Inputs<Schema>]?: Property };
  /** @default none */
  readonly secrets?: readonly string[];

  /** The output that holds the numeric id. */
  readonly id: keyof Outputs & string;
  /** The actual values of the inputs, from the server's answer. */
  inputs(object: Wire): Partial<Inputs<Schema>>;
  outputs(object: Wire): Omit<Outputs, keyof Installed>;

  list(client: PortainerClient): Promise<readonly Wire[]>;
  /**
   * Leave it out only where Portainer has no such route and lists all objects to every user: an object that a list hides
   * from this user would be taken for deleted.
   */
  get?(client: PortainerClient, id: number): Promise<Wire>;
  create(client: PortainerClient, inputs: Inputs<Schema>): Promise<Wire>;
  /** Leave it out where Portainer cannot change the object. */
  update?(client: PortainerClient, id: number, inputs: Inputs<Schema>): Promise<Wire>;
  delete(client: PortainerClient, id: number): Promise<unknown>;
}

/**
 * The definition of a resource for a kind of object. A create is a single request. Only when the server refuses the name,
 * or its answer is lost, do we look up the object with this name. The program says whether we may adopt it (`adopt`).
 */
export function portainerObject<Schema extends z.ZodObject, Outputs extends Installed, Wire>(
  kind: ObjectKind<Schema, Outputs, Wire>,
): Definition<Schema, Outputs> {
  const { type, schema, what, unique = "name" } = kind;
  const keys = Object.keys(schema.shape);
  const special: Readonly<Record<string, Property | undefined>> = {
    adopt: { change: "none" },
    ...kind.properties,
  };
  const properties: Readonly<Record<string, Property>> = Object.fromEntries(
    keys.map((key) => [key, special[key] ?? {}]),
  );

  const numberOf = (state: object) => (state as Readonly<Record<string, number>>)[kind.id] ?? Number.NaN;
  const idOf = (object: Wire) => numberOf(kind.outputs(object));
  const identityOf = (instanceId: string, id: number) => `${instanceId}/${type}/${id}`;
  const inputsIn = (state: object) =>
    Object.fromEntries(Object.entries(state).filter(([key]) => keys.includes(key)));
  const stateOf = (object: Wire, inputs: object, instanceId: string) =>
    ({ ...inputs, ...kind.outputs(object), instanceId }) as unknown as State<Schema, Outputs>;
  const differences = (object: Wire, inputs: Properties) =>
    difference(properties, refreshed(properties, inputs, kind.inputs(object)), inputs).changed;
  const named = async (client: PortainerClient, inputs: Properties) =>
    (await kind.list(client)).find((object) => !differences(object, { [unique]: inputs[unique] }).length);
  const byId = async (client: PortainerClient, id: number) =>
    kind.get
      ? await unlessNotFound(() => kind.get?.(client, id) as Promise<Wire>)
      : (await kind.list(client)).find((object) => idOf(object) === id);

  return {
    ...kind,
    properties: properties as Definition<Schema, Outputs>["properties"],
    secrets: kind.secrets ?? [],
    defaults: (_inputs, { name }) => ({ [unique]: name }),
    /** Two objects can exist at once if their names differ. */
    canCoexist: (changed) => changed.includes(unique),
    identity: (state) =>
      state.instanceId === undefined ? undefined : identityOf(state.instanceId, numberOf(state)),

    async create({ connection, signal, claims }, inputs) {
      const { client } = connection;
      const instanceId = await connection.sameServer(undefined);
      const inWords = `the ${what} "${String(inputs[unique])}"`;

      const takeNamesake = async (found: Wire): Promise<Wire> => {
        const { adopt } = inputs as { readonly adopt?: "matching" | "replace" };
        const differing = differences(found, inputs);
        requireAdoption({
          inWords,
          id: idOf(found),
          adopt,
          differing,
          isChangeable: kind.update !== undefined,
        });
        return differing.length > 0 && kind.update ? await kind.update(client, idOf(found), inputs) : found;
      };
      const createOrTake = async (): Promise<Wire> => {
        try {
          return await kind.create(client, inputs);
        } catch (error) {
          const isTaken = isApiError(error) && error.status === 409;
          if (!isTaken && !mayHaveHappened(error)) throw error;
          const found = await lookOnceBack(signal, () => named(client, inputs));
          if (!found) throw error;
          claims.seek(identityOf(instanceId, idOf(found)), inWords);
          if (isTaken) return await takeNamesake(found);
          // The answer was lost: an object with all desired values is the one that we created.
          if (differences(found, inputs).length > 0) throw error;
          return found;
        }
      };
      const made = await createOrTake();
      claims.hold(identityOf(instanceId, idOf(made)));
      return { id: String(idOf(made)), outputs: stateOf(made, inputs, instanceId) };
    },

    async read({ connection }, id, state) {
      if (!/^[1-9]\d*$/.test(id)) {
        throw new ProviderError(`a ${type} is looked up by its id, a whole number, and "${id}" is none`);
      }
      const instanceId = await connection.sameServer(state.instanceId);
      const now = await byId(connection.client, Number(id));
      if (!now) return undefined;
      const shown = kind.inputs(now);
      const inputs =
        state.instanceId === undefined ? shown : refreshed(properties, inputsIn(state), shown as Properties);
      return { id, inputs: inputs as Partial<Inputs<Schema>>, outputs: stateOf(now, inputs, instanceId) };
    },

    async update({ connection }, id, olds, news) {
      const instanceId = await connection.sameServer(olds.instanceId);
      const { update } = kind;
      if (!update) return { ...olds, ...news };
      return await inTurn(identityOf(instanceId, Number(id)), async () => {
        const now = await repeatIfLost(() => update(connection.client, Number(id), news));
        return stateOf(now, news, instanceId);
      });
    },

    async delete({ connection }, id, { instanceId }) {
      await connection.sameServer(instanceId);
      await repeatIfLost(() => unlessNotFound(() => kind.delete(connection.client, Number(id))));
    },
  };
}

interface Namesake {
  readonly inWords: string;
  readonly id: number;
  readonly adopt: "matching" | "replace" | undefined;
  /** The properties whose actual value is not the desired one. */
  readonly differing: readonly string[];
  readonly isChangeable: boolean;
}

/** Refuses an existing object with the desired name, unless the program allows adopting it. */
function requireAdoption({ inWords, id, adopt, differing, isChangeable }: Namesake): void {
  if (adopt === undefined) {
    const ways = isChangeable
      ? '`adopt: "matching"` takes it if it is as desired, `adopt: "replace"` takes it and changes it'
      : '`adopt: "matching"` takes it';
    throw new ProviderError(
      `${inWords} is on this server already (id ${id}), and Portainer does not say who made it. It was not touched. ` +
        'If a resource of this program made it and was renamed or moved, say so with the resource option `aliases: [{ name: "…" }]`. ' +
        `Otherwise choose another name, or take it: ${ways}.`,
    );
  }
  if (adopt === "replace" || differing.length === 0) return;
  throw new ProviderError(
    `${inWords} (id ${id}) is not as desired: it differs in ${differing.join(", ")}. ` +
      `Set these as they are there${isChangeable ? ', or `adopt: "replace"` to have them changed' : ""}.`,
  );
}
