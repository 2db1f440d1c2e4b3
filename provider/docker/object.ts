/** What an engine creates and deletes, but hardly changes: volumes, networks, secrets and configs. */
import { z } from "zod";
import type { Definition, Inputs, Property, State } from "../core/definition";
import { difference, meansUnset, refreshed } from "../core/diff";
import { ProviderError, Unfinished } from "../core/errors";
import { hasUnknown, type Properties } from "../core/properties";
import { idNumber } from "../core/schema";
import {
  type Access,
  type Controlled,
  canonicalAccess,
  type Ownership,
  ownershipOf,
  readAccess,
  refreshedAccess,
  setAccess,
} from "./access";
import {
  deleteThere,
  type Engine,
  engineRefOf,
  type InputsWithEngine,
  missingEndpoint,
  nameAndEnvironment,
  reachEngine,
  readThere,
  updateThere,
} from "./engine";
import { idOf, parseId, type Texts } from "./identity";
import { isMadeBy, requireFree } from "./maker";

/** The outputs that every object of an engine has. */
export interface OnEngine {
  /** The id of the engine that it is on. */
  readonly engineId: string;
  /** The id of the Portainer installation. */
  readonly instanceId: string;
}

/** The outputs of what belongs to a swarm, and is reached through any of its managers. */
export interface InSwarm extends OnEngine {
  /** The id of the swarm that it belongs to. */
  readonly swarmId?: string | undefined;
}

/** The inputs that every kind has, and that the builder treats. */
interface CommonInputs extends InputsWithEngine {
  readonly name: string;
  readonly access?: Access | undefined;
  readonly adopt?: "matching" | undefined;
}

/** The part of an engine's answer that every kind has. */
interface Labelled {
  readonly Name: string;
  readonly Labels?: Texts | null | undefined;
}

/** A kind of object that an engine creates and deletes, but hardly changes. */
export interface EngineKind<Schema extends z.ZodObject, Outputs extends OnEngine, Wire extends Labelled>
  extends Pick<
    Definition<Schema, Outputs>,
    "type" | "schema" | "misnomers" | "validate" | "replaces" | "canCoexist" | "explain"
  > {
  /** The word for it in messages: `"volume"`. */
  readonly what: string;
  /** @default none */
  readonly secrets?: readonly string[];
  /** How the kind's own properties are compared, and what their change does. Those that every kind has are built in. */
  readonly properties: { readonly [Key in Exclude<keyof Inputs<Schema>, keyof CommonInputs>]-?: Property };
  /** A name that no other object on any engine has. */
  identity(state: Partial<State<Schema, Outputs>>): string | undefined;

  /** The object's name on the engine, if it is not the input `name`. */
  nameOnEngine?(inputs: Inputs<Schema>): string;
  /** The object that has exactly this name. */
  find(engine: Engine, name: string): Promise<Wire | undefined>;
  /** Leave it out where the engine gives no ids. */
  findById?(engine: Engine, id: string): Promise<Wire | undefined>;
  /** The object that the state describes; `undefined` if it is gone, although another one may have its name. */
  findKnown(engine: Engine, state: State<Schema, Outputs>): Promise<Wire | undefined>;
  create(engine: Engine, inputs: Inputs<Schema>): Promise<Wire>;
  /**
   * Makes the object as desired in another way than by a replacement. Leave it out where each change is a replacement.
   * `access` is built in: a change of it alone does not come here, nor to `replaces` and `explain`.
   *
   * @returns the object that has taken the place of the old one.
   */
  update?(engine: Engine, id: string, olds: State<Schema, Outputs>, news: Inputs<Schema>): Promise<Wire>;
  /**
   * Waits until a new object does what it is there for. If it fails, the state has the object, and the next `up` is an
   * update, even if nothing has changed. An update waits itself.
   *
   * @returns the object as it is then.
   */
  settle?(engine: Engine, object: Wire, inputs: Inputs<Schema>): Promise<Wire>;
  /** Deletes the object that the state describes, unless it is gone or in use. */
  delete(engine: Engine, state: State<Schema, Outputs>): Promise<void>;

  /** How Portainer's resource controls name the object. */
  controlled(object: Wire): Controlled;
  /**
   * The actual values of the kind's own properties.
   *
   * @param desired the program's values, where the engine adds to them; `undefined` to see everything.
   */
  inputs(object: Wire, desired: Partial<Inputs<Schema>> | undefined): Properties;
  outputs(object: Wire, engine: Engine): Omit<Outputs, keyof OnEngine>;
  /** When it was created, for messages. */
  createdAt(object: Wire): string | undefined;
}

