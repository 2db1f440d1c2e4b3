import { z } from "zod";
import { isApiError } from "../../client";
import type { NetworkInspect } from "../../contract";
import { until } from "../core/concurrency";
import type { Inputs } from "../core/definition";
import { noneIfEmpty } from "../core/diff";
import { ProviderError, Unfinished } from "../core/errors";
import { lookOnceBack, mayHaveHappened, repeatIfLost } from "../core/lost-answer";
import { filledIn } from "../core/schema";
import { AccessSchema, copyAccess } from "./access";
import { afterwards, type Engine, engineFields, unlessObjectGone } from "./engine";
import { comparableLabels, labelsOf, labelsWith, TextsSchema, URN_LABEL } from "./identity";
import { canonicalIpam, IpamSchema, ipamRequest, readIpam } from "./ipam";
import { isMadeByAnother } from "./maker";
import { controlledNetwork, filterByName, ownOptions, recreateNetwork } from "./network-recreate";
import { certainlyChanged, engineObject, ObjectName, type OnEngine } from "./object";
import { inSwarm } from "./swarm-file";

export const NetworkSchema = z.object({
  ...engineFields,
  /**
   * The network's name. A new name creates the new network before the old one is deleted: containers whose first
   * network it is are rolled out on it, others move over while they run. A change that keeps the name disconnects the
   * network's containers, recreates it, and connects them again as they were. Docker: `Name`.
   * @default the resource's name
   */
  name: filledIn(ObjectName("network")),
  /** `"bridge"`, `"overlay"`, `"macvlan"`, `"ipvlan"` or a plugin's. Docker: `Driver`. @default "bridge" */
  driver: z.string().min(1, "the driver's name is empty").default("bridge"),
  /** Options for the driver, such as `{ "com.docker.network.driver.mtu": "1400" }`. Docker: `Options`. @default none */
  options: TextsSchema.optional(),
  /** Whether the network has no access to the outside. Docker: `Internal`. @default false */
  internal: z.boolean().default(false),
  /** Whether standalone containers may join, if it is a swarm's network. Docker: `Attachable`. @default false */
  attachable: z.boolean().default(false),
  /** Whether it is the network of a swarm over which nodes pass published ports on; there is one at most. Docker: `Ingress`. @default false */
  ingress: z.boolean().optional(),
  /** Whether it has IPv6 addresses too. Docker: `EnableIPv6`. @default false */
  enableIPv6: z.boolean().default(false),
  /** The addresses of the network. Docker: `IPAM`. @default the engine's choice */
  ipam: IpamSchema.optional(),
  /** Docker: `Labels`. @default none */
  labels: TextsSchema.optional(),
  /**
   * Who may use the network besides administrators: `"public"` (everybody with access to the environment),
   * `"administrators"` (nobody else), or users and teams by id, name or resource, as for a Container. A change is made
   * in place. Portainer: `PUT /resource_controls/{id}`.
   * @default unmanaged; Portainer makes a new network private to the user of the API key
   */
  access: AccessSchema.optional(),
  /**
   * What to do if a network of that name exists: `"matching"` adopts it if it matches the program, and sets its `access`.
   * Destroying the resource then deletes it. @default refuse
   */
  adopt: z.literal("matching").optional(),
});
export type NetworkArgs = z.input<typeof NetworkSchema>;

export interface NetworkOutputs extends OnEngine {
  /** The network's id on the engine. */
  readonly networkId: string;
  /** Its subnets, `["172.18.0.0/16"]`. */
  readonly subnets: readonly string[];
  /** `"local"`, `"swarm"` or `"global"`. */
  readonly scope: string;
  /** The id of the swarm that an overlay network belongs to. */
  readonly swarmId?: string | undefined;
}

/** The inputs with their defaults. */
type NetworkInputs = Inputs<typeof NetworkSchema>;

