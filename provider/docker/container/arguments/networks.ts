/** How a container is connected to its networks. */
import { z } from "zod";
import { type ContainerInspect, isAtLeast } from "../../../../contract";
import { equal } from "../../../core/diff";
import { hasUnknown } from "../../../core/properties";
import type { Engine } from "../../engine";
import type { NewContainer } from "../calls";
import { actualNetworks, connect, disconnect } from "../networks";
import { at, isObject, put, type Wire, withoutEmpty } from "../wire";
import { type Argument, type ContainerChange, type CreateCall, field } from "./argument";
import { modeOf, Text } from "./values";

const AttachmentSchema = z.strictObject({
  /** The network's name or id, or the `Network`. */
  network: z.string().min(1, "the network's name is empty"),
  /** Additional names of the container on this network. */
  aliases: z.array(Text("the alias")).optional(),
  /** A fixed IPv4 address in the network's subnet. */
  ipv4Address: z.ipv4("is not an IPv4 address").optional(),
  /** A fixed IPv6 address in the network's subnet. */
  ipv6Address: z.ipv6("is not an IPv6 address").optional(),
  /** Additional link-local addresses. */
  linkLocalIps: z.array(z.union([z.ipv4(), z.ipv6()], "is not an address")).optional(),
  /**
   * A fixed MAC address on this network; engines with API 1.44 or newer. A change recreates the container.
   */
  macAddress: z
    .string()
    .regex(/^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i, "is not a MAC address such as 02:42:ac:11:00:02")
    .optional(),
  /** Options for the network's driver. */
  driverOpts: z.record(z.string(), z.string()).optional(),
  /**
   * The gateway priority: the network with the highest one provides the default gateway; engines with API 1.48 or
   * newer.
   * @default 0
   */
  gwPriority: z.int().optional(),
});
type NetworkDetails = z.infer<typeof AttachmentSchema>;
export type NetworkInput = string | NetworkDetails;

const nameIn = (entry: NetworkInput): string => (typeof entry === "string" ? entry : entry.network);

/** Network modes that exclude any other network: none, the host's or another container's. */
const APART = /^(?:none|host|container:.*)$/;

/** A network that a container joins, in the engine's spelling. */
interface Attachment {
  readonly network: string;
  /** The engine's `EndpointConfig`. */
  readonly config: Wire;
}

function attachments(networks: readonly NetworkInput[]): Attachment[] {
  return networks.map((entry) => {
    if (typeof entry === "string") return { network: entry, config: {} };
    const { network, aliases, ipv4Address, ipv6Address, linkLocalIps, macAddress, driverOpts, gwPriority } =
      entry;
    const addresses = { IPv4Address: ipv4Address, IPv6Address: ipv6Address, LinkLocalIPs: linkLocalIps };
    const config = withoutEmpty({
      Aliases: aliases,
      IPAMConfig: withoutEmpty(addresses),
      MacAddress: macAddress,
      DriverOpts: driverOpts,
      GwPriority: gwPriority,
    });
    return { network, config };
  });
}

/**
 * The order only determines the first network at creation, so it is not compared. A name and an entry without details
 * are equal.
 */
function canonicalNetworks(networks: readonly NetworkInput[]): unknown {
  return attachments(networks)
    .map(({ network, config }) => {
      const ipam = (config["IPAMConfig"] ?? {}) as { LinkLocalIPs?: string[] };
      return {
        network,
        ...config,
        Aliases: sorted(config["Aliases"]),
        IPAMConfig: { ...ipam, LinkLocalIPs: sorted(ipam.LinkLocalIPs) },
        MacAddress: String(config["MacAddress"] ?? "")
          .toLowerCase()
          .replaceAll("-", ":"),
      };
    })
    .sort((left, right) => left.network.localeCompare(right.network));
}

const sorted = (list: unknown): string[] => [...((list ?? []) as string[])].sort();