/** The definition of a resource for a kind of object. */
export function engineObject<Schema extends z.ZodObject, Outputs extends OnEngine, Wire extends Labelled>(
  kind: EngineKind<Schema, Outputs, Wire>,
): Definition<Schema, Outputs> {
  type Known = State<Schema, Outputs>;
  type Desired = Partial<Inputs<Schema>>;
  const { what, schema } = kind;
  const properties: Readonly<Record<string, Property>> = {
    endpointId: { change: "replace", normalize: idNumber },
    name: { change: "replace" },
    nodeName: { change: "replace" },
    access: { normalize: canonicalAccess },
    adopt: { change: "none" },
    ...kind.properties,
  };
  const common = (inputs: object) => inputs as CommonInputs;
  const inputsIn = (state: object) =>
    Object.fromEntries(Object.entries(state).filter(([key]) => key in schema.shape)) as Desired;

  const outputsIn = (state: Known) =>
    Object.fromEntries(Object.entries(state).filter(([key]) => !(key in schema.shape))) as unknown as Outputs;

  const actualInputs = (engine: Engine, object: Wire, desired: Desired | undefined): Properties => ({
    endpointId: engine.endpointId,
    nodeName: engine.nodeName,
    // Who has computed the object's name from the program's has looked it up by it.
    name: kind.nameOnEngine && desired ? common(desired as Inputs<Schema>).name : object.Name,
    ...kind.inputs(object, desired),
  });
  const stateOf = (engine: Engine, object: Wire, inputs: object) => {
    const { engineId, instanceId } = engine;
    return { ...inputs, ...kind.outputs(object, engine), engineId, instanceId } as unknown as Known;
  };

  const accessNow = async (engine: Engine, object: Wire, desired: object) => {
    const { access } = common(desired);
    return access && (await refreshedAccess(engine, access, kind.controlled(object).control));
  };

  /**
   * Decides whether to adopt an object that has the name and is in no state. Without `adopt`, only what a crash of ours
   * left is adopted.
   *
   * @throws ProviderError with the object and the remedies, unless it is to be adopted.
   */
  const requireTakeable = (engine: Engine, found: Wire, inputs: Inputs<Schema>): void => {
    const { adopt } = common(inputs);
    const name = found.Name;
    const { urn } = engine.context;
    if (!isMadeBy(urn, found.Labels)) {
      const created = kind.createdAt(found);
      const since = created === undefined ? "" : `, created ${created}`;
      requireFree(urn, {
        what: `a ${what} named "${name}" is already on environment ${engine.endpointId}${since}`,
        labels: found.Labels,
        adopt: adopt !== undefined,
        ways: '`adopt: "matching"` as it is',
      });
    }
    const { access: _set, ...fixed } = properties;
    const { changed } = difference(fixed, actualInputs(engine, found, inputs), inputs);
    if (changed.length === 0) return;
    throw new ProviderError(
      `"${name}" exists and is not as the program says: ${changed.join(", ")} differ${changed.length === 1 ? "s" : ""}` +
        `${kind.update ? ". " : `, and an engine changes no ${what}. `}Change the program to match it, or choose another \`name\`.`,
    );
  };

  /** Looks up the names in `access`, before anything is changed. */
  const ownershipIn = async (engine: Engine, inputs: object): Promise<Ownership | undefined> => {
    const { access } = common(inputs);
    return access && (await ownershipOf(engine, access));
  };

  /** Gives an object that exists the desired access, and returns its state. */
  const finish = async (
    engine: Engine,
    id: string,
    object: Wire,
    inputs: Inputs<Schema>,
    ownership: Ownership | undefined,
  ): Promise<Known> => {
    const state = stateOf(engine, object, inputs);
    if (!ownership) return state;
    try {
      await setAccess(engine, kind.controlled(object), ownership);
      return state;
    } catch (error) {
      throw new Unfinished(id, { ...state, access: readAccess(kind.controlled(object).control) }, error);
    }
  };

  return {
    ...kind,
    properties: properties as Definition<Schema, Outputs>["properties"],
    secrets: kind.secrets ?? [],
    defaults: nameAndEnvironment,
    validate: (inputs) => [...missingEndpoint(inputs), ...(kind.validate?.(inputs) ?? [])],
    replaces: (changed, olds, news) => kind.replaces?.(changed.filter(isFixed), olds, news) ?? [],
    explain(changed, olds, news) {
      const fixed = changed.filter(isFixed);
      return fixed.length > 0 ? kind.explain?.(fixed, olds, news) : undefined;
    },

    async create(context, inputs) {
      const name = kind.nameOnEngine?.(inputs) ?? common(inputs).name;
      const engine = await reachEngine(context, engineRefOf(common(inputs)));
      const found = await kind.find(engine, name);
      if (found) {
        const object = kind.identity(stateOf(engine, found, inputs)) ?? "";
        context.claims.seek(object, `the ${what} "${name}" of environment ${engine.endpointId}`);
        requireTakeable(engine, found, inputs);
      }
      const ownership = await ownershipIn(engine, inputs);
      const id = idOf(engine.endpointId, name);
      const object = found ?? (await kind.create(engine, inputs));
      const outputs = await finish(engine, id, object, inputs, ownership);
      if (!kind.settle) return { id, outputs };
      try {
        return { id, outputs: stateOf(engine, await kind.settle(engine, object, inputs), inputs) };
      } catch (error) {
        throw new Unfinished(id, { ...outputs }, error);
      }
    },

    read(context, id, state) {
      const { endpointId, nodeName, nameOrId } = parseId(id, context.connection.endpointId, what);
      const ref = { endpointId, nodeName: common(state).nodeName ?? nodeName };
      /** What Pulumi stored; `undefined` for a `get`. */
      const known = state.instanceId === undefined ? undefined : ({ ...state } as Known);

      const find = async (engine: Engine) =>
        known
          ? await kind.findKnown(engine, known)
          : ((await kind.find(engine, nameOrId)) ?? (await kind.findById?.(engine, nameOrId)));

      const look = async () => {
        const engine = await reachEngine(context, ref, state);
        const now = await find(engine);
        if (!now) return undefined;
        const desired = known && inputsIn(known);
        const access = desired
          ? await accessNow(engine, now, desired)
          : readAccess(kind.controlled(now).control);
        const actual = { ...actualInputs(engine, now, desired), access };
        const inputs = desired ? refreshed(properties, desired, actual) : withoutUnset(properties, actual);
        return {
          id: idOf(endpointId, now.Name),
          inputs: inputs as Desired,
          outputs: stateOf(engine, now, inputs),
        };
      };
      return readThere(context, endpointId, look, known && { id, inputs: inputsIn(known), outputs: known });
    },

    update: (context, id, olds, news) =>
      updateThere(context, olds, async () => {
        const { changed } = difference(properties, olds, news);
        const isUnsettled = kind.settle !== undefined && changed.length === 0;
        const isRecreated = kind.update !== undefined && (changed.some(isFixed) || isUnsettled);
        // What remains are settings of the provider, such as `adopt`, or access that is no longer managed.
        if (!isRecreated && (!changed.includes("access") || common(news).access === undefined)) {
          return { ...outputsIn(olds), ...news };
        }
        const engine = await reachEngine(context, engineRefOf(common(news)), olds);
        const ownership = await ownershipIn(engine, news);
        const object = isRecreated
          ? await kind.update?.(engine, id, olds, news)
          : await kind.findKnown(engine, olds);
        if (object) return await finish(engine, id, object, news, ownership);
        throw new ProviderError(
          `the ${what} "${common(news).name}" is gone: it was deleted outside of Pulumi. Run \`pulumi refresh\` and \`pulumi up\` to create it again.`,
        );
      }),

    delete: (context, _id, state) =>
      deleteThere(context, async () => {
        await kind.delete(await reachEngine(context, engineRefOf(common(state)), state), state);
      }),
  };
}

/** Whether it is a property that the engine cannot change. */
const isFixed = (key: string): boolean => key !== "access";

/** As a program would say it: without what means the same as nothing, such as an empty map. */
const withoutUnset = (properties: Readonly<Record<string, Property>>, actual: Properties): Properties =>
  Object.fromEntries(Object.entries(actual).filter(([key, value]) => !meansUnset(properties[key], value)));

/** The engine's rule for names. */
export const ObjectName = (what: string) =>
  z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, {
    error: ({ input }) =>
      `${JSON.stringify(input)} is not the name of a ${what}: letters, digits, "_", "." or "-", beginning with a letter or digit`,
  });

/** The changed properties that are certain to change. The others depend on outputs that are not known yet. */
export const certainlyChanged = (changed: readonly string[], news: Properties): string[] =>
  changed.filter((key) => !hasUnknown(news[key]));