/** A change of one of these makes another network, which can exist beside the old one. */
const MOVES: readonly string[] = ["endpointId", "name", "nodeName"];
/** How long the tasks of a deleted service may take to leave a network, in seconds. */
const STOP_SECONDS = 30;
/** Time limit for looking up the network after a failed update, in seconds. */
const LOOK_SECONDS = 30;

type State = NetworkInputs & NetworkOutputs;

/** A network of an engine, on which containers find each other by name. */
export const network = engineObject<typeof NetworkSchema, NetworkOutputs, NetworkInspect>({
  type: "Network",
  what: "network",
  schema: NetworkSchema,
  properties: {
    driver: {},
    options: { normalize: noneIfEmpty },
    internal: {},
    attachable: {},
    ingress: { normalize: (ingress: boolean) => ingress || null },
    enableIPv6: {},
    ipam: { normalize: canonicalIpam },
    labels: { normalize: comparableLabels },
  },
  misnomers: {
    driverOpts: "options",
    ipv6: "enableIPv6",
    ipamConfigs: "ipam",
    ipamConfig: "ipam",
    subnet: "ipam",
    networkName: "name",
  },
  canCoexist: (changed) => changed.some((key) => MOVES.includes(key)),

  explain(changed, _olds, news) {
    if (changed.some((key) => MOVES.includes(key))) return undefined;
    const verb = certainlyChanged(changed, news).length > 0 ? "is" : "may be";
    return `the network ${verb} recreated, because of: ${changed.join(", ")}. Containers on it are disconnected for a moment and connected again.`;
  },

  identity: ({ networkId }) => networkId && identityOf(networkId),

  find: findByName,
  findById,
  findKnown,
  create: make,
  update: recreate,
  delete: remove,

  controlled: controlledNetwork,
  inputs(now, desired) {
    const { Driver = "", Internal = false, Attachable = false, Ingress = false, EnableIPv6 = false } = now;
    const { Options, IPAM } = now;
    return {
      driver: Driver,
      internal: Internal,
      attachable: Attachable,
      ingress: Ingress,
      enableIPv6: EnableIPv6,
      options: ownOptions(Options, desired?.options),
      labels: labelsOf(now),
      ipam: desired && !desired.ipam ? undefined : readIpam(IPAM, desired?.ipam),
    };
  },
  outputs: (now, { swarmId }) => ({ ...outputsOf(now), ...(now.Scope === "swarm" && { swarmId }) }),
  createdAt: ({ Created }) => Created,
});

const identityOf = (networkId: string): string => `networks/${networkId}`;

function outputsOf({ Id, Scope = "", IPAM }: NetworkInspect) {
  const subnets = (IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []);
  return { networkId: Id, subnets, scope: Scope };
}

/** Recreates the network under its name, or creates it if it is gone. */
async function recreate(
  engine: Engine,
  id: string,
  olds: State,
  news: NetworkInputs,
): Promise<NetworkInspect> {
  const old = await findOwn(engine, olds);
  const makeAgain = async () => {
    const made = await make(engine, news);
    if (news.access === undefined)
      await copyAccess(engine, old?.Portainer?.ResourceControl, controlledNetwork(made));
    return made;
  };
  try {
    return old ? await recreateNetwork(engine, old, makeAgain) : await make(engine, news);
  } catch (error) {
    // The old network, created again, has another id: the state must have it.
    const now = await findOwn(afterwards(engine, LOOK_SECONDS), olds).catch(() => undefined);
    if (!now || now.Id === olds.networkId) throw error;
    throw new Unfinished(id, { ...olds, ...outputsOf(now) }, error);
  }
}

/** By list and then by id: `inspect` would also take a name as the beginning of an id. */
async function findByName(engine: Engine, name: string): Promise<NetworkInspect | undefined> {
  const list = await engine.docker.networks.list({ query: filterByName(name) }, engine.call);
  const found = list.find(({ Name }) => Name === name);
  return found && (await findById(engine, found.Id));
}

