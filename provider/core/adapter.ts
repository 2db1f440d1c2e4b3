import type { z } from "zod";
import { claimAccess } from "./access-claims";
import { type Claims, hold, holderOf, newHolder, release, takenBy } from "./claims";
import {
  configName,
  EXPLICIT_KEY,
  environmentName,
  gatherSettings,
  type SettingTexts,
} from "./connection-settings";
import type { Context, Definition } from "./definition";
import { difference } from "./diff";
import { ProviderError, quiet, Unfinished } from "./errors";
import { operate } from "./operation";
import { hidden, markSecrets, nameOf, type Properties, plainRecord, visible } from "./properties";
import { pulumiEngine } from "./pulumi";
import { schemaDefaults } from "./schema";
import { type Failure, validate } from "./validate";

/** The interface that Pulumi's dynamic-provider process calls. */
export interface DynamicProvider {
  configure(request: { config: { get(key: string): string | undefined } }): Promise<void>;
  check(olds: Properties, news: Properties): Promise<{ inputs: Properties; failures: Failure[] }>;
  diff(id: string, olds: Properties, news: Properties): Promise<DiffAnswer>;
  create(inputs: Properties): Promise<{ id: string; outs: Properties }>;
  read(id: string, props: Properties): Promise<{ id?: string; props?: Properties; inputs?: Properties }>;
  update(id: string, olds: Properties, news: Properties): Promise<{ outs: Properties }>;
  delete(id: string, props: Properties): Promise<void>;
}

interface DiffAnswer {
  changes: boolean;
  replaces: string[];
  deleteBeforeReplace: boolean;
}

/** Makes a Pulumi dynamic provider from a resource's definition. Every resource goes through here. */
export function dynamicProvider<Schema extends z.ZodObject, Outputs extends object>(
  definition: Definition<Schema, Outputs>,
): DynamicProvider {
  let settings: SettingTexts = {};

  /** The state for Pulumi to store: plain values only, secrets marked, hidden keys kept. */
  const stored = (properties: Properties, from: Properties): Properties =>
    markSecrets({ ...plainRecord(properties), ...hidden(from) }, definition.secrets);

  const identity = (state: Properties): string | undefined => definition.identity?.(visible(state) as never);

  /** Claims the object for this resource, and gives the state for Pulumi to store. */
  const held = (outputs: Properties, from: Properties): Properties => {
    hold(identity(outputs), claimantOf(from));
    return stored(outputs, from);
  };

  const failing = (error: unknown, from: Properties): Error => {
    if (!(error instanceof Unfinished)) return quiet(error);
    const told = quiet(error);
    return Object.assign(told, {
      id: error.id,
      properties: held(error.outputs, from),
      reasons: [told.message],
    });
  };

  return {
    /** Must not wait: the process calls other methods before `configure` resolves. */
    configure({ config }) {
      settings = gatherSettings({
        explicit: config.get(EXPLICIT_KEY) === "true",
        config: (key) => config.get(configName(key)),
        environment: (key) => process.env[environmentName(key)],
      });
      pulumiEngine();
      return Promise.resolve();
    },

    check(_olds, news) {
      const { __urn } = hidden(news);
      const given = visible(plainRecord(news));
      const inputs = {
        ...schemaDefaults(definition.schema),
        ...definition.defaults?.(given, { name: nameOf(__urn), settings }),
        ...given,
      };
      const failures = [
        ...validate(definition.schema, inputs, definition.misnomers),
        ...(definition.validate?.(inputs) ?? []),
      ];
      const claim = failures.length === 0 ? definition.accessClaim?.(inputs, undefined) : undefined;
      const reason = claim && claimAccess(__urn, claim);
      if (reason !== undefined) failures.push({ property: "", reason });
      return Promise.resolve({ inputs: stored(inputs, news), failures });
    },

    diff(id, olds, news) {
      const { __urn, __replaceOnChanges } = hidden(news);
      const conflict = claimAccess(__urn, definition.accessClaim?.(visible(news), id));
      if (conflict !== undefined) return Promise.reject(quiet(new ProviderError(conflict)));
      hold(identity(olds), { ...claimantOf(olds), urn: __urn });
      const found = difference(definition.properties, olds, news, __replaceOnChanges);
      if (found.changed.length === 0) {
        return Promise.resolve({ changes: false, replaces: [], deleteBeforeReplace: false });
      }
      const both = [visible(olds) as never, visible(news) as never] as const;
      try {
        const replaces = [...found.replaces, ...(definition.replaces?.(found.changed, ...both) ?? [])];
        const reason = definition.explain?.(found.changed, ...both);
        if (reason !== undefined && __urn !== undefined) pulumiEngine().log("info", reason, __urn, false);
        const deleteBeforeReplace = replaces.length > 0 && !definition.canCoexist?.(found.changed);
        return Promise.resolve({ changes: true, replaces, deleteBeforeReplace });
      } catch (error) {
        return Promise.reject(quiet(error));
      }
    },

    async create(inputs) {
      const asHolder = { ...inputs, __holder: newHolder() };
      let claims: Claims | undefined;
      /** Only an entry that adopts its object has to be told from the one that made it. */
      const from = () => (claims?.hasSought() ? asHolder : inputs);
      try {
        const { id, outputs } = await operate("create", settings, hidden(asHolder), (context) => {
          claims = context.claims;
          return definition.create(context, definition.schema.parse(visible(inputs)));
        });
        claimAccess(hidden(inputs).__urn, definition.accessClaim?.(visible(inputs), id));
        return { id, outs: held(outputs, from()) };
      } catch (error) {
        throw failing(error, from());
      }
    },

    async read(id, props) {
      try {
        const now = await operate("read", settings, hidden(props), (context) =>
          definition.read(context, id, visible(props) as never),
        );
        if (now)
          return {
            id: now.id,
            props: stored(now.outputs, props),
            inputs: stored(now.inputs, handedOver(props)),
          };
        if (isGet(props)) throw new ProviderError(`there is no ${definition.type} "${id}"`);
        return {};
      } catch (error) {
        throw quiet(error);
      }
    },

    async update(id, olds, news) {
      const { __holder } = hidden(olds);
      const from = { ...news, ...(__holder !== undefined && { __holder }) };
      try {
        const outputs = await operate("update", settings, hidden(from), (context) =>
          definition.update(context, id, visible(olds) as never, definition.schema.parse(visible(news))),
        );
        return { outs: held(outputs, from) };
      } catch (error) {
        throw failing(error, from);
      }
    },

    async delete(id, props) {
      try {
        await operate("delete", settings, hidden(props), async (context) => {
          const object = identity(props);
          const other = takenBy(object, claimantOf(props));
          if (other !== undefined) return letGo(context, other);
          await definition.delete(context, id, visible(props) as never);
          release(object, claimantOf(props));
        });
      } catch (error) {
        throw quiet(error);
      }
    },
  };
}

const claimantOf = (from: Properties) => ({ holder: holderOf(hidden(from)), urn: hidden(from).__urn });

/** The properties of the state, without the hidden one that no program sets. */
function handedOver({ __holder: _added, ...properties }: Properties): Properties {
  return properties;
}

function letGo({ name, info }: Context, other: string): void {
  info(`"${other}" has taken over what "${name}" was: "${name}" is forgotten, and nothing is deleted`);
}

/**
 * Whether this is a `get`: its state is empty, while a managed resource always has an `instanceId`. The caller must
 * throw when a `get` finds nothing, because Pulumi does not report it.
 */
function isGet(props: Properties): boolean {
  return props["instanceId"] === undefined;
}
