import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { ResourceReference } from "../provider/core/schema";
import type * as functions from "../provider/functions";
import { Provider } from "./provider";
import type { Args } from "./types";

type Functions = Omit<typeof functions, `runFunction${string}` | `${string}Schema`>;
type Name = keyof Functions;
type Written<Of extends Name> = z.input<Functions[Of]["schema"]>;
type Result<Of extends Name> = Awaited<ReturnType<Functions[Of]["run"]>>;

/** The same arguments without resources in the place of ids: those have no value yet. */
type Plain<T> = T extends readonly (infer Item)[]
  ? readonly Exclude<Item, ResourceReference>[]
  : Exclude<T, ResourceReference>;
type PlainArgs<Of extends Name> = { [Key in keyof Written<Of>]: Plain<Written<Of>[Key]> };

/** How a function is called. */
export interface FunctionOptions {
  /** The Provider whose server is asked. @default stack config and environment variables */
  readonly provider?: Provider;
}

/** How a function is called whose arguments are outputs. */
export interface FunctionOutputOptions extends FunctionOptions {
  /** Resources that must exist first. While they do not, as in the preview of their creation, the result is unknown. */
  readonly dependsOn?: pulumi.Resource | readonly pulumi.Resource[];
}

/** A schema without properties has an index signature, and so no key of its own. */
type IsOptional<Given> = string extends keyof Given ? true : Partial<Given> extends Given ? true : false;

type Call<Given, Options, Answer> =
  IsOptional<Given> extends true
    ? (args?: Given, options?: Options) => Answer
    : (args: Given, options?: Options) => Answer;

/** A function that answers with a promise. Its arguments are plain values. */
const lookUp = <Of extends Name>(name: Of) =>
  (async (args: object = {}, { provider }: FunctionOptions = {}) =>
    await run(name, args, await present(name, Provider.settingsOf(provider)))) as Call<
    PlainArgs<Of>,
    FunctionOptions,
    Promise<Result<Of>>
  >;

/** A function that answers with an output, and takes outputs. */
const lookUpOutput = <Of extends Name>(name: Of) =>
  ((args: object = {}, { provider, dependsOn = [] }: FunctionOutputOptions = {}) => {
    // A secret among the settings does not make the result secret; one among the arguments does.
    const settings = pulumi.unsecret(pulumi.output(Provider.settingsOf(provider)));
    const ids = [dependsOn].flat().map((resource) => ("id" in resource ? resource.id : resource.urn));
    return pulumi
      .all([pulumi.output(byId(args)), settings, pulumi.all(ids)])
      .apply(([given, texts]) => run(name, given as object, texts));
  }) as Call<Args<Written<Of>>, FunctionOutputOptions, pulumi.Output<Result<Of>>>;

/** The functions themselves are loaded at the first call: a program that only declares resources does without. */
async function run(name: Name, args: object, settings: Readonly<Record<string, string>>): Promise<object> {
  const { runFunction, ...all } = require("../provider/functions") as typeof functions;
  return await runFunction(name, all[name] as never, args as never, settings);
}

/** Resources in the place of ids, as their ids. */
function byId(args: object): object {
  const idOf = (value: unknown): unknown => {
    if (pulumi.CustomResource.isInstance(value)) return value.id;
    return Array.isArray(value) ? value.map(idOf) : value;
  };
  return Object.fromEntries(Object.entries(args).map(([key, value]) => [key, idOf(value)]));
}

/** Pulumi's SDK has no public way to ask whether a value is known, and never calls back for one that is not. */
interface Knowable {
  readonly isKnown: Promise<boolean>;
}

/** The values of settings that a Provider has from other resources. Throws while they are not known. */
async function present(
  name: Name,
  settings: ReturnType<typeof Provider.settingsOf>,
): Promise<Readonly<Record<string, string>>> {
  const output = pulumi.unsecret(pulumi.output(settings));
  if (!(await (output as unknown as Knowable).isKnown))
    throw new Error(
      `${name}: the settings of the Provider are not known in this preview. Use ${name}Output, which waits for them.`,
    );
  return await new Promise((resolve) => void output.apply(resolve));
}

/**
 * Asks a server for its version and its id. It needs no credentials.
 *
 * @example
 * ```ts
 * const { version } = await portainer.getStatus();
 * ```
 */
export const getStatus = lookUp("getStatus");
/** The same as `getStatus` with outputs: the result is known when the arguments are. */
export const getStatusOutput = lookUpOutput("getStatus");

/**
 * Looks up an environment by name or id, whether Pulumi manages it or not. One request.
 *
 * @example
 * ```ts
 * const local = await portainer.getEndpoint({ name: "local" });
 * new portainer.Container("web", { endpointId: local.endpointId, image: "nginx:1.27" });
 * ```
 */
export const getEndpoint = lookUp("getEndpoint");
/** The same as `getEndpoint` with outputs: the result is known when the arguments are. */
export const getEndpointOutput = lookUpOutput("getEndpoint");

