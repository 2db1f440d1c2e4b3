import { z } from "zod";
import { type Argument, at, field, isObject, type Wire } from "../argument";

const NetworkSchema = z.strictObject({
  /** The network's name or id. */
  network: z.string().min(1, "the network's name is empty"),
  /** Further names of the container on this network. */
  aliases: z.array(z.string()).optional(),
  /** A fixed IPv4 address in the network's subnet. */
  ipv4Address: z.ipv4("is not an IPv4 address").optional(),
  /** A fixed IPv6 address in the network's subnet. */
  ipv6Address: z.ipv6("is not an IPv6 address").optional(),
  /** A fixed MAC address on this network; engines with API 1.44 or newer. */
  macAddress: z.string().optional(),
  /** Options for the network's driver. */
  driverOpts: z.record(z.string(), z.string()).optional(),
});
export type NetworkInput = string | z.infer<typeof NetworkSchema>;

export const networkFields = {
  /**
   * The networks to join, by name or with details; the first is the one that `networkMode` would name. A change
   * connects and disconnects in place, unless the container is on the default bridge or shares another's network.
   * Docker: `NetworkingConfig`, `POST /networks/{id}/connect`. @default the engine's default bridge
   */
  networks: z.array(z.union([z.string().min(1, "the network's name is empty"), NetworkSchema])).optional(),
  /**
   * `"bridge"`, `"host"`, `"none"` or `"container:<name or id>"`. Not together with `networks`. A change recreates the
   * container. Docker: `HostConfig.NetworkMode`.
   */
  networkMode: z.string().optional(),
  /** DNS servers. A change recreates the container. Docker: `HostConfig.Dns`. */
  dns: z.array(z.string()).optional(),
  /** DNS search domains. A change recreates the container. Docker: `HostConfig.DnsSearch`. */
  dnsSearch: z.array(z.string()).optional(),
  /** DNS options. A change recreates the container. Docker: `HostConfig.DnsOptions`. */
  dnsOptions: z.array(z.string()).optional(),
  /** Further lines of /etc/hosts: host name to address. A change recreates the container. Docker: `HostConfig.ExtraHosts`. */
  extraHosts: z.record(z.string(), z.string()).optional(),
};

/** A network that a container joins, in the engine's spelling. */
export interface Attachment {
  readonly network: string;
  /** The `EndpointConfig` of the engine. */
  readonly config: Wire;
}

export function attachments(networks: readonly NetworkInput[]): Attachment[] {
  return networks.map((entry) => {
    if (typeof entry === "string") return { network: entry, config: {} };
    const { network, aliases, ipv4Address, ipv6Address, macAddress, driverOpts } = entry;
    const addresses = {
      ...(ipv4Address && { IPv4Address: ipv4Address }),
      ...(ipv6Address && { IPv6Address: ipv6Address }),
    };
    const config = {
      ...(aliases?.length && { Aliases: aliases }),
      ...(Object.keys(addresses).length > 0 && { IPAMConfig: addresses }),
      ...(macAddress && { MacAddress: macAddress }),
      ...(driverOpts && { DriverOpts: driverOpts }),
    };
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
function canonical(networks: readonly NetworkInput[]): unknown {
  return attachments(networks)
    .map(({ network, config }) => ({
      network,
      ...config,
      Aliases: [...((config["Aliases"] ?? []) as string[])].sort(),
      MacAddress: (config["MacAddress"] as string | undefined)?.toLowerCase(),
    }))
    .sort((left, right) => left.network.localeCompare(right.network));
}

function readNetworks(container: unknown, wished: readonly NetworkInput[] | undefined): NetworkInput[] {
  return Object.entries(actualNetworks(container)).map(([name, actual]) => {
    const wish = wished?.find((entry) => {
      const network = typeof entry === "string" ? entry : entry.network;
      return network === name || network === actual["NetworkID"];
    });
    if (wish === undefined) return name;
    if (typeof wish === "string") return wish;
    return readWished(actual, wish);
  });
}

/** Only what is wished of a network: the engine adds aliases of its own, addresses and more. */
function readWished(actual: Wire, wish: z.infer<typeof NetworkSchema>): NetworkInput {
  const { network, aliases, ipv4Address, ipv6Address, macAddress, driverOpts } = wish;
  const actualAliases = (actual["Aliases"] ?? []) as string[];
  const ipam = isObject(actual["IPAMConfig"]) ? actual["IPAMConfig"] : {};
  const options = (actual["DriverOpts"] ?? {}) as Record<string, string>;
  return {
    network,
    ...(aliases && { aliases: aliases.filter((alias) => actualAliases.includes(alias)) }),
    ...(ipv4Address !== undefined && { ipv4Address: String(ipam["IPv4Address"] ?? "") }),
    ...(ipv6Address !== undefined && { ipv6Address: String(ipam["IPv6Address"] ?? "") }),
    ...(macAddress !== undefined && { macAddress: String(actual["MacAddress"] ?? macAddress) }),
    ...(driverOpts && {
      driverOpts: Object.fromEntries(Object.entries(options).filter(([key]) => key in driverOpts)),
    }),
  };
}

/** `""`, `default` and `bridge` are one mode on Linux engines. */
function canonicalMode(mode: string): string {
  return mode === "" || mode === "default" ? "bridge" : mode;
}

export const networkArguments = {
  networks: {
    change: "inPlace",
    normalize: canonical,
    read: readNetworks,
  } satisfies Argument<NetworkInput[]>,
  networkMode: {
    ...field<string>("HostConfig.NetworkMode", "rollout", canonicalMode),
    write: (mode, body) => {
      body["HostConfig"] = { ...(body["HostConfig"] as Wire), NetworkMode: mode };
    },
  } satisfies Argument<string>,
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
