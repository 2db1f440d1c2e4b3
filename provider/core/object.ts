import type { z } from "zod";
import { isApiError, type PortainerClient } from "../../client";
import {
  type AccessLists,
  accessAfter,
  accessNow,
  type NewPolicies,
  normalizeAccess,
  type Policies,
  policiesOf,
} from "./access";
import { inTurn } from "./concurrency";
import type { Definition, Inputs, Property, State } from "./definition";
import { difference, refreshed, removed } from "./diff";
import { type Directory, IDS_ALONE, lookUp, requireKnown } from "./directory";
import { ProviderError, Unfinished, unlessNotFound } from "./errors";
import { lookOnceBack, mayHaveHappened, repeatIfLost } from "./lost-answer";
import type { Properties } from "./properties";

/** The outputs that every object of a Portainer installation has. */
export interface Installed {
  /** The id of the Portainer installation. */
  readonly instanceId: string;
}

/** A kind of object in Portainer's database: each has a numeric id and a name. */
export interface ObjectKind<Schema extends z.ZodObject, Outputs extends Installed, Wire>
  extends Pick<Definition<Schema, Outputs>, "type" | "schema" | "misnomers" | "validate"> {
  /** The word for it in messages: `"tag"`. */
  readonly what: string;
  /** The property that holds the name. @default "name" */
  readonly unique?: keyof Inputs<Schema> & string;
  /** Whether Portainer refuses a name that is taken. Where it does not, a create looks for the name first. @default true */
  readonly refusesNamesakes?: boolean;
  /**
   * Properties whose change is not a plain update, that have several spellings, or that get another value when the program
   * no longer sets them. `adopt` and `access` are built in.
   */
  readonly properties?: { readonly [Key in keyof Inputs<Schema>]?: Property };
  /** @default none */
  readonly secrets?: readonly string[];

  /** The output that holds the numeric id. */
  readonly id: keyof Outputs & string;
  /**
   * The actual values of the inputs, from the server's answer; `access` is built in.
   *
   * @param desired the program's values, for what the server never shows of a value; empty to see everything.
   */
  inputs(object: Wire, desired: Partial<Inputs<Schema>>): Partial<Inputs<Schema>>;
  outputs(object: Wire): Omit<Outputs, keyof Installed>;
  /** Where the object keeps who may use it, if the schema has `access`. Portainer sets that only by an update. */
  policies?(object: Wire): Policies;
  /** Why no resource of this type can adopt the object, as a clause: `"it is …"`. @default any object can be adopted */
  reserved?(object: Wire): string | undefined;

  list(client: PortainerClient): Promise<readonly Wire[]>;
  /**
   * Leave it out only where Portainer has no such route and lists all objects to every user: an object that a list hides
   * from this user would be taken for deleted.
   */
  get?(client: PortainerClient, id: number): Promise<Wire>;
  create(client: PortainerClient, inputs: Inputs<Schema>): Promise<Wire>;
  /**
   * Gets the changed properties alone, so that it overwrites nothing else; `policies` is for the request body, and empty
   * unless `access` has changed. `desired` is for fields that Portainer takes only together. Leave it out where Portainer
   * cannot change the object.
   */
  update?(
    client: PortainerClient,
    id: number,
    changes: Partial<Inputs<Schema>>,
    policies: NewPolicies,
    desired: Inputs<Schema>,
  ): Promise<Wire>;
  delete(client: PortainerClient, id: number): Promise<unknown>;
}

/** What a create or update works with. */
interface Task {
  readonly client: PortainerClient;
  readonly desired: Properties;
  readonly directory: Directory;
}

const accessIn = (inputs: Properties) => inputs["access"] as AccessLists | undefined;

/**
 * The definition of a resource for a kind of object. A create is a single request, and one more for `access`. Only when
 * the server refuses the name, or its answer is lost, do we look up the object with this name. The program says whether
 * we may adopt it (`adopt`).
 */
