/** How a container is connected to its networks. */
import { z } from "zod";
import { type Argument, at, field, isObject, type Wire, withoutEmpty } from "./argument";
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
  /** A fixed MAC address on this network; engines with API 1.44 or newer. A change recreates the container. */
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

export const nameIn = (entry: NetworkInput): string => (typeof entry === "string" ? entry : entry.network);

/** Network modes that exclude any other network: none, the host's or another container's. */
export const APART = /^(?:none|host|container:.*)$/;

/** A network that a container joins, in the engine's spelling. */
export interface Attachment {
  readonly network: string;
  /** The engine's `EndpointConfig`. */
  readonly config: Wire;
}

export function attachments(networks: readonly NetworkInput[]): Attachment[] {
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

/** The networks that the engine shows for a container, by name. */
export function actualNetworks(container: unknown): Record<string, Wire> {
  const wire = at(container, ["NetworkSettings", "Networks"]);
  return Object.fromEntries(
    Object.entries(isObject(wire) ? wire : {}).filter(([, value]) => isObject(value)),
  ) as Record<string, Wire>;
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

const Address = z.union([z.ipv4(), z.ipv6()], "must be an address such as 10.0.0.53");

export const networkFields = {
  /**
   * The networks to join, by name, as a `Network`, or with details. The container is created on the first one, which
   * becomes its `networkMode`. A change connects and disconnects in place. The container is recreated if it was or
   * will be on no network, the host's network or another container's, or if it leaves its first network, because newer
   * engines do not restart a container without that one. An empty list means no network; a change from or to an empty
   * list recreates the container. Docker: `NetworkingConfig`, `POST /networks/{id}/connect`.
   * @default the engine's default bridge
   */
  networks: z.array(z.union([z.string().min(1, "the network's name is empty"), AttachmentSchema])).optional(),
  /**
   * The network mode: `"bridge"`, `"host"`, `"none"`, `"container:<name or id>"`, or a `Container` whose network is
   * shared; when that one is recreated, so is this container. Not together with `networks`. A change recreates the
   * container. Docker: `HostConfig.NetworkMode`. @default "bridge"
   */
  networkMode: modeOf().optional(),
  /**
   * Containers on the default bridge to reach by name: `"db"`, or `"db:database"` to reach `db` as `database`. On other
   * networks containers reach each other by name without links. A change recreates the container. Docker:
   * `HostConfig.Links`. @default none
   */
  links: z
    .array(z.string().regex(/^[^:/]+(?::[^:/]+)?$/, 'write a link as "db" or "db:database"'))
    .optional(),
  /** DNS servers. A change recreates the container. Docker: `HostConfig.Dns`. */
  dns: z.array(Address).optional(),
  /** DNS search domains. A change recreates the container. Docker: `HostConfig.DnsSearch`. */
  dnsSearch: z.array(Text("the search domain")).optional(),
  /** DNS options. A change recreates the container. Docker: `HostConfig.DnsOptions`. */
  dnsOptions: z.array(Text("the option")).optional(),
  /**
   * Additional entries of /etc/hosts: host name to address, or to `"host-gateway"`. A change recreates the container.
   * Docker: `HostConfig.ExtraHosts`.
   */
  extraHosts: z
    .record(
      z.string().regex(/^[^:\s]+$/, "the host's name is empty or has a colon"),
      z.union([z.literal("host-gateway"), z.ipv4(), z.ipv6()], 'must be an address, or "host-gateway"'),
    )
    .optional(),
};

/** `""`, `default` and `bridge` are the same mode on Linux engines. */
function canonicalMode(mode: string): string {
  return mode === "" || mode === "default" ? "bridge" : mode;
}

/** A link without an alias uses the container's name: `db` is `db:db`. */
function canonicalLink(link: string): string {
  const [name = "", alias = name] = link.split(":");
  return `${name}:${alias}`;
}

/** The engine shows the link `db:database` of the container `web` as `/db:/web/database`. */
function linkFromWire(link: string): string {
  const [path = "", alias = ""] = link.split(":");
  return `${path.slice(1)}:${alias.slice(alias.lastIndexOf("/") + 1)}`;
}

export const networkArguments = {
  networks: {
    change: "inPlace",
    empty: "value",
    normalize: canonicalNetworks,
    read: readNetworks,
    since: networksSince,
  } satisfies Argument<NetworkInput[]>,
  networkMode: {
    ...field<string>("HostConfig.NetworkMode", "rollout", canonicalMode),
    write: (mode, body) => {
      body["HostConfig"] = { ...(body["HostConfig"] as Wire), NetworkMode: mode };
    },
  } satisfies Argument<string>,
  links: field<string[]>(
    "HostConfig.Links",
    "rollout",
    (links) => links.map(canonicalLink).sort(),
    (wire: string[]) => wire.map(linkFromWire),
  ),
  dns: field<string[]>("HostConfig.Dns", "rollout"),
  dnsSearch: field<string[]>("HostConfig.DnsSearch", "rollout"),
  dnsOptions: field<string[]>("HostConfig.DnsOptions", "rollout"),
  extraHosts: {
    ...field<Record<string, string>>(
      "HostConfig.ExtraHosts",
      "rollout",
      (hosts) =>
        Object.entries(hosts)
          .map(([host, address]) => `${host}:${address}`)
          .sort(),
      (wire: string[]) =>
        Object.fromEntries(
          wire.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]),
        ),
    ),
  },
};