/**
 * By its id; or by its name, if this resource created it: a run that was killed may have created it again without
 * saving the new id.
 */
async function findOwn(engine: Engine, { networkId, name }: State): Promise<NetworkInspect | undefined> {
  const known = await findById(engine, networkId);
  if (known) return known;
  const namesake = await findByName(engine, name);
  const { urn, claims } = engine.context;
  const isOurs = urn !== undefined && namesake?.Labels?.[URN_LABEL] === urn;
  return isOurs && !claims.isHeldByAnother(identityOf(namesake.Id)) ? namesake : undefined;
}

/** By its id; or by its name, unless another resource has created it again. */
async function findKnown(engine: Engine, { networkId, name }: State): Promise<NetworkInspect | undefined> {
  const known = await findById(engine, networkId);
  if (known) return known;
  const namesake = await findByName(engine, name);
  return namesake && isMadeByAnother(engine.context.urn, namesake.Labels) ? undefined : namesake;
}

async function findById({ docker, call }: Engine, id: string): Promise<NetworkInspect | undefined> {
  const found = await unlessObjectGone(() => docker.networks.inspect({ params: { id } }, call));
  return found?.Id.startsWith(id) ? found : undefined;
}

/**
 * An engine may have two networks of one name. So a call whose answer was lost is not repeated: the network is looked
 * up.
 */
async function make(engine: Engine, inputs: NetworkInputs): Promise<NetworkInspect> {
  const { name, driver, internal, attachable, ingress, enableIPv6, options, ipam, labels } = inputs;
  const body = {
    Name: name,
    CheckDuplicate: true,
    Driver: driver,
    Internal: internal,
    Attachable: attachable,
    ...(ingress && { Ingress: ingress }),
    EnableIPv6: enableIPv6,
    Labels: labelsWith(labels, engine),
    ...(options && { Options: options }),
    ...(ipam && { IPAM: ipamRequest(ipam) }),
  };
  try {
    await inSwarm(() => engine.docker.networks.create({ body }, engine.call));
  } catch (error) {
    if (!mayHaveHappened(error)) throw error;
    const made = await lookOnceBack(engine.context.signal, () => findByName(engine, name));
    if (!made) throw error;
    return made;
  }
  const made = await findByName(engine, name);
  if (made) return made;
  throw new ProviderError(`the network "${name}" was made and is gone: somebody has deleted it meanwhile`);
}

async function remove(engine: Engine, { name, networkId }: State): Promise<void> {
  const { docker, call } = engine;
  const now = await findById(engine, networkId);
  if (!now) return;
  const users = Object.values(now.Containers ?? {}).map(({ Name = "" }) => Name);
  // A swarm stops the tasks of a service only after it has deleted it: they may still be here.
  const isOfSwarm = now.Scope === "swarm";
  if (users.length > 0 && !isOfSwarm) throw inUse(name, users);
  const isBusy = (error: unknown, reason: RegExp) => isApiError(error) && reason.test(error.message);
  await until(engine.call.signal ?? engine.context.signal, async (seconds) => {
    try {
      await unlessObjectGone(() =>
        repeatIfLost(() => docker.networks.delete({ params: { id: networkId } }, call)),
      );
      return true;
    } catch (error) {
      const isStopping = isOfSwarm && isBusy(error, /active endpoints|in use by task/);
      if (isStopping && seconds < STOP_SECONDS) return undefined;
      if (isBusy(error, /active endpoints|in use by (?:service|task)/))
        throw inUse(name, isOfSwarm ? users : []);
      throw error;
    }
  });
}

function inUse(name: string, users: readonly string[]): ProviderError {
  return new ProviderError(
    `containers are on the network "${name}"${users.length > 0 ? `: ${users.join(", ")}` : ""}. Nothing was deleted. ` +
      "Disconnect or remove those containers first; a container that has the network as a resource is removed before it.",
  );
}