function readNetworks(container: unknown, desired: readonly NetworkInput[] | undefined): NetworkInput[] {
  const actuals = Object.entries(actualNetworks(container));
  // The engine shows a container without networks as connected to a network named "none".
  if (desired?.length === 0 && actuals.every(([name]) => name === "none")) return [];
  return actuals.map(([name, actual]) => {
    const entry = desired?.find((entry) => {
      const network = typeof entry === "string" ? entry : entry.network;
      return network === name || network === actual["NetworkID"];
    });
    if (desired === undefined) return readAll(container, name, actual);
    if (entry === undefined) return name;
    if (typeof entry === "string") return entry;
    return readDetails(actual, entry);
  });
}

/** Everything that a program could have set for a network. The engine adds the container's own names as aliases. */
function readAll(container: unknown, network: string, actual: Wire): NetworkInput {
  const ipam = isObject(actual["IPAMConfig"]) ? actual["IPAMConfig"] : {};
  const id = String(at(container, ["Id"]) ?? "").slice(0, 12);
  const name = String(at(container, ["Name"]) ?? "").replace(/^\//, "");
  const ownNames: unknown[] = [id, name, at(container, ["Config", "Hostname"])];
  const details = withoutEmpty({
    aliases: ((actual["Aliases"] ?? []) as string[]).filter((alias) => !ownNames.includes(alias)),
    ipv4Address: ipam["IPv4Address"],
    ipv6Address: ipam["IPv6Address"],
    linkLocalIps: ipam["LinkLocalIPs"],
    driverOpts: actual["DriverOpts"],
    gwPriority: actual["GwPriority"],
  });
  return Object.keys(details).length === 0 ? network : { network, ...details };
}

/** Only the properties that the program sets for a network: the engine adds its own aliases, addresses and more. */
function readDetails(actual: Wire, entry: NetworkDetails): NetworkInput {
  const ipam = isObject(actual["IPAMConfig"]) ? actual["IPAMConfig"] : {};
  const options = (actual["DriverOpts"] ?? {}) as Record<string, string>;
  const aliases = (actual["Aliases"] ?? []) as string[];
  const present = {
    aliases: entry.aliases?.filter((alias) => aliases.includes(alias)),
    ipv4Address: ipam["IPv4Address"] ?? "",
    ipv6Address: ipam["IPv6Address"] ?? "",
    linkLocalIps: ipam["LinkLocalIPs"] ?? [],
    // Until it has run, the engine shows no MAC address for a container.
    macAddress: actual["MacAddress"] || entry.macAddress,
    driverOpts: Object.fromEntries(
      Object.entries(options).filter(([key]) => key in (entry.driverOpts ?? {})),
    ),
    gwPriority: actual["GwPriority"] ?? 0,
  };
  const details = Object.entries(present).filter(([key]) => entry[key as keyof typeof present] !== undefined);
  return { network: entry.network, ...Object.fromEntries(details) };
}

/** The API versions of properties that older engines would ignore. */
function networksSince(networks: readonly NetworkInput[]): Readonly<Record<string, string>> {
  const details = networks.filter((entry) => typeof entry !== "string");
  return {
    ...(details.some(({ macAddress }) => macAddress !== undefined) && { "networks[].macAddress": "1.44" }),
    ...(details.some(({ gwPriority }) => gwPriority !== undefined) && { "networks[].gwPriority": "1.48" }),
  };
}

/** The engine's predefined networks, on which a container cannot have fixed addresses or aliases. */
const PREDEFINED = /^(?:bridge|default|host|none|container:.*)$/;

/** Why a container cannot be on these networks together; `undefined` if it can. */
export function networkConflict(networks: readonly NetworkInput[]): string | undefined {
  const all = attachments(networks);
  const names = all.map(({ network }) => network);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) return `"${twice}" is named twice: put all details into one entry`;
  const alone = names.find((name) => APART.test(name));
  if (alone !== undefined && names.length > 1) return `a container on "${alone}" is on no other network`;
  const detailed = all.find(
    ({ network, config }) =>
      PREDEFINED.test(network) && ("Aliases" in config || config["IPAMConfig"] !== undefined),
  );
  return (
    detailed &&
    `"${detailed.network}" knows no addresses and aliases: they are for networks that somebody made`
  );
}

