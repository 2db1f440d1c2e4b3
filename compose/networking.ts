/** How the containers of a service are reached, and what they share with other containers. */
import { defined, objectName, Reference } from "./plan";
import type { Project } from "./project";
import type { ComposeService } from "./schema";

/** The networks of a service in the order in which Docker Compose joins them. */
export function networksOf({ model }: Project, service: ComposeService): string[] {
  if (service.network_mode !== undefined) return [];
  const networks = service.networks ?? { default: {} };
  const all = Object.entries(networks)
    .sort(
      ([left, { priority = 0 }], [right, { priority: other = 0 }]) =>
        other - priority || (left < right ? -1 : 1),
    )
    .map(([name]) => name);
  return all.length === 0 && model ? ["default"] : all;
}

export function networkingOf(
  project: Project,
  name: string,
  service: ComposeService,
  containerName: string,
): object {
  for (const [at, link] of service.links.entries()) {
    const [other, alias = other] = link.split(":");
    if (alias !== other)
      project.refuse(
        ["services", name, "links", at],
        `is not carried out: give the service "${other}" the name by \`networks.default.aliases: [${alias}]\``,
      );
  }
  if (service.network_mode !== undefined) return { networkMode: namespaceOf(service.network_mode) };
  const names = networksOf(project, service);
  const networks = names.map((key, at) => {
    const {
      aliases = [],
      ipv4_address,
      ipv6_address,
      link_local_ips,
      mac_address,
      driver_opts,
      gw_priority,
    } = service.networks?.[key] ?? {};
    return defined({
      network: objectName(project, key, project.model.networks[key] ?? {}),
      aliases: [...new Set([containerName, name, ...aliases])],
      ipv4Address: ipv4_address,
      ipv6Address: ipv6_address,
      linkLocalIps: link_local_ips,
      macAddress: mac_address ?? (at === 0 ? service.mac_address : undefined),
      driverOpts: driver_opts,
      gwPriority: gw_priority,
    });
  });
  return { networks };
}

/** `service:vpn` is the first container of that service. */
export const namespaceOf = (mode: string | undefined): Reference | string | undefined =>
  mode?.startsWith("service:") ? new Reference(`services.${mode.slice("service:".length)}.1`) : mode;

export function volumesFrom(text: string): Reference | string {
  const [first = "", second = ""] = text.split(":");
  return first === "container" ? second : new Reference(`services.${first}.1`);
}

export function hostsOf(
  hosts: NonNullable<ComposeService["extra_hosts"]>,
  fault: (reason: string) => Error,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(hosts).map(([host, addresses]) => {
      const [address = "", another] = [addresses].flat();
      if (another !== undefined) throw fault(`a host has one address, and "${host}" has several`);
      return [host, address.replace(/^\[|\]$/g, "")];
    }),
  );
}
