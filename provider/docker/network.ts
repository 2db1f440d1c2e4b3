import { z } from "zod";
import { isApiError } from "../../client";
import type { NetworkInspect } from "../../contract";
import type { Definition, Inputs } from "../core/definition";
import { difference, noneIfEmpty } from "../core/diff";
import { isEnvironmentGone, isNotFound, ProviderError, Unfinished } from "../core/errors";
import { lookOnceBack, mayHaveHappened, repeatIfLost } from "../core/lost-answer";
import { filledIn, idNumber } from "../core/schema";
import {
  certainlyChanged,
  differing,
  FixedName,
  labelsOf,
  labelsWith,
  readTexts,
  requireTakeable,
  TextsSchema,
} from "./fixed";
import { idOf, parseId, URN_LABEL } from "./identity";
import { canonicalIpam, IpamSchema, ipamRequest, readIpam } from "./ipam";
import { isMadeByAnother } from "./maker";
import { recreateNetwork } from "./network-recreate";
import {
  afterwards,
  deleteThere,
  namedAndPlaced,
  openPlace,
  type Place,
  readThere,
  siteFields,
  siteOf,
} from "./place";

export const NetworkSchema = z.object({
  ...siteFields,
  /**
   * The network's name. A new name creates the new network before the old one is deleted: containers whose first
   * network it is are rolled out on it, others move over while they run. A change that keeps the name disconnects the
   * network's containers, recreates it, and connects them again as they were. Docker: `Name`.
   * @default the resource's name
   */
  name: filledIn(FixedName("network")),
  /** `"bridge"`, `"overlay"`, `"macvlan"`, `"ipvlan"` or a plugin's. Docker: `Driver`. @default "bridge" */
  driver: z.string().min(1, "the driver's name is empty").default("bridge"),
  /** Options for the driver, such as `{ "com.docker.network.driver.mtu": "1400" }`. Docker: `Options`. @default none */
  options: TextsSchema.optional(),
  /** Whether the network has no access to the outside. Docker: `Internal`. @default false */
  internal: z.boolean().default(false),
  /** Whether standalone containers may join, if it is a swarm's network. Docker: `Attachable`. @default false */
  attachable: z.boolean().default(false),
  /** Whether it has IPv6 addresses too. Docker: `EnableIPv6`. @default false */
  enableIPv6: z.boolean().default(false),
  /** The addresses of the network. Docker: `IPAM`. @default the engine's choice */
  ipam: IpamSchema.optional(),
  /** Docker: `Labels`. @default none */
  labels: TextsSchema.optional(),
  /**
   * What to do if a network of that name exists: `"matching"` adopts it if it matches the program. Destroying the
   * resource then deletes it. @default refuse
   */
  adopt: z.literal("matching").optional(),
});
export type NetworkInputs = z.input<typeof NetworkSchema>;
/** The inputs with their defaults. */
export type NetworkSettled = z.output<typeof NetworkSchema>;

export interface NetworkOutputs {
  /** The network's id on the engine. */
  readonly networkId: string;
  /** Its subnets, `["172.18.0.0/16"]`. */
  readonly subnets: readonly string[];
  /** `"local"`, `"swarm"` or `"global"`. */
  readonly scope: string;
  /** The id of the engine that it is on. */
  readonly engineId: string;
  /** The id of the Portainer installation. */
  readonly instanceId: string;
}

type Settled = Inputs<typeof NetworkSchema>;

/** A change of one of these makes another network, which can exist beside the old one. */
const MOVES: readonly string[] = ["endpointId", "name", "nodeName"];
/** Time limit for looking up the network after a failed update, in seconds. */
const LOOK_SECONDS = 30;

type State = Settled & NetworkOutputs;