export const networkFields = {
  /**
   * The networks to join, by name, as a `Network`, or with details. The container is created on the first one, which
   * becomes its `networkMode`. A change connects and disconnects in place. The container is recreated if it was or
   * will be on no network, the host's network or another container's, if an entry with a `macAddress` is added or
   * changed, or if it leaves its first network, because newer engines do not restart a container without that one. An
   * empty list means no network; a change from or to an empty list recreates the container. Docker: `NetworkingConfig`, `POST /networks/{id}/connect`.
   * @default the engine's default bridge
   */
  networks: z.array(z.union([z.string().min(1, "the network's name is empty"), AttachmentSchema])).optional(),
  /**
   * The network mode: `"bridge"`, `"host"`, `"none"`, `"container:<name or id>"`, or a `Container` whose network is
   * shared; when that one is recreated, so is this container. Not together with `networks`. A change recreates the
   * container. Docker: `HostConfig.NetworkMode`. @default "bridge"
   */
  networkMode: modeOf().optional(),
};

type NetworkInputs = Partial<z.output<z.ZodObject<typeof networkFields>>>;

/** `""`, `default` and `bridge` are the same mode on Linux engines. */
function canonicalMode(mode: string): string {
  return mode === "" || mode === "default" ? "bridge" : mode;
}

/** How many networks the engine connects a container to as it creates it. */
const countAtOnce = (apiVersion: string): number => (isAtLeast(apiVersion, "1.44") ? Infinity : 1);

/**
 * Sets the first network as the network mode, so that the container does not join the default bridge as well. For no
 * networks the mode is `none`: the engine connects any other container to the default bridge when it starts it.
 */
function join(networks: readonly NetworkInput[], body: Wire, { apiVersion }: CreateCall): void {
  const atOnce = attachments(networks).slice(0, countAtOnce(apiVersion));
  put(body, ["HostConfig", "NetworkMode"], atOnce[0]?.network ?? "none");
  if (atOnce.length === 0) return;
  const EndpointsConfig = Object.fromEntries(atOnce.map(({ network, config }) => [network, config]));
  put(body, ["NetworkingConfig"], { EndpointsConfig });
}

async function joinFurther(
  networks: readonly NetworkInput[],
  engine: Engine,
  { id }: NewContainer,
): Promise<void> {
  const further = attachments(networks).slice(countAtOnce(await engine.docker.apiVersion(engine.call)));
  for (const { network, config } of further) await connect(engine, id, network, config);
}

/** Where no program sets networks, joins those that others have connected the old container to. */
async function inherit(
  engine: Engine,
  { id }: NewContainer,
  { container: old, olds, news }: ContainerChange<NetworkInputs>,
): Promise<void> {
  if ([olds.networks, news.networks, news.networkMode].some((given) => given !== undefined)) return;
  const mode = String(at(old, ["HostConfig", "NetworkMode"]) ?? "default");
  for (const [network, { Aliases }] of Object.entries(actualNetworks(old))) {
    if (["bridge", "host", "none", mode].includes(network)) continue;
    const ownAliases = ((Aliases ?? []) as string[]).filter((alias) => !old.Id.startsWith(alias));
    await connect(engine, id, network, { Aliases: ownAliases });
  }
}

/**
 * Connects and disconnects a container until it is on exactly the desired networks. A connection whose details changed
 * since the inputs last applied is made again.
 */
