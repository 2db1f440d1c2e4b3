/** How a container is connected to its networks. */
import { z } from "zod";
import { type Argument, at, field, isObject, type Wire, withoutEmpty } from "./argument";
import { modeOf, Text } from "./values";

const AttachmentSchema = z.strictObject({
  /** The network's name or id, or the `Network`. */
  network: z.string().min(1, "the network's name is empty"),
  /** Further names of the container on this network. */
  aliases: z.array(Text("the alias")).optional(),
  /** A fixed IPv4 address in the network's subnet. */
  ipv4Address: z.ipv4("is not an IPv4 address").optional(),
  /** A fixed IPv6 address in the network's subnet. */
  ipv6Address: z.ipv6("is not an IPv6 address").optional(),
  /** Further addresses, of the link alone. */
  linkLocalIps: z.array(z.union([z.ipv4(), z.ipv6()], "is not an address")).optional(),
  /** A fixed MAC address on this network; engines with API 1.44 or newer. A change recreates the container. */
  macAddress: z
    .string()
    .regex(/^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i, "is not a MAC address such as 02:42:ac:11:00:02")
    .optional(),
  /** Options for the network's driver. */
  driverOpts: z.record(z.string(), z.string()).optional(),
  /** The network with the highest one is the way out; engines with API 1.48 or newer. @default 0 */
  gwPriority: z.int().optional(),
});
type NetworkDetails = z.infer<typeof AttachmentSchema>;
export type NetworkInput = string | NetworkDetails;

export const nameIn = (entry: NetworkInput): string => (typeof entry === "string" ? entry : entry.network);

/** What a container is on instead of a network of its own; never together with another. */
export const APART = /^(?:none|host|container:.*)$/;

/** A network that a container joins, in the engine's spelling. */
export interface Attachment {
  readonly network: string;
  /** The `EndpointConfig` of the engine. */
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

/** The networks that the engine shows, by name. */
export function actualNetworks(container: unknown): Record<string, Wire> {
  const wire = at(container, ["NetworkSettings", "Networks"]);
  return Object.fromEntries(
    Object.entries(isObject(wire) ? wire : {}).filter(([, value]) => isObject(value)),
  ) as Record<string, Wire>;
}

/** Order says nothing but which network is the first at creation; a name and an empty detail are the same wish. */
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

function readNetworks(container: unknown, wished: readonly NetworkInput[] | undefined): NetworkInput[] {
  const actuals = Object.entries(actualNetworks(container));
  // Who is on no network is shown on the one of that name.
  if (wished?.length === 0 && actuals.every(([name]) => name === "none")) return [];
  return actuals.map(([name, actual]) => {
    const wish = wished?.find((entry) => {
      const network = typeof entry === "string" ? entry : entry.network;
      return network === name || network === actual["NetworkID"];
    });
    if (wished === undefined) return readAll(container, name, actual);
    if (wish === undefined) return name;
    if (typeof wish === "string") return wish;
    return readWished(actual, wish);
  });
}

/** All that may have been wished of a network: the container's own names are aliases by themselves. */
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

/** Only what is wished of a network: the engine adds aliases of its own, addresses and more. */
function readWished(actual: Wire, wish: NetworkDetails): NetworkInput {
  const ipam = isObject(actual["IPAMConfig"]) ? actual["IPAMConfig"] : {};
  const options = (actual["DriverOpts"] ?? {}) as Record<string, string>;
  const aliases = (actual["Aliases"] ?? []) as string[];
  const present = {
    aliases: wish.aliases?.filter((alias) => aliases.includes(alias)),
    ipv4Address: ipam["IPv4Address"] ?? "",
    ipv6Address: ipam["IPv6Address"] ?? "",
    linkLocalIps: ipam["LinkLocalIPs"] ?? [],
    // Before it has run, a container has no address on the wire.
    macAddress: actual["MacAddress"] || wish.macAddress,
    driverOpts: Object.fromEntries(Object.entries(options).filter(([key]) => key in (wish.driverOpts ?? {}))),
    gwPriority: actual["GwPriority"] ?? 0,
  };
  const details = Object.entries(present).filter(([key]) => wish[key as keyof typeof present] !== undefined);
  return { network: wish.network, ...Object.fromEntries(details) };
}

/** What older engines would drop. */
function networksSince(networks: readonly NetworkInput[]): Readonly<Record<string, string>> {
  const details = networks.filter((entry) => typeof entry !== "string");
  return {
    ...(details.some(({ macAddress }) => macAddress !== undefined) && { "networks[].macAddress": "1.44" }),
    ...(details.some(({ gwPriority }) => gwPriority !== undefined) && { "networks[].gwPriority": "1.48" }),
  };
}

/** Networks of the engine's own; nobody has addresses or aliases of their own there. */
const PREDEFINED = /^(?:bridge|default|host|none|container:.*)$/;

/** What of some networks cannot be together. */
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
   * The networks to join, by name, as a `Network`, or with details; the first is the one that `networkMode` would name. A change
   * connects and disconnects in place, unless the container is, or is to be, on no network, the host's or another's, or
   * leaves its first network, without which newer engines do not start it again. An empty list means none, and a change
   * from or to it recreates the container.
   * Docker: `NetworkingConfig`, `POST /networks/{id}/connect`. @default the engine's default bridge
   */
  networks: z.array(z.union([z.string().min(1, "the network's name is empty"), AttachmentSchema])).optional(),
  /**
   * `"bridge"`, `"host"`, `"none"`, or `"container:<name or id>"`, or the `Container` whose network it shares and with
   * which it is then recreated. Not together with `networks`. A change recreates the container. Docker:
   * `HostConfig.NetworkMode`. @default "bridge"
   */
  networkMode: modeOf().optional(),
  /**
   * Containers on the default bridge that it finds by name: `"db"`, or `"db:database"` for another name. On other networks
   * names are found without it. A change recreates the container. Docker: `HostConfig.Links`. @default none
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
  /** Further lines of /etc/hosts: host name to address. A change recreates the container. Docker: `HostConfig.ExtraHosts`. */
  extraHosts: z
    .record(
      z.string().regex(/^[^:\s]+$/, "the host's name is empty or has a colon"),
      z.union([z.literal("host-gateway"), z.ipv4(), z.ipv6()], 'must be an address, or "host-gateway"'),
    )
    .optional(),
};

/** `""`, `default` and `bridge` are one mode on Linux engines. */
function canonicalMode(mode: string): string {
  return mode === "" || mode === "default" ? "bridge" : mode;
}

/** `db` is linked as `db`. */
function canonicalLink(link: string): string {
  const [name = "", alias = name] = link.split(":");
  return `${name}:${alias}`;
}

/** The engine shows `/db:/web/database`. */
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
