import type { z } from "zod";
import type { PortainerClient } from "../../client";
import { inTurn } from "./concurrency";
import type { Context, Definition, Inputs, Property, State } from "./definition";
import { difference, equal, refreshed } from "./diff";
import { ProviderError } from "./errors";
import { repeatIfLost } from "./lost-answer";
import type { Installed } from "./object";
import { isMap, type Properties } from "./properties";

/** The outputs of a setting. */
export interface SettingOutputs extends Installed {
  /**
   * The values that stood on the server before this resource first changed them. A destroy puts them back. Secrets are
   * not among them, because Portainer never shows them. A `get` and an import have none.
   */
  readonly former?: Readonly<Record<string, unknown>>;
}

/** What every installation has exactly one of. */
export interface SettingKind<Schema extends z.ZodObject, Wire>
  extends Pick<Definition<Schema, SettingOutputs>, "type" | "schema" | "misnomers" | "validate"> {
  /** The word for it in messages: `"the settings"`. */
  readonly what: string;
  /** The resource's id, the same on every server: `"settings"`. */
  readonly id: string;
  /** Properties that have several spellings. */
  readonly properties?: { readonly [Key in keyof Inputs<Schema>]?: Property };
  /** Paths of the secrets: `"ldap.password"`. The server never shows them. */
  readonly secrets: readonly string[];

  /** The actual values of all inputs, from the server's answer, without the secrets. */
  inputs(setting: Wire): Partial<Inputs<Schema>>;
  read(client: PortainerClient): Promise<Wire>;
  /**
   * Sends the changes. What they do not name must stay as it is, at any depth: `before` is what the server has.
   *
   * @throws ProviderError before the write, when the changes would leave the server unusable.
   */
  update(context: Context, changes: Partial<Inputs<Schema>>, before: Wire): Promise<Wire>;
}

/**
 * The definition of a resource for what every installation has exactly one of. Nothing is created or deleted: an `up`
 * changes what the program sets and leaves the rest, and what the program no longer sets gets its former value back.
 * Maps are managed key by key, lists as a whole.
 */