async function rewire(
  engine: Engine,
  { container, olds: { networks: before = [] }, news: { networks: desired } }: ContainerChange<NetworkInputs>,
): Promise<void> {
  if (!desired) return;
  const actual = actualNetworks(container);
  const nameOf = ({ network }: Attachment) =>
    Object.entries(actual).find(([name, { NetworkID }]) => name === network || NetworkID === network)?.[0];
  const attached = attachments(desired);
  const kept = new Set<string>();
  for (const [index, attachment] of attached.entries()) {
    const name = nameOf(attachment);
    const entry = desired[index];
    const isStill =
      entry !== undefined && before.every((old) => nameIn(old) !== nameIn(entry) || isSame([old], [entry]));
    if (name !== undefined && isStill && isAsDesired(container, entry)) {
      kept.add(name);
      continue;
    }
    if (name !== undefined) await disconnect(engine, container.Id, name);
    await connect(engine, container.Id, attachment.network, attachment.config);
    if (name !== undefined) kept.add(name);
  }
  for (const name of Object.keys(actual)) {
    if (!kept.has(name)) await disconnect(engine, container.Id, name);
  }
}

/**
 * Whether the engine can move a running container from its networks to others. It cannot if the container uses, or is
 * to use, the host's network, another container's, or none. And newer engines start no container whose first network,
 * the one that it was created on, is gone: a container that leaves it would not survive a restart.
 */
function canBeRewired(before: NetworkInputs, after: NetworkInputs): boolean {
  const first = before.networks?.[0];
  return (
    !isApart(before) &&
    !isApart(after) &&
    !joinsWithMac(before.networks ?? [], after.networks ?? []) &&
    (first === undefined || isDefault(nameIn(first)) || isAmong(after.networks ?? [], nameIn(first)))
  );
}

const isDefault = (network: string): boolean => network === "bridge" || network === "default";

const isAmong = (networks: readonly NetworkInput[], ...names: readonly unknown[]): boolean =>
  networks.some((entry) => names.includes(nameIn(entry)));

/**
 * Whether the inputs drop the network that the container was created on. It is read from the container, because the
 * order of the inputs does not show it.
 */
function leavesFirstNetwork(container: ContainerInspect, { networks }: NetworkInputs): boolean {
  const first = String(container.HostConfig["NetworkMode"] ?? "default");
  if (!networks || isDefault(first) || APART.test(first)) return false;
  return !isAmong(networks, first, actualNetworks(container)[first]?.["NetworkID"]);
}

function isApart({ networks, networkMode }: NetworkInputs): boolean {
  const names = networks?.map(nameIn) ?? [networkMode ?? "bridge"];
  return names.length === 0 || names.some((name) => APART.test(name));
}

/** A MAC address can only be set at creation. An engine that connects a running container generates one. */
function joinsWithMac(before: readonly NetworkInput[], desired: readonly NetworkInput[]): boolean {
  return desired.some(
    (entry) =>
      typeof entry !== "string" &&
      entry.macAddress !== undefined &&
      !before.some((old) => isSame([old], [entry])),
  );
}

function isAsDesired(container: ContainerInspect, desired: NetworkInput): boolean {
  const { read } = networkArguments.networks;
  const actual = read(container, [desired]).filter((entry) => nameIn(entry) === nameIn(desired));
  return isSame(actual, [desired]);
}

function isSame(left: NetworkInput[], right: NetworkInput[]): boolean {
  const { normalize } = networkArguments.networks;
  return equal(normalize(left), normalize(right));
}

export const networkArguments = {
  networks: {
    change: "inPlace",
    empty: "value",
    normalize: canonicalNetworks,
    read: readNetworks,
    since: networksSince,
    complete: join,
    finish: joinFurther,
    inherit,
    needsRollOut: (networks, olds, news) => !networks || hasUnknown(networks) || !canBeRewired(olds, news),
    isOutOfReach: leavesFirstNetwork,
    apply: rewire,
  } satisfies Argument<NetworkInput[], NetworkInputs>,
  networkMode: {
    ...field<string>("HostConfig.NetworkMode", "rollout", canonicalMode),
    write: (mode, body) => {
      body["HostConfig"] = { ...(body["HostConfig"] as Wire), NetworkMode: mode };
    },
  } satisfies Argument<string>,
};
