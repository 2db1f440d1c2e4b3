import { z } from "zod";
import { type Argument, field, type Wire } from "../argument";
import { modeOf, Text } from "../fields";
import {
  canonicalNetworks,
  type NetworkInput,
  NetworkSchema,
  networksSince,
  readNetworks,
} from "./attachment";

const Address = z.union([z.ipv4(), z.ipv6()], "must be an address such as 10.0.0.53");

export const networkFields = {
  /**
   * The networks to join, by name, as a `Network`, or with details; the first is the one that `networkMode` would name. A change
   * connects and disconnects in place, unless the container is, or is to be, on no network, the host's or another's, or
   * leaves its first network, without which newer engines do not start it again. An empty list means none, and a change
   * from or to it recreates the container.
   * Docker: `NetworkingConfig`, `POST /networks/{id}/connect`. @default the engine's default bridge
   */
  networks: z.array(z.union([z.string().min(1, "the network's name is empty"), NetworkSchema])).optional(),
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
