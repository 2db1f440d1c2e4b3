/** How a container finds other hosts by name: links, DNS servers and /etc/hosts. */
import { z } from "zod";
import { field } from "./argument";
import { Text } from "./values";

const Address = z.union([z.ipv4(), z.ipv6()], "must be an address such as 10.0.0.53");

export const hostFields = {
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

export const hostArguments = {
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
