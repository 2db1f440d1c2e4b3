import type { z } from "zod";
import { holderOf } from "./claims";
import {
  configName,
  EXPLICIT_KEY,
  environmentName,
  gatherSettings,
  type SettingTexts,
} from "./connection-settings";
import type { Definition } from "./definition";
import type { Call } from "./operation";
import { type Hidden, hidden, markSecrets, type Properties, plainRecord, visible } from "./properties";
import { pulumiEngine } from "./pulumi";
import { PartialFailure, stepsOf } from "./steps";
import type { Failure } from "./validate";

/** The interface that Pulumi's dynamic-provider process calls. */
export interface DynamicProvider {
  configure(request: { config: { get(key: string): string | undefined } }): Promise<void>;
  check(olds: Properties, news: Properties): Promise<{ inputs: Properties; failures: readonly Failure[] }>;
  diff(id: string, olds: Properties, news: Properties): Promise<DiffAnswer>;
  create(inputs: Properties): Promise<{ id: string; outs: Properties }>;
  read(id: string, props: Properties): Promise<{ id?: string; props?: Properties; inputs?: Properties }>;
  update(id: string, olds: Properties, news: Properties): Promise<{ outs: Properties }>;
  delete(id: string, props: Properties): Promise<void>;
}

interface DiffAnswer {
  changes: boolean;
  replaces: readonly string[];
  deleteBeforeReplace: boolean;
}

/** Makes a Pulumi dynamic provider from a resource's definition. */
export function dynamicProvider<Schema extends z.ZodObject, Outputs extends object>(
  definition: Definition<Schema, Outputs>,
): DynamicProvider {
  const steps = stepsOf(definition);
  let settings: SettingTexts = {};

  /** The state for Pulumi to store: plain values only, secrets marked, hidden keys kept. */
  const stored = (properties: Properties, kept: Hidden): Properties =>
    markSecrets({ ...plainRecord(properties), ...kept }, definition.secrets);

  const callOf = (step: keyof NonNullable<Hidden["__timeouts"]> | undefined, from: Hidden): Call => ({
    urn: from.__urn,
    settings,
    holder: holderOf(from),
    timeout: step && from.__timeouts?.[step],
  });

  /** What the dynamic-provider process reads of an error. */
  const failing = (error: unknown, kept: Hidden): unknown =>
    error instanceof PartialFailure
      ? Object.assign(error, {
          properties: stored(error.outputs, withHolder(kept, error.holder)),
          reasons: [error.message],
        })
      : error;

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

    async check(_olds, news) {
      const kept = hidden(news);
      const { inputs, failures } = steps.check(callOf(undefined, kept), visible(plainRecord(news)));
      return { inputs: stored(inputs, kept), failures };
    },

    async diff(id, olds, news) {
      const { __urn, __replaceOnChanges } = hidden(news);
      const call = { ...callOf(undefined, hidden(olds)), urn: __urn };
      const found = steps.diff(call, id, visible(olds), visible(news), __replaceOnChanges);
      const { changed, replaces, deleteBeforeReplace } = found;
      return { changes: changed.length > 0, replaces, deleteBeforeReplace };
    },

    async create(inputs) {
      const kept = hidden(inputs);
      try {
        const { id, outputs, holder } = await steps.create(callOf("create", kept), visible(inputs));
        return { id, outs: stored(outputs, withHolder(kept, holder)) };
      } catch (error) {
        throw failing(error, kept);
      }
    },

    async read(id, props) {
      const { __holder, ...handedOver } = hidden(props);
      const now = await steps.read(callOf(undefined, hidden(props)), id, visible(props));
      if (!now) return {};
      return {
        id: now.id,
        props: stored(now.outputs, withHolder(handedOver, __holder)),
        inputs: stored(now.inputs, handedOver),
      };
    },

    async update(id, olds, news) {
      const { __holder } = hidden(olds);
      const kept = withHolder(hidden(news), __holder);
      try {
        return {
          outs: stored(await steps.update(callOf("update", kept), id, visible(olds), visible(news)), kept),
        };
      } catch (error) {
        throw failing(error, kept);
      }
    },

    async delete(id, props) {
      await steps.delete(callOf("delete", hidden(props)), id, visible(props));
    },
  };
}

const withHolder = (kept: Hidden, holder: string | undefined): Hidden => ({
  ...kept,
  ...(holder !== undefined && { __holder: holder }),
});