export function portainerSetting<Schema extends z.ZodObject, Wire>(
  kind: SettingKind<Schema, Wire>,
): Definition<Schema, SettingOutputs> {
  const { type, schema, what, secrets } = kind;
  const special: Readonly<Record<string, Property | undefined>> = { ...kind.properties };
  const properties: Readonly<Record<string, Property>> = Object.fromEntries(
    Object.keys(schema.shape).map((key) => [key, special[key] ?? {}]),
  );

  const identityOf = (instanceId: string) => `${instanceId}/${type}`;
  const inputsIn = (state: object) =>
    Object.fromEntries(Object.entries(state).filter(([key]) => key in properties));
  const shown = (setting: Wire) => kind.inputs(setting) as Properties;
  const readable = (inputs: Properties) => secrets.reduce((rest, path) => withoutPath(rest, path), inputs);
  const secretsIn = (inputs: Properties) => without(inputs, readable(inputs));

  /** The properties whose actual value is not the desired one. */
  const differing = (setting: Wire, desired: Properties) =>
    difference(properties, within(shown(setting), desired), readable(desired)).changed;

  /** Gives the server the desired values, by one write at most. */
  const apply = async (context: Context, desired: Properties, hasNewSecrets: boolean, before: Wire) => {
    const secretKeys = hasNewSecrets ? Object.keys(secretsIn(desired)) : [];
    const keys = [...new Set([...differing(before, desired), ...secretKeys])];
    if (keys.length === 0) return;
    const changes = Object.fromEntries(keys.map((key) => [key, desired[key]]));
    const now = await repeatIfLost(() => kind.update(context, changes as Partial<Inputs<Schema>>, before));
    const refused = differing(now, desired);
    if (refused.length > 0) {
      context.warn(
        `${what} were written, but this release of Portainer has not taken everything: ${refused.join(", ")} differ from the program`,
      );
    }
  };

  /** One step from the remembered state to the desired inputs; gives the new state. */
  const change = async (
    context: Context,
    olds: Partial<SettingOutputs>,
    news: Properties,
    instanceId: string,
  ) => {
    const { client } = context.connection;
    return await inTurn(identityOf(instanceId), async () => {
      const before = await kind.read(client);
      const remembered: Properties = olds.former ?? {};
      const former = merged(within(shown(before), news), within(remembered, news));
      const oldSecrets = secretsIn(inputsIn(olds));
      warnOfSecrets(context, without(oldSecrets, news));
      const desired = merged(without(remembered, news), news);
      await apply(context, desired, !equal(secretsIn(news), within(oldSecrets, news)), before);
      return { ...news, former, instanceId } as unknown as State<Schema, SettingOutputs>;
    });
  };

  const warnOfSecrets = ({ warn }: Context, staying: Properties) => {
    const paths = secrets.filter((path) => !equal(withoutPath(staying, path), staying));
    if (paths.length === 0) return;
    warn(
      `${paths.join(" and ")} stay on the server as last set: Portainer does not show secrets, so the former ones are not known`,
    );
  };

  return {
    ...kind,
    properties: properties as Definition<Schema, SettingOutputs>["properties"],
    identity: ({ instanceId }) => (instanceId === undefined ? undefined : identityOf(instanceId)),

    async create(context, inputs) {
      const instanceId = await context.connection.sameServer(undefined);
      context.claims.seek(identityOf(instanceId), `what "${context.name}" sets, ${what} of this server,`);
      const outputs = await change(context, {}, inputs, instanceId);
      context.claims.hold(identityOf(instanceId));
      return { id: kind.id, outputs };
    },

    async read({ connection }, id, state) {
      if (id !== kind.id)
        throw new ProviderError(`a server has ${what} once, so their id is always "${kind.id}", not "${id}"`);
      const instanceId = await connection.sameServer(state.instanceId);
      const actual = shown(await kind.read(connection.client));
      if (state.instanceId === undefined)
        return { id, inputs: actual as Partial<Inputs<Schema>>, outputs: { ...actual, instanceId } };
      const remembered = inputsIn(state);
      const now = merged(within(actual, remembered), secretsIn(remembered));
      const inputs = refreshed(properties, remembered, now);
      return {
        id,
        inputs: inputs as Partial<Inputs<Schema>>,
        outputs: { ...inputs, former: state.former, instanceId },
      };
    },

    async update(context, _id, olds, news) {
      const instanceId = await context.connection.sameServer(olds.instanceId);
      return await change(context, olds, news, instanceId);
    },

    async delete(context, _id, state) {
      const instanceId = await context.connection.sameServer(state.instanceId);
      await change(context, state, {}, instanceId);
    },
  };
}

const set = (value: Properties) => Object.entries(value).filter(([, item]) => item !== undefined);

/** The part of `value` that `shape` names, at any depth. */
export function within(value: Properties, shape: Properties): Properties {
  return Object.fromEntries(
    set(shape).flatMap(([key, inner]) => {
      const item = value[key];
      if (item === undefined) return [];
      return [[key, isMap(item) && isMap(inner) ? within(item, inner) : item]];
    }),
  );
}

/** The part of `value` that `shape` does not name, at any depth. */
export function without(value: Properties, shape: Properties): Properties {
  return Object.fromEntries(
    set(value).flatMap(([key, item]) => {
      const inner = shape[key];
      if (inner === undefined) return [[key, item]];
      if (!isMap(item) || !isMap(inner)) return [];
      const rest = without(item, inner);
      return Object.keys(rest).length > 0 ? [[key, rest]] : [];
    }),
  );
}

/** Both together, at any depth; where both have a value, that of `over`. */
export function merged(under: Properties, over: Properties): Properties {
  const inner = set(over).map(([key, item]) => {
    const below = under[key];
    return [key, isMap(below) && isMap(item) ? merged(below, item) : item];
  });
  return { ...under, ...Object.fromEntries(inner) };
}

/** The value without what is at a path: `"ldap.password"`. */
function withoutPath(value: Properties, path: string): Properties {
  const [key = "", ...rest] = path.split(".");
  const { [key]: item, ...others } = value;
  if (item === undefined || rest.length === 0) return others;
  return isMap(item) ? { ...value, [key]: withoutPath(item, rest.join(".")) } : { ...value };
}
