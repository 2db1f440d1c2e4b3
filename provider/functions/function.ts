/** Functions of a program: each asks the server for something that Pulumi does not manage. */
import type { z } from "zod";
import type { CallOptions } from "../../client";
import { type Connection, connect } from "../connection";
import {
  configName,
  EXPLICIT_KEY,
  environmentName,
  gatherSettings,
  type SettingTexts,
} from "../core/connection-settings";
import { isEnvironmentGone, isNotFound, messageOf, ProviderError, quiet } from "../core/errors";
import { isUnknown, type Properties, plainRecord } from "../core/properties";
import { idNumber, schemaDefaults } from "../core/schema";
import { validate } from "../core/validate";

/** What a function asks with. */
export interface FunctionContext {
  readonly connection: Connection;
  /** Options for every call. */
  readonly call: CallOptions;
}

/** One function: its arguments, and the request that answers it. */
export interface FunctionDefinition<Schema extends z.ZodObject, Result extends object> {
  readonly schema: Schema;
  /** Arguments of which exactly one must be set. @default none */
  readonly oneOf?: readonly string[];
  /** Names from other tools, each with our name for it. */
  readonly misnomers?: Readonly<Record<string, string>>;
  /** @throws ProviderError if there is nothing that fits. */
  run(context: FunctionContext, args: z.output<Schema>): Promise<Result>;
}

/** The time limit of a function, in milliseconds. */
const LIMIT_MS = 5 * 60_000;

/** The answers of this process: a program that asks the same twice sends one request. */
const answers = new Map<string, Promise<object>>();

/**
 * Runs a function.
 *
 * @param name its name in the program, for messages: `"getTag"`.
 * @param config the settings of a `Provider` or of stack config, by their names there: `portainer:url`.
 * @throws an error without a stack trace, which says which function failed and why.
 */
export async function runFunction<Result extends object>(
  name: string,
  definition: FunctionDefinition<z.ZodObject, Result>,
  args: Properties,
  config: Readonly<Record<string, string>>,
): Promise<Result> {
  const settings = gatherSettings({
    explicit: config[EXPLICIT_KEY] === "true",
    config: (key) => config[configName(key)],
    environment: (key) => process.env[environmentName(key)],
  });
  return await runFunctionOn(settings, name, definition, args);
}

/** Runs a function on the server of these settings. */
export async function runFunctionOn<Result extends object>(
  settings: SettingTexts,
  name: string,
  definition: FunctionDefinition<z.ZodObject, Result>,
  args: Properties,
): Promise<Result> {
  const given = plainRecord(args);
  try {
    requireValid(definition, given);
    const inputs = definition.schema.parse({ ...schemaDefaults(definition.schema), ...given });
    return await once(JSON.stringify([name, inputs, settings]), () => ask(definition, settings, inputs));
  } catch (error) {
    throw quiet(new ProviderError(`${name}: ${messageOf(error)}`));
  }
}

function requireValid({ schema, oneOf = [], misnomers }: AnyDefinition, given: Properties): void {
  const failures = validate(schema, given, misnomers).map(({ property, reason }) => `${property}: ${reason}`);
  const set = oneOf.filter((key) => given[key] !== undefined);
  if (failures.length === 0 && oneOf.length > 0 && set.length !== 1)
    failures.push(`give exactly one of ${oneOf.map((key) => `\`${key}\``).join(" and ")}`);
  const unknown = Object.keys(given).filter((key) => isUnknown(given[key]));
  if (unknown.length > 0) failures.push(`${unknown.join(", ")} is not known in this preview`);
  if (failures.length > 0) throw new ProviderError(failures.join("; "));
}

type AnyDefinition = Pick<FunctionDefinition<z.ZodObject, object>, "schema" | "oneOf" | "misnomers">;

function once<Result extends object>(key: string, work: () => Promise<Result>): Promise<Result> {
  const known = answers.get(key) as Promise<Result> | undefined;
  if (known) return known;
  const asked = work();
  answers.set(key, asked);
  // A failure is not remembered: what is missing now may be there later in the same `up`.
  asked.catch(() => answers.delete(key));
  return asked;
}

async function ask<Result extends object>(
  { run }: FunctionDefinition<z.ZodObject, Result>,
  settings: SettingTexts,
  inputs: Properties,
): Promise<Result> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  return plainRecord(await run({ connection: connect(settings), call: { signal } }, inputs)) as Result;
}

/** The object that a call returns. Throws if there is none. */
export async function found<T>(
  what: string,
  { url }: Connection,
  call: () => Promise<T | undefined>,
): Promise<T> {
  const missing = () => new ProviderError(`there is no ${what} on ${url}`);
  try {
    const object = await call();
    if (object === undefined) throw missing();
    return object;
  } catch (error) {
    throw isNotFound(error) ? missing() : error;
  }
}

/** An environment's engine, and a way to find an object on it. */
export function engineOf({ connection }: FunctionContext, { endpointId, nodeName }: EngineArgs) {
  const id = endpointId === undefined ? connection.endpointId : idNumber(endpointId);
  if (id === undefined)
    throw new ProviderError("no environment: give `endpointId`, or set it for the provider");
  const docker = connection.client.docker(id, nodeName);
  /** @param what the object in words: `container "web"`. */
  const find = <T>(what: string, call: () => Promise<T | undefined>): Promise<T> =>
    found(`${what} in environment ${id}`, connection, async () => {
      try {
        return await call();
      } catch (error) {
        if (!isEnvironmentGone(error)) throw error;
        throw new ProviderError(`there is no environment ${id} on ${connection.url}`);
      }
    });
  return { docker, find };
}

interface EngineArgs {
  readonly endpointId?: number | string | undefined;
  readonly nodeName?: string | undefined;
}
