import type { z } from "zod";
import { claimAccess } from "./access-claims";
import { type Claims, hold, newHolder, release, takenBy } from "./claims";
import type { Context, Definition } from "./definition";
import { difference } from "./diff";
import { ProviderError, quiet, Unfinished } from "./errors";
import { inputsToSay } from "./importable";
import { type Call, operate } from "./operation";
import { nameOf, type Properties, plainRecord } from "./properties";
import { pulumiEngine } from "./pulumi";
import { schemaDefaults } from "./schema";
import { type Failure, validate } from "./validate";

/** How a resource differs from what the program says. */
export interface Difference {
  /** The properties that differ in meaning. */
  readonly changed: readonly string[];
  /** Properties that require a replacement. */
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

/** A resource that `create` has made or adopted. */
export interface Made {
  readonly id: string;
  readonly outputs: Properties;
  /** What identifies its state entry from now on; `undefined` for its URN. */
  readonly holder: string | undefined;
}

/** A resource that exists, and is not yet as the program says. Pulumi keeps it, with the reason. */
export class PartialFailure extends Error implements Made {
  override readonly name = "PartialFailure";
  readonly id: string;
  readonly outputs: Properties;
  readonly holder: string | undefined;

  constructor(reason: string, { id, outputs, holder }: Made) {
    super(reason);
    this.stack = "";
    this.id = id;
    this.outputs = outputs;
    this.holder = holder;
  }
}

/**
 * Pulumi's steps for one kind of resource. Both ways in which Pulumi reaches this package go through here: the adapter of
 * dynamic providers and the plugin. All properties are plain: secrets in clear, and nothing but the resource's own.
 */
export interface Steps {
  /** Fills in managed defaults and finds what is wrong, offline. */
  check(call: Call, given: Properties): { inputs: Properties; failures: readonly Failure[] };
  /**
   * Compares, offline.
   *
   * @param replaceOnChanges the resource option, where Pulumi leaves it to the provider.
   * @throws ProviderError when the change is not allowed at all.
   */
  diff(
    call: Call,
    id: string,
    olds: Properties,
    news: Properties,
    replaceOnChanges?: readonly string[],
  ): Difference;
  /** @throws PartialFailure when the object is there and not as desired. */
  create(call: Call, inputs: Properties): Promise<Made>;
  /** @returns `undefined` when the object is gone. */
  read(
    call: Call,
    id: string,
    state: Properties,
  ): Promise<{ id: string; inputs: Properties; outputs: Properties } | undefined>;
  /** Reads an object that no state knows, with the inputs that a program has to say for it. */
  import(call: Call, id: string): Promise<{ id: string; inputs: Properties; outputs: Properties }>;
  /** @throws PartialFailure when the object is not yet as desired. */
  update(call: Call, id: string, olds: Properties, news: Properties): Promise<Properties>;
  delete(call: Call, id: string, state: Properties): Promise<void>;
}

/** The steps of a resource, from its definition. Their errors have a message alone. */
export function stepsOf<Schema extends z.ZodObject, Outputs extends object>(
  definition: Definition<Schema, Outputs>,
): Steps {
  const identity = (state: Properties): string | undefined => definition.identity?.(state as never);

  /** Claims the object for a state entry. */
  const held = (outputs: Properties, { urn, holder }: Call): Properties => {
    const stored = plainRecord(outputs);
    hold(identity(stored), { urn, holder });
    return stored;
  };

  const missing = (id: string) => new ProviderError(`there is no ${definition.type} "${id}"`);

  /** @param adopted the holder of an object that `create` has found. */
  const failing = (error: unknown, call: Call, adopted?: string): Error => {
    const told = quiet(error);
    if (!(error instanceof Unfinished)) return told;
    const outputs = held(error.outputs, { ...call, holder: adopted ?? call.holder });
    return new PartialFailure(told.message, { id: error.id, outputs, holder: adopted });
  };

  return {
    check({ urn, settings }, given) {
      const inputs: Properties = {
        ...schemaDefaults(definition.schema),
        ...definition.defaults?.(given, { name: nameOf(urn), settings }),
        ...given,
      };
      const failures = [
        ...validate(definition.schema, inputs, definition.misnomers),
        ...(definition.validate?.(inputs) ?? []),
      ];
      const claim = failures.length === 0 ? definition.accessClaim?.(inputs, undefined) : undefined;
      const reason = claim && claimAccess(urn, claim);
      if (reason !== undefined) failures.push({ property: "", reason });
      return { inputs, failures };
    },

    diff({ urn, holder }, id, olds, news, replaceOnChanges) {
      try {
        const conflict = claimAccess(urn, definition.accessClaim?.(news, id));
        if (conflict !== undefined) throw new ProviderError(conflict);
        hold(identity(olds), { urn, holder });
        const { changed, replaces } = difference(definition.properties, olds, news, replaceOnChanges);
        if (changed.length === 0) return { changed, replaces: [], deleteBeforeReplace: false };
        const both = [olds as never, news as never] as const;
        const all = [...replaces, ...(definition.replaces?.(changed, ...both) ?? [])];
        const reason = definition.explain?.(changed, ...both);
        if (reason !== undefined && urn !== undefined) pulumiEngine().log("info", reason, urn, false);
        const deleteBeforeReplace = all.length > 0 && !definition.canCoexist?.(changed);
        return { changed, replaces: all, deleteBeforeReplace };
      } catch (error) {
        throw quiet(error);
      }
    },

    async create(call, inputs) {
      const fresh = newHolder();
      let claims: Claims | undefined;
      /** Only an entry that adopts its object has to be told from the one that made it. */
      const adopted = () => (claims?.hasSought() ? fresh : undefined);
      try {
        const { id, outputs } = await operate("create", { ...call, holder: fresh }, (context) => {
          claims = context.claims;
          return definition.create(context, definition.schema.parse(inputs));
        });
        claimAccess(call.urn, definition.accessClaim?.(inputs, id));
        const holder = adopted();
        return { id, outputs: held(outputs, { ...call, holder: holder ?? call.holder }), holder };
      } catch (error) {
        throw failing(error, call, adopted());
      }
    },

    async read(call, id, state) {
      try {
        const now = await operate("read", call, (context) => definition.read(context, id, state as never));
        if (now) {
          return { id: now.id, inputs: plainRecord(now.inputs), outputs: plainRecord(now.outputs) };
        }
        if (isGet(state)) throw missing(id);
        return undefined;
      } catch (error) {
        throw quiet(error);
      }
    },

    async import(call, id) {
      try {
        return await operate("read", call, async (context) => {
          const now = await definition.read(context, id, {});
          if (!now) throw missing(id);
          const inputs =
            (await definition.importedInputs?.(context, now.id)) ??
            inputsToSay(definition.schema, now.inputs as Properties);
          const outputs = { ...now.outputs, ...inputs };
          return { id: now.id, inputs: plainRecord(inputs), outputs: plainRecord(outputs) };
        });
      } catch (error) {
        throw quiet(error);
      }
    },

    async update(call, id, olds, news) {
      try {
        const outputs = await operate("update", call, (context) =>
          definition.update(context, id, olds as never, definition.schema.parse(news)),
        );
        return held(outputs, call);
      } catch (error) {
        throw failing(error, call);
      }
    },

    async delete(call, id, state) {
      try {
        await operate("delete", call, async (context) => {
          const object = identity(state);
          const other = takenBy(object, call);
          if (other !== undefined) return letGo(context, other);
          await definition.delete(context, id, state as never);
          release(object, call);
        });
      } catch (error) {
        throw quiet(error);
      }
    },
  };
}

function letGo({ name, info }: Context, other: string): void {
  info(`"${other}" has taken over what "${name}" was: "${name}" is forgotten, and nothing is deleted`);
}

/**
 * Whether this is a `get`: its state is empty, while a managed resource always has an `instanceId`. It must fail when it
 * finds nothing, because Pulumi does not report that.
 */
function isGet(state: Properties): boolean {
  return state["instanceId"] === undefined;
}
