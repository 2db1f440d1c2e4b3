/** What an engine creates and deletes, but never changes: volumes and networks. */
import { z } from "zod";
import type { Definition, Inputs, Property, State } from "../core/definition";
import { difference, meansUnset, refreshed } from "../core/diff";
import { ProviderError } from "../core/errors";
import { hasUnknown, type Properties } from "../core/properties";
import { idNumber } from "../core/schema";
import {
  deleteThere,
  type Engine,
  engineRefOf,
  type InputsWithEngine,
  nameAndEnvironment,
  reachEngine,
  readThere,
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

/** The inputs that every kind has, and that the builder treats. */
interface CommonInputs extends InputsWithEngine {
  readonly name: string;
  readonly adopt?: "matching" | undefined;
}

/** The part of an engine's answer that every kind has. */
interface Labelled {
  readonly Name: string;
  readonly Labels?: Texts | null | undefined;
}

/** A kind of object that an engine creates and deletes, but never changes. */
export interface EngineKind<Schema extends z.ZodObject, Outputs extends OnEngine, Wire extends Labelled>
  extends Pick<
    Definition<Schema, Outputs>,
    "type" | "schema" | "misnomers" | "replaces" | "canCoexist" | "explain"
  > {
  /** The word for it in messages: `"volume"`. */
  readonly what: string;
  /** How the kind's own properties are compared, and what their change does. Those that every kind has are built in. */
  readonly properties: { readonly [Key in Exclude<keyof Inputs<Schema>, keyof CommonInputs>]-?: Property };
  /** A name that no other object on any engine has. */
  identity(state: Partial<State<Schema, Outputs>>): string | undefined;

  /** The object that has exactly this name. */
  find(engine: Engine, name: string): Promise<Wire | undefined>;
  /** Leave it out where the engine gives no ids. */
  findById?(engine: Engine, id: string): Promise<Wire | undefined>;
  /** The object that the state describes; `undefined` if it is gone, although another one may have its name. */
  findKnown(engine: Engine, state: State<Schema, Outputs>): Promise<Wire | undefined>;
  create(engine: Engine, inputs: Inputs<Schema>): Promise<Wire>;
  /**
   * Makes the object as desired in another way than by a replacement. Leave it out where each change is a replacement.
   *
   * @returns the object that has taken the place of the old one.
   */
  update?(engine: Engine, id: string, olds: State<Schema, Outputs>, news: Inputs<Schema>): Promise<Wire>;
  /** Deletes the object that the state describes, unless it is gone or in use. */
  delete(engine: Engine, state: State<Schema, Outputs>): Promise<void>;

  /**
   * The actual values of the kind's own properties.
   *
   * @param desired the program's values, where the engine adds to them; `undefined` to see everything.
   */
  inputs(object: Wire, desired: Partial<Inputs<Schema>> | undefined): Properties;
  outputs(object: Wire): Omit<Outputs, keyof OnEngine>;
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
    adopt: { change: "none" },
    ...kind.properties,
  };
  const common = (inputs: object) => inputs as CommonInputs;
  const inputsIn = (state: object) =>
    Object.fromEntries(Object.entries(state).filter(([key]) => key in schema.shape)) as Desired;

  const actualInputs = (engine: Engine, object: Wire, desired: Desired | undefined): Properties => ({
    endpointId: engine.endpointId,
    nodeName: engine.nodeName,
    name: object.Name,
    ...kind.inputs(object, desired),
  });
  const stateOf = ({ engineId, instanceId }: Engine, object: Wire, inputs: object) =>
    ({ ...inputs, ...kind.outputs(object), engineId, instanceId }) as unknown as Known;

  /**
   * Decides whether to adopt an object that has the name and is in no state. Without `adopt`, only what a crash of ours
   * left is adopted.
   *
   * @throws ProviderError with the object and the remedies, unless it is to be adopted.
   */
  const requireTakeable = (engine: Engine, found: Wire, inputs: Inputs<Schema>): void => {
    const { name, adopt } = common(inputs);
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
    const { changed } = difference(properties, actualInputs(engine, found, inputs), inputs);
    if (changed.length === 0) return;
    throw new ProviderError(
      `"${name}" exists and is not as the program says: ${changed.join(", ")} differ${changed.length === 1 ? "s" : ""}, ` +
        `and an engine changes no ${what}. Change the program to match it, or choose another \`name\`.`,
    );
  };

  return {
    ...kind,
    properties: properties as Definition<Schema, Outputs>["properties"],
    secrets: [],
    defaults: nameAndEnvironment,

    async create(context, inputs) {
      const { name } = common(inputs);
      const engine = await reachEngine(context, engineRefOf(common(inputs)));
      const found = await kind.find(engine, name);
      if (found) {
        const object = kind.identity(stateOf(engine, found, inputs)) ?? "";
        context.claims.seek(object, `the ${what} "${name}" of environment ${engine.endpointId}`);
        requireTakeable(engine, found, inputs);
      }
      const object = found ?? (await kind.create(engine, inputs));
      return { id: idOf(engine.endpointId, name), outputs: stateOf(engine, object, inputs) };
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
        const actual = actualInputs(engine, now, desired);
        const inputs = desired ? refreshed(properties, desired, actual) : withoutUnset(properties, actual);
        return {
          id: idOf(endpointId, now.Name),
          inputs: inputs as Desired,
          outputs: stateOf(engine, now, inputs),
        };
      };
      return readThere(context, endpointId, look, known && { id, inputs: inputsIn(known), outputs: known });
    },

    async update(context, id, olds, news) {
      const { changed } = difference(properties, olds, news);
      // What remains are settings of the provider, such as `adopt`: there is nothing to send.
      if (!kind.update || changed.length === 0) return { ...olds, ...news };
      const engine = await reachEngine(context, engineRefOf(common(news)), olds);
      return stateOf(engine, await kind.update(engine, id, olds, news), news);
    },

    delete: (context, _id, state) =>
      deleteThere(context, async () => {
        await kind.delete(await reachEngine(context, engineRefOf(common(state)), state), state);
      }),
  };
}

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