/** A network of an engine, on which containers find each other by name. */
export const network: Definition<typeof NetworkSchema, NetworkOutputs> = {
  type: "Network",
  schema: NetworkSchema,
  properties: {
    endpointId: { change: "replace", normalize: idNumber },
    name: { change: "replace" },
    nodeName: { change: "replace" },
    driver: {},
    options: { normalize: noneIfEmpty },
    internal: {},
    attachable: {},
    enableIPv6: {},
    ipam: { normalize: canonicalIpam },
    labels: { normalize: noneIfEmpty },
    adopt: { change: "none" },
  },
  secrets: [],
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

  defaults: namedAndPlaced,
  identity: ({ networkId }) => networkId && identityOf(networkId),

  async create(context, inputs) {
    const place = await openPlace(context, siteOf(inputs));
    const found = await findByName(place, inputs.name);
    if (found) {
      const what = `the network "${inputs.name}" of environment ${place.endpointId}`;
      context.claims.seek(identityOf(found.Id), what);
      requireTakeable(place, {
        what: "network",
        name: inputs.name,
        adopt: inputs.adopt,
        labels: found.Labels,
        created: found.Created,
        differences: differing(
          { ...wishedOf(inputs), options: inputs.options ?? {}, labels: inputs.labels ?? {} },
          { ...actualOf(found, inputs), options: found.Options ?? {}, labels: labelsOf(found) },
        ),
      });
    }
    const made = found ?? (await make(place, inputs));
    return { id: idOf(place.endpointId, inputs.name), outputs: { ...inputs, ...outputsOf(place, made) } };
  },

  read(context, id, state) {
    const { endpointId, nodeName, nameOrId } = parseId(id, context.connection.endpointId, "network");
    const isKnown = state.networkId !== undefined;
    const look = async () => {
      const place = await openPlace(context, { endpointId, nodeName: state.nodeName ?? nodeName }, state);
      const now = state.networkId ? await findKnown(place, state) : await findByNameOrId(place, nameOrId);
      if (!now) return undefined;
      const { options, labels, ipam } = state;
      const inputs = {
        ...wishesIn(state),
        ...actualOf(now, state),
        endpointId: state.endpointId ?? endpointId,
        nodeName: place.nodeName,
        name: now.Name,
        options: readTexts(now.Options, options, isKnown),
        labels: readTexts(labelsOf(now), labels, isKnown),
        ipam: isKnown && ipam === undefined ? undefined : readIpam(now.IPAM, ipam),
      };
      return { id: idOf(endpointId, now.Name), inputs, outputs: { ...inputs, ...outputsOf(place, now) } };
    };
    const remembered = isKnown ? { id, inputs: wishesIn(state), outputs: { ...state } } : undefined;
    return readThere(context, endpointId, look, remembered);
  },

  async update(context, id, olds, news) {
    if (difference(network.properties, { ...olds }, news).changed.length === 0) return { ...olds, ...news };
    const place = await openPlace(context, siteOf(news), olds);
    const old = await findOwn(place, olds);
    try {
      const made = old ? await recreateNetwork(place, old, () => make(place, news)) : await make(place, news);
      return { ...news, ...outputsOf(place, made) };
    } catch (error) {
      // The old network, created again, has another id: the state must have it.
      const now = await findOwn(afterwards(place, LOOK_SECONDS), olds).catch(() => undefined);
      if (!now || now.Id === olds.networkId) throw error;
      throw new Unfinished(id, { ...olds, ...outputsOf(place, now) }, error);
    }
  },

  delete: (context, _id, state) =>
    deleteThere(context, async () => {
      const place = await openPlace(context, siteOf(state), state);
      await remove(place, state);
    }),
};

const identityOf = (networkId: string): string => `networks/${networkId}`;

function wishesIn({
  networkId: _1,
  subnets: _2,
  scope: _3,
  engineId: _4,
  instanceId: _5,
  ...inputs
}: Partial<State>) {
  return inputs as Partial<Settled>;
}

/** The desired values of what an engine shows of a network. */
const wishedOf = ({ driver, internal, attachable, enableIPv6, ipam }: Settled) => ({
  driver,
  internal,
  attachable,
  enableIPv6,
  ipam,
});

function actualOf(now: NetworkInspect, { ipam }: Pick<Partial<Settled>, "ipam">) {
  const { Driver = "", Internal = false, Attachable = false, EnableIPv6 = false, IPAM } = now;
  return {
    driver: Driver,
    internal: Internal,
    attachable: Attachable,
    enableIPv6: EnableIPv6,
    ipam: ipam && readIpam(IPAM, ipam),
  };
}