/**
 * Lists environments, all or those of a group, with tags or with a text. One request.
 *
 * @example
 * ```ts
 * const { endpoints } = await portainer.getEndpoints({ search: "production" });
 * ```
 */
export const getEndpoints = lookUp("getEndpoints");
/** The same as `getEndpoints` with outputs: the result is known when the arguments are. */
export const getEndpointsOutput = lookUpOutput("getEndpoints");

/**
 * Looks up a tag by name or id. One request.
 *
 * @example
 * ```ts
 * const { tagId } = await portainer.getTag({ name: "production" });
 * ```
 */
export const getTag = lookUp("getTag");
/** The same as `getTag` with outputs: the result is known when the arguments are. */
export const getTagOutput = lookUpOutput("getTag");

/**
 * Looks up a team by name or id. One request.
 *
 * @example
 * ```ts
 * const { teamId } = await portainer.getTeam({ name: "ops" });
 * ```
 */
export const getTeam = lookUp("getTeam");
/** The same as `getTeam` with outputs: the result is known when the arguments are. */
export const getTeamOutput = lookUpOutput("getTeam");

/**
 * Looks up a user by name or id. One request.
 *
 * @example
 * ```ts
 * const { userId } = await portainer.getUser({ username: "ann" });
 * ```
 */
export const getUser = lookUp("getUser");
/** The same as `getUser` with outputs: the result is known when the arguments are. */
export const getUserOutput = lookUpOutput("getUser");

/**
 * Looks up a registry by name or id, without its password, which Portainer never shows. One request.
 *
 * @example
 * ```ts
 * const { registryId } = await portainer.getRegistry({ name: "internal" });
 * ```
 */
export const getRegistry = lookUp("getRegistry");
/** The same as `getRegistry` with outputs: the result is known when the arguments are. */
export const getRegistryOutput = lookUpOutput("getRegistry");

/**
 * Looks up a stack by name or id. One request.
 *
 * @example
 * ```ts
 * const { status } = await portainer.getStack({ name: "shop" });
 * ```
 */
export const getStack = lookUp("getStack");
/** The same as `getStack` with outputs: the result is known when the arguments are. */
export const getStackOutput = lookUpOutput("getStack");

/**
 * Looks up a container by name or id, whoever made it. One request.
 *
 * @example
 * ```ts
 * const { assignedPorts } = await portainer.getContainer({ endpointId: 1, name: "web" });
 * ```
 */
export const getContainer = lookUp("getContainer");
/** The same as `getContainer` with outputs: the result is known when the arguments are. */
export const getContainerOutput = lookUpOutput("getContainer");

/**
 * Lists containers, by Docker's filters. One request.
 *
 * @example
 * ```ts
 * const { containers } = await portainer.getContainers({ endpointId: 1, filters: { label: ["team=ops"] } });
 * ```
 */
export const getContainers = lookUp("getContainers");
/** The same as `getContainers` with outputs: the result is known when the arguments are. */
export const getContainersOutput = lookUpOutput("getContainers");

/**
 * Looks up an image that the engine has; `getRemoteImage` asks its registry. One request.
 *
 * @example
 * ```ts
 * const { imageId } = await portainer.getImage({ endpointId: 1, name: "nginx:1.27" });
 * ```
 */
export const getImage = lookUp("getImage");
/** The same as `getImage` with outputs: the result is known when the arguments are. */
export const getImageOutput = lookUpOutput("getImage");

/**
 * Looks up a network by name or id. One request.
 *
 * @example
 * ```ts
 * const { subnets } = await portainer.getNetwork({ endpointId: 1, name: "bridge" });
 * ```
 */
export const getNetwork = lookUp("getNetwork");
/** The same as `getNetwork` with outputs: the result is known when the arguments are. */
export const getNetworkOutput = lookUpOutput("getNetwork");

/**
 * Looks up a service of a swarm by name or id. One request.
 *
 * @example
 * ```ts
 * const { publishedPorts } = await portainer.getService({ endpointId: 1, name: "web" });
 * ```
 */
export const getService = lookUp("getService");
/** The same as `getService` with outputs: the result is known when the arguments are. */
export const getServiceOutput = lookUpOutput("getService");

/**
 * Looks up a volume by name. One request.
 *
 * @example
 * ```ts
 * const { mountpoint } = await portainer.getVolume({ endpointId: 1, name: "data" });
 * ```
 */
export const getVolume = lookUp("getVolume");
/** The same as `getVolume` with outputs: the result is known when the arguments are. */
export const getVolumeOutput = lookUpOutput("getVolume");

/**
 * Reads the last lines of a container's log, with the values of its environment masked. Two requests.
 *
 * @example
 * ```ts
 * const { logs } = await portainer.getLogs({ endpointId: 1, name: "migration", tail: 20 });
 * ```
 */
export const getLogs = lookUp("getLogs");
/** The same as `getLogs` with outputs: the result is known when the arguments are. */
export const getLogsOutput = lookUpOutput("getLogs");
