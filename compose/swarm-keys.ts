/** Keys that a swarm does not carry out, with the reason and the way on. */
import type { Project } from "./project";
import type { ComposeService } from "./schema";

const OWN_KERNEL = "a task has no such setting of the kernel";
const NAMESPACE = "a task shares no namespaces";
const NO_PRIVILEGES = "a task gets no rights of its node: add single ones by `cap_add`";
const DEVICE = "a task gets no devices: mount what the node has for them by `volumes`";

const SERVICE_KEYS: { readonly [Key in keyof ComposeService]?: string } = {
  annotations: "a task has none: use `labels`",
  blkio_config: OWN_KERNEL,
  build: "nodes pull their images: build and push the image before, and name it in `image`",
  cgroup: NAMESPACE,
  cgroup_parent: OWN_KERNEL,
  container_name: "a swarm names the containers of its tasks: use `hostname`, or `networks.default.aliases`",
  cpu_period: "use `deploy.resources.limits.cpus`",
  cpu_quota: "use `deploy.resources.limits.cpus`",
  cpu_rt_period: OWN_KERNEL,
  cpu_rt_runtime: OWN_KERNEL,
  cpu_shares: "use `deploy.resources.reservations.cpus`",
  cpuset: "use `deploy.resources.limits.cpus`",
  device_cgroup_rules: DEVICE,
  devices: DEVICE,
  domainname: "a task has none: write the whole name into `hostname`",
  gpus: DEVICE,
  ipc: NAMESPACE,
  isolation: "only engines on Windows have it",
  mac_address: "the nodes give out addresses",
  mem_swappiness: OWN_KERNEL,
  memswap_limit: OWN_KERNEL,
  oom_kill_disable: OWN_KERNEL,
  oom_score_adj: "the Service resource does not have it",
  pid: NAMESPACE,
  platform: 'use `deploy.placement.constraints`, such as "node.platform.arch == aarch64"',
  privileged: NO_PRIVILEGES,
  runtime: "set it as the default of the nodes' engines",
  security_opt: NO_PRIVILEGES,
  shm_size: 'mount memory there: `{ type: tmpfs, target: /dev/shm, tmpfs: { size: "128m" } }`',
  storage_opt: OWN_KERNEL,
  userns_mode: NAMESPACE,
  uts: NAMESPACE,
  volumes_from: "a task may be on another node: give both services the same volume",
};

const ATTACHMENT_KEYS = [
  "ipv4_address",
  "ipv6_address",
  "link_local_ips",
  "mac_address",
  "priority",
  "gw_priority",
] as const;

/** Refuses what a swarm does not do, or warns of it. What is refused here is read nowhere else. */
export function refuseOnSwarm(project: Project, name: string, service: ComposeService): void {
  const refuse = (path: readonly PropertyKey[], reason: string): void =>
    project.refuse(["services", name, ...path], `is not carried out on a swarm: ${reason}`);

  for (const [key, reason] of Object.entries(SERVICE_KEYS))
    if (isGiven(service[key as keyof ComposeService])) refuse([key], reason);

  const { network_mode: mode, pull_policy: policy, links, networks, ports, volumes, deploy } = service;
  if (mode !== undefined && mode !== "host")
    refuse(["network_mode"], "a task is on networks of the swarm, or on its node's, `host`");
  if (policy !== undefined && policy !== "always")
    refuse(["pull_policy"], "a node pulls the image for each task that it starts");
  if (deploy?.resources?.reservations?.devices)
    refuse(["deploy", "resources", "reservations", "devices"], DEVICE);
  for (const [at, link] of links.entries()) {
    const [other, alias = other] = link.split(":");
    if (alias !== other)
      refuse(
        ["links", at],
        `give the service "${other}" the name by \`networks.default.aliases: [${alias}]\``,
      );
  }
  for (const [network, attachment] of Object.entries(networks ?? {}))
    for (const key of ATTACHMENT_KEYS)
      if (isGiven(attachment[key])) refuse(["networks", network, key], "the nodes give out addresses");
  for (const [at, { host_ip }] of ports.entries())
    if (host_ip !== undefined) refuse(["ports", at], "a swarm listens on all addresses of a node");
  for (const [at, { bind, image }] of volumes.entries()) {
    if (bind?.selinux) refuse(["volumes", at], "a mount of a task changes no labels of SELinux");
    if (image?.subpath) refuse(["volumes", at], "a task mounts no part of an image");
  }
}

const isGiven = (value: unknown): boolean =>
  value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