/** By list and then by id: `inspect` would also take a name as the beginning of an id. */
async function findByName(place: Place, name: string): Promise<NetworkInspect | undefined> {
  const filters = JSON.stringify({ name: [`^${name.replaceAll(".", "\\.")}$`] });
  const list = await place.docker.networks.list({ query: { filters } }, place.call);
  const found = list.find(({ Name }) => Name === name);
  return found && (await findById(place, found.Id));
}

/**
 * By its id; or by its name, if this resource created it: a run that was killed may have created it again without
 * saving the new id.
 */
async function findOwn(place: Place, { networkId, name }: State): Promise<NetworkInspect | undefined> {
  const known = await findById(place, networkId);
  if (known) return known;
  const namesake = await findByName(place, name);
  const { urn, claims } = place.context;
  const isOurs = urn !== undefined && namesake?.Labels?.[URN_LABEL] === urn;
  return isOurs && !claims.isHeldByAnother(identityOf(namesake.Id)) ? namesake : undefined;
}

const findByNameOrId = async (place: Place, nameOrId: string): Promise<NetworkInspect | undefined> =>
  (await findByName(place, nameOrId)) ?? (await findById(place, nameOrId));

/** By its id; or by its name, unless another resource has created it again. */
async function findKnown(
  place: Place,
  { networkId = "", name = "" }: Partial<State>,
): Promise<NetworkInspect | undefined> {
  const known = await findById(place, networkId);
  if (known) return known;
  const namesake = await findByName(place, name);
  return namesake && isMadeByAnother(place.context.urn, namesake.Labels) ? undefined : namesake;
}

async function findById({ docker, call }: Place, id: string): Promise<NetworkInspect | undefined> {
  try {
    const found = await docker.networks.inspect({ params: { id } }, call);
    return found.Id.startsWith(id) ? found : undefined;
  } catch (error) {
    if (isNotFound(error) && !isEnvironmentGone(error)) return undefined;
    throw error;
  }
}

/**
 * An engine may have two networks of one name. So a call whose answer was lost is not repeated: the network is looked
 * up.
 */
async function make(place: Place, inputs: Settled): Promise<NetworkInspect> {
  const { name, driver, internal, attachable, enableIPv6, options, ipam, labels } = inputs;
  const body = {
    Name: name,
    CheckDuplicate: true,
    Driver: driver,
    Internal: internal,
    Attachable: attachable,
    EnableIPv6: enableIPv6,
    Labels: labelsWith(labels, place),
    ...(options && { Options: options }),
    ...(ipam && { IPAM: ipamRequest(ipam) }),
  };
  try {
    await place.docker.networks.create({ body }, place.call);
  } catch (error) {
    if (!mayHaveHappened(error)) throw error;
    const made = await lookOnceBack(place.context.signal, () => findByName(place, name));
    if (!made) throw error;
    return made;
  }
  const made = await findByName(place, name);
  if (made) return made;
  throw new ProviderError(`the network "${name}" was made and is gone: somebody has deleted it meanwhile`);
}

async function remove(place: Place, { name, networkId }: State): Promise<void> {
  const { docker, call } = place;
  const now = await findById(place, networkId);
  if (!now) return;
  const users = Object.values(now.Containers ?? {}).map(({ Name = "" }) => Name);
  if (users.length > 0) throw inUse(name, users);
  try {
    await repeatIfLost(() => docker.networks.delete({ params: { id: networkId } }, call));
  } catch (error) {
    if (isNotFound(error) && !isEnvironmentGone(error)) return;
    if (isApiError(error) && error.status === 403 && /active endpoints/.test(error.message))
      throw inUse(name, []);
    throw error;
  }
}

function inUse(name: string, users: readonly string[]): ProviderError {
  return new ProviderError(
    `containers are on the network "${name}"${users.length > 0 ? `: ${users.join(", ")}` : ""}. Nothing was deleted. ` +
      "Disconnect or remove those containers first; a container that has the network as a resource is removed before it.",
  );
}

function outputsOf(place: Place, { Id, Scope = "", IPAM }: NetworkInspect): NetworkOutputs {
  const { engineId, instanceId } = place;
  const subnets = (IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []);
  return { networkId: Id, subnets, scope: Scope, engineId, instanceId };
}
