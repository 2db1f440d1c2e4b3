import { z } from "zod";
import { isApiError } from "../../client";
import type { NetworkInspect } from "../../contract";
import type { Definition, Inputs } from "../core/definition";
import { difference, noneIfEmpty } from "../core/diff";
import { isEnvironmentGone, isNotFound, ProviderError, Unfinished } from "../core/errors";
import { lookOnceBack, mayHaveHappened, repeatIfLost } from "../core/lost-answer";
import { filledIn, idNumber } from "../core/schema";
import {
  afterwards,
  deleteThere,
  type Engine,
  engineFields,
  engineRefOf,
  nameAndEnvironment,
  reachEngine,
  readThere,
} from "./engine";
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

export const NetworkSchema = z.object({
  ...engineFields,
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
export type NetworkArgs = z.input<typeof NetworkSchema>;

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

/** The inputs with their defaults. */
type NetworkInputs = Inputs<typeof NetworkSchema>;

/** A change of one of these makes another network, which can exist beside the old one. */
const MOVES: readonly string[] = ["endpointId", "name", "nodeName"];
/** Time limit for looking up the network after a failed update, in seconds. */
const LOOK_SECONDS = 30;

type State = NetworkInputs & NetworkOutputs;

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

  defaults: nameAndEnvironment,
  identity: ({ networkId }) => networkId && identityOf(networkId),

  async create(context, inputs) {
    const engine = await reachEngine(context, engineRefOf(inputs));
    const found = await findByName(engine, inputs.name);
    if (found) {
      const what = `the network "${inputs.name}" of environment ${engine.endpointId}`;
      context.claims.seek(identityOf(found.Id), what);
      requireTakeable(engine, {
        what: "network",
        name: inputs.name,
        adopt: inputs.adopt,
        labels: found.Labels,
        created: found.Created,
        differences: differing(
          { ...comparable(inputs), options: inputs.options ?? {}, labels: inputs.labels ?? {} },
          { ...actualOf(found, inputs), options: found.Options ?? {}, labels: labelsOf(found) },
        ),
      });
    }
    const made = found ?? (await make(engine, inputs));
    return { id: idOf(engine.endpointId, inputs.name), outputs: { ...inputs, ...outputsOf(engine, made) } };
  },

  read(context, id, state) {
    const { endpointId, nodeName, nameOrId } = parseId(id, context.connection.endpointId, "network");
    const isKnown = state.networkId !== undefined;
    const look = async () => {
      const engine = await reachEngine(context, { endpointId, nodeName: state.nodeName ?? nodeName }, state);
      const now = state.networkId ? await findKnown(engine, state) : await findByNameOrId(engine, nameOrId);
      if (!now) return undefined;
      const { options, labels, ipam } = state;
      const inputs = {
        ...inputsIn(state),
        ...actualOf(now, state),
        endpointId: state.endpointId ?? endpointId,
        nodeName: engine.nodeName,
        name: now.Name,
        options: readTexts(now.Options, options, isKnown),
        labels: readTexts(labelsOf(now), labels, isKnown),
        ipam: isKnown && ipam === undefined ? undefined : readIpam(now.IPAM, ipam),
      };
      return { id: idOf(endpointId, now.Name), inputs, outputs: { ...inputs, ...outputsOf(engine, now) } };
    };
    const remembered = isKnown ? { id, inputs: inputsIn(state), outputs: { ...state } } : undefined;
    return readThere(context, endpointId, look, remembered);
  },

  async update(context, id, olds, news) {
    if (difference(network.properties, { ...olds }, news).changed.length === 0) return { ...olds, ...news };
    const engine = await reachEngine(context, engineRefOf(news), olds);
    const old = await findOwn(engine, olds);
    try {
      const made = old
        ? await recreateNetwork(engine, old, () => make(engine, news))
        : await make(engine, news);
      return { ...news, ...outputsOf(engine, made) };
    } catch (error) {
      // The old network, created again, has another id: the state must have it.
      const now = await findOwn(afterwards(engine, LOOK_SECONDS), olds).catch(() => undefined);
      if (!now || now.Id === olds.networkId) throw error;
      throw new Unfinished(id, { ...olds, ...outputsOf(engine, now) }, error);
    }
  },

  delete: (context, _id, state) =>
    deleteThere(context, async () => {
      const engine = await reachEngine(context, engineRefOf(state), state);
      await remove(engine, state);
    }),
};

const identityOf = (networkId: string): string => `networks/${networkId}`;

function inputsIn({
  networkId: _1,
  subnets: _2,
  scope: _3,
  engineId: _4,
  instanceId: _5,
  ...inputs
}: Partial<State>) {
  return inputs as Partial<NetworkInputs>;
}

/** The desired values of what an engine shows of a network. */
const comparable = ({ driver, internal, attachable, enableIPv6, ipam }: NetworkInputs) => ({
  driver,
  internal,
  attachable,
  enableIPv6,
  ipam,
});

function actualOf(now: NetworkInspect, { ipam }: Pick<Partial<NetworkInputs>, "ipam">) {
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
async function findByName(engine: Engine, name: string): Promise<NetworkInspect | undefined> {
  const filters = JSON.stringify({ name: [`^${name.replaceAll(".", "\\.")}$`] });
  const list = await engine.docker.networks.list({ query: { filters } }, engine.call);
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

const findByNameOrId = async (engine: Engine, nameOrId: string): Promise<NetworkInspect | undefined> =>
  (await findByName(engine, nameOrId)) ?? (await findById(engine, nameOrId));

/** By its id; or by its name, unless another resource has created it again. */
async function findKnown(
  engine: Engine,
  { networkId = "", name = "" }: Partial<State>,
): Promise<NetworkInspect | undefined> {
  const known = await findById(engine, networkId);
  if (known) return known;
  const namesake = await findByName(engine, name);
  return namesake && isMadeByAnother(engine.context.urn, namesake.Labels) ? undefined : namesake;
}

async function findById({ docker, call }: Engine, id: string): Promise<NetworkInspect | undefined> {
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
async function make(engine: Engine, inputs: NetworkInputs): Promise<NetworkInspect> {
  const { name, driver, internal, attachable, enableIPv6, options, ipam, labels } = inputs;
  const body = {
    Name: name,
    CheckDuplicate: true,
    Driver: driver,
    Internal: internal,
    Attachable: attachable,
    EnableIPv6: enableIPv6,
    Labels: labelsWith(labels, engine),
    ...(options && { Options: options }),
    ...(ipam && { IPAM: ipamRequest(ipam) }),
  };
  try {
    await engine.docker.networks.create({ body }, engine.call);
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

function outputsOf(engine: Engine, { Id, Scope = "", IPAM }: NetworkInspect): NetworkOutputs {
  const { engineId, instanceId } = engine;
  const subnets = (IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []);
  return { networkId: Id, subnets, scope: Scope, engineId, instanceId };
}