export function portainerObject<Schema extends z.ZodObject, Outputs extends Installed, Wire>(
  kind: ObjectKind<Schema, Outputs, Wire>,
): Definition<Schema, Outputs> {
  const { type, schema, what, unique = "name", refusesNamesakes = true } = kind;
  const keys = Object.keys(schema.shape);
  const special: Readonly<Record<string, Property | undefined>> = {
    adopt: { change: "none" },
    access: { normalize: normalizeAccess },
    ...kind.properties,
  };
  const properties: Readonly<Record<string, Property>> = Object.fromEntries(
    keys.map((key) => [key, special[key] ?? {}]),
  );

  const numberOf = (state: object) => (state as Readonly<Record<string, number>>)[kind.id] ?? Number.NaN;
  const idOf = (object: Wire) => numberOf(kind.outputs(object));
  const identityOf = (instanceId: string, id: number) => `${instanceId}/${type}/${id}`;
  const pick = (state: object, wants: (key: string) => boolean) =>
    Object.fromEntries(Object.entries(state).filter(([key]) => wants(key)));
  const stateOf = (object: Wire, inputs: object, instanceId: string) =>
    ({ ...inputs, ...kind.outputs(object), instanceId }) as unknown as State<Schema, Outputs>;

  /** All actual values. A value that equals the one in `inputs` has its spelling. */
  const everything = (object: Wire, inputs: Properties, directory: Directory): Properties => ({
    ...kind.inputs(object, inputs as Partial<Inputs<Schema>>),
    ...(kind.policies && { access: accessNow(accessIn(inputs), kind.policies(object), directory) }),
  });
  /** The same, cut to the properties in `inputs`: the others are not managed. */
  const managed = (object: Wire, inputs: Properties, directory: Directory): Properties =>
    refreshed(properties, inputs, everything(object, inputs, directory));
  const differences = (object: Wire, desired: Properties, directory: Directory) =>
    difference(properties, managed(object, desired, directory), desired).changed;

  const byId = async (client: PortainerClient, id: number) =>
    kind.get
      ? await unlessNotFound(() => kind.get?.(client, id) as Promise<Wire>)
      : (await kind.list(client)).find((object) => idOf(object) === id);
  /** Read by `get`, because a list may show less of an object. */
  const named = async (client: PortainerClient, inputs: Properties) => {
    const listed = (await kind.list(client)).filter(
      (object) => differences(object, { [unique]: inputs[unique] }, IDS_ALONE).length === 0,
    );
    const found = await Promise.all(listed.map((object) => byId(client, idOf(object))));
    return found.filter((object) => object !== undefined);
  };
  const taskFor = async (client: PortainerClient, desired: Properties): Promise<Task> => {
    const directory = await lookUp(client, accessIn(desired));
    requireKnown(accessIn(desired), directory);
    return { client, desired, directory };
  };

  /** Gives these properties their desired values. */
  async function change(
    { client, desired, directory }: Task,
    id: number,
    changed: readonly string[],
    present: Policies,
  ): Promise<Wire> {
    const changes = pick(desired, (key) => changed.includes(key));
    const access = accessIn(changes);
    const policies = access ? policiesOf(access, present, directory) : {};
    return await repeatIfLost(
      () =>
        kind.update?.(
          client,
          id,
          changes as Partial<Inputs<Schema>>,
          policies,
          desired as Inputs<Schema>,
        ) as Promise<Wire>,
    );
  }

  return {
    ...kind,
    properties: properties as Definition<Schema, Outputs>["properties"],
    secrets: kind.secrets ?? [],
    defaults: (_inputs, { name }) => ({ [unique]: name }),
    /** Two objects can exist at once if their names differ. */
    canCoexist: (changed) => changed.includes(unique),
    ...(kind.policies && {
      accessClaim: (inputs: Properties, id: string | undefined) =>
        accessIn(inputs) && id !== undefined
          ? ({ object: `${type}/${id}`, as: "whole" } as const)
          : undefined,
    }),
    identity: (state) =>
      state.instanceId === undefined ? undefined : identityOf(state.instanceId, numberOf(state)),

    async create({ connection, signal, claims }, inputs) {
      const { client } = connection;
      const instanceId = await connection.sameServer(undefined);
      const task = await taskFor(client, inputs);
      const { access, ...others } = inputs as Properties;
      const inWords = `the ${what} "${String(inputs[unique])}"`;

      const seek = (found: Wire) => claims.seek(identityOf(instanceId, idOf(found)), inWords);
      const takeNamesake = async (namesakes: readonly Wire[]): Promise<Wire> => {
        const found = onlyOne(namesakes, inWords, idOf);
        seek(found);
        const id = idOf(found);
        const reason = kind.reserved?.(found);
        if (reason !== undefined) {
          throw new ProviderError(`${inWords} (id ${id}) cannot be taken: ${reason}. Choose another name.`);
        }
        const { adopt } = inputs as { readonly adopt?: "matching" | "replace" };
        const differing = differences(found, inputs, task.directory);
        const isReplaceable = schema.shape["adopt"]?.safeParse("replace").success ?? false;
        requireAdoption({ inWords, id, adopt, differing, isReplaceable });
        const fixed = differing.filter((key) => properties[key]?.change === "replace");
        if (kind.update && fixed.length > 0) {
          throw new ProviderError(
            `${inWords} (id ${id}) cannot be adopted: Portainer cannot change its ${fixed.join(", ")}. Set these as they are there, or choose another name.`,
          );
        }
        if (adopt === "matching") return found;
        const unseen = keys.filter((key) => properties[key]?.writeOnly && inputs[key] !== undefined);
        const changed = [...differing, ...unseen];
        if (changed.length === 0) return found;
        return await change(task, id, changed, kind.policies?.(found) ?? {});
      };
      const createOrTake = async (): Promise<Wire> => {
        const taken = refusesNamesakes ? [] : await named(client, inputs);
        if (taken.length > 0) return await takeNamesake(taken);
        try {
          return await kind.create(client, inputs);
        } catch (error) {
          const isTaken = isApiError(error) && error.status === 409;
          if (!isTaken && !mayHaveHappened(error)) throw error;
          const found = await lookOnceBack(signal, () => named(client, inputs));
          if (isTaken && found.length > 0) return await takeNamesake(found);
          // The answer was lost: an object with all desired values is the one that we created.
          const ours = found.find((object) => differences(object, others, task.directory).length === 0);
          if (!ours) throw error;
          seek(ours);
          return ours;
        }
      };
      const created = await inTurn(`${instanceId}/${type}/${String(inputs[unique])}`, createOrTake);
      const id = idOf(created);
      claims.hold(identityOf(instanceId, id));
      const made = { id: String(id), outputs: stateOf(created, inputs, instanceId) };
      if (!kind.policies || !access || differences(created, { access }, task.directory).length === 0)
        return made;
      try {
        await change(task, id, ["access"], kind.policies(created));
        return made;
      } catch (error) {
        const present = managed(created, inputs, task.directory);
        throw new Unfinished(made.id, { ...stateOf(created, present, instanceId) }, error);
      }
    },

    async read({ connection }, id, state) {
      if (!/^[1-9]\d*$/.test(id)) {
        throw new ProviderError(`a ${type} is looked up by its id, a whole number, and "${id}" is none`);
      }
      const isGet = state.instanceId === undefined;
      const instanceId = await connection.sameServer(state.instanceId);
      const now = await byId(connection.client, Number(id));
      if (!now) return undefined;
      const remembered = pick(state, (key) => keys.includes(key));
      const directory = await lookUp(connection.client, accessIn(remembered));
      const inputs = (isGet ? everything : managed)(now, remembered, directory);
      return { id, inputs: inputs as Partial<Inputs<Schema>>, outputs: stateOf(now, inputs, instanceId) };
    },

    async update({ connection }, id, olds, news) {
      const { client } = connection;
      const instanceId = await connection.sameServer(olds.instanceId);
      const before: Properties = olds;
      const access = accessAfter(accessIn(before), accessIn(news));
      const desired = { ...news, ...removed(properties, before, news), ...(access && { access }) };
      const changed = difference(properties, before, desired).changed.filter((key) => key in desired);
      if (changed.length === 0 || !kind.update) {
        const outputs = pick(olds, (key) => !keys.includes(key));
        return { ...outputs, ...news } as State<Schema, Outputs>;
      }
      const task = await taskFor(client, desired);
      return await inTurn(identityOf(instanceId, Number(id)), async () => {
        const present = changed.includes("access") ? await byId(client, Number(id)) : undefined;
        const policies = (present && kind.policies?.(present)) ?? {};
        return stateOf(await change(task, Number(id), changed, policies), news, instanceId);
      });
    },

    async delete({ connection }, id, { instanceId }) {
      await connection.sameServer(instanceId);
      await repeatIfLost(() => unlessNotFound(() => kind.delete(connection.client, Number(id))));
    },
  };
}

/** The object with the name; refuses to choose where there are several. */
function onlyOne<Wire>(
  [found, ...others]: readonly Wire[],
  inWords: string,
  idOf: (object: Wire) => number,
): Wire {
  if (found !== undefined && others.length === 0) return found;
  throw new ProviderError(
    `${inWords} is on this server more than once (ids ${[found as Wire, ...others].map(idOf).join(", ")}), and Portainer does not say who made them. ` +
      "None was touched: choose another name, or rename all but one.",
  );
}

interface Namesake {
  readonly inWords: string;
  readonly id: number;
  readonly adopt: "matching" | "replace" | undefined;
  /** The properties whose actual value is not the desired one. */
  readonly differing: readonly string[];
  /** Whether the program may write `adopt: "replace"`. */
  readonly isReplaceable: boolean;
}

/** Refuses an existing object with the desired name, unless the program allows adopting it. */
function requireAdoption({ inWords, id, adopt, differing, isReplaceable }: Namesake): void {
  if (adopt === undefined) {
    const ways = isReplaceable
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
      `Set these as they are there${isReplaceable ? ', or `adopt: "replace"` to have them changed' : ""}.`,
  );
}
