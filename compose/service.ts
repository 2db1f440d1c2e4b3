/** A service of a project as a service of a swarm, as `docker stack deploy` makes it. */
import { dependenciesOf, healthOf } from "./container";
import { type ContainerOptions, onEngine, splitTmpfs } from "./mounts";
import { hostsOf, networksOf } from "./networking";
import { defined, noneIfEmpty, objectName, type Planned, Reference, stackLabels, variablesOf } from "./plan";
import type { Project } from "./project";
import type { ComposeDeploy, ComposeMount, ComposeService } from "./schema";
import { refuseOnSwarm } from "./swarm-keys";

export type SwarmOptions = Pick<ContainerOptions, "engineFolder">;

export function planService(
  project: Project,
  name: string,
  service: ComposeService,
  options: SwarmOptions,
): Planned {
  const at: Fault = (key, reason) => project.fault(["services", name, ...key], reason);
  refuseOnSwarm(project, name, service);
  const { image, deploy = {} } = service;
  if (image === undefined) throw at([], "names no `image`: the nodes of a swarm pull theirs from a registry");
  requireJobs(project, service, at);
  const { limits, reservations } = deploy.resources ?? {};
  const args = defined({
    name: `${project.name}_${name}`,
    image,
    ...modeOf(service, at),
    command: service.command,
    entrypoint: service.entrypoint,
    env: variablesOf(service.environment),
    labels: { ...deploy.labels, ...stackLabels(project), "com.docker.stack.image": image },
    containerLabels: { ...service.labels, ...stackLabels(project) },
    hostname: service.hostname,
    user: service.user,
    groupAdd: service.group_add,
    workingDir: service.working_dir,
    readOnly: service.read_only,
    init: service.init,
    tty: service.tty,
    stdinOpen: service.stdin_open,
    capAdd: service.cap_add,
    capDrop: service.cap_drop,
    sysctls: service.sysctls,
    ulimits: service.ulimits,
    mounts: noneIfEmpty([
      ...service.volumes.map((mount) => mountOf(project, mount, options)),
      ...(service.tmpfs ?? []).map((text) => temporary(text, at)),
    ]),
    secrets: noneIfEmpty(filesOf(project, "secrets", service)),
    configs: noneIfEmpty(filesOf(project, "configs", service)),
    networks: attachmentsOf(project, name, service),
    dns: service.dns,
    dnsSearch: service.dns_search,
    dnsOptions: service.dns_opt,
    extraHosts: service.extra_hosts && hostsOf(service.extra_hosts, (reason) => at(["extra_hosts"], reason)),
    ports: noneIfEmpty(
      service.ports.map(({ target, published, protocol, mode }, index) => {
        if (published !== undefined && !/^\d+$/.test(published))
          throw at(["ports", index], `"${published}" is a range for one port: name one port, or none`);
        const hostPort = published === undefined ? undefined : Number(published);
        return defined({ containerPort: target, hostPort, protocol, mode });
      }),
    ),
    endpointMode: deploy.endpoint_mode ?? "vip",
    healthcheck: healthOf(service),
    limits: someOf({
      cpus: limits?.cpus ?? service.cpus,
      memory: limits?.memory ?? service.mem_limit,
      pids: limits?.pids ?? service.pids_limit,
    }),
    reservations: someOf({
      cpus: reservations?.cpus,
      memory: reservations?.memory ?? service.mem_reservation,
      generic:
        reservations?.generic_resources &&
        Object.fromEntries(
          reservations.generic_resources.map(({ discrete_resource_spec: { kind, value } }) => [kind, value]),
        ),
    }),
    placement: deploy.placement && placementOf(deploy.placement),
    restartPolicy: restartPolicyOf(service),
    updateConfig: deploy.update_config && rollOutOf(deploy.update_config),
    rollbackConfig: deploy.rollback_config && rollOutOf(deploy.rollback_config),
    logging: service.logging && someOf({ ...service.logging }),
    stopSignal: service.stop_signal,
    stopGracePeriod: service.stop_grace_period,
  });
  return {
    kind: "Service",
    key: `services.${name}`,
    suffix: name,
    args,
    dependsOn: [
      ...swarmNetworksOf(project, service).map((network) => `networks.${network}`),
      ...dependenciesOf(project, service).map((other) => `services.${other}`),
    ],
    unmanagedLabels: [],
    service: name,
  };
}

type Fault = (key: readonly PropertyKey[], reason: string) => Error;

const someOf = (properties: Readonly<Record<string, unknown>>) => noneIfEmpty(defined(properties));

const MODES = {
  replicated: undefined,
  global: "global",
  "replicated-job": "replicatedJob",
  "global-job": "globalJob",
} as const;

/** Without a number of replicas a new service has one, and what somebody has scaled by hand stays. */
function modeOf({ deploy = {}, scale }: ComposeService, fault: Fault): object {
  const { mode = "replicated", replicas = scale } = deploy;
  const isGlobal = mode === "global" || mode === "global-job";
  if (isGlobal && replicas !== undefined)
    throw fault(
      ["deploy", "replicas"],
      `the mode "${mode}" has a task on each node, and no number of replicas`,
    );
  return mode === "replicated-job"
    ? { mode: MODES[mode], maxConcurrent: replicas, totalCompletions: replicas }
    : { mode: MODES[mode], replicas };
}

/** A swarm counts a task with a health check as running once it is healthy; only jobs come to an end. */
function requireJobs({ model }: Project, { depends_on }: ComposeService, fault: Fault): void {
  for (const [other, { condition }] of Object.entries(depends_on))
    if (
      condition === "service_completed_successfully" &&
      other in model.services &&
      !model.services[other]?.deploy?.mode?.endsWith("-job")
    )
      throw fault(
        ["depends_on", other],
        `"${other}" never ends: give it \`deploy.mode: replicated-job\`, which runs until it has ended`,
      );
}

/** `docker stack deploy` takes `restart` where `deploy` has no policy. */
function restartPolicyOf({ restart, deploy }: ComposeService): object | undefined {
  const policy = deploy?.restart_policy;
  if (policy) {
    const { condition, delay, max_attempts: maxAttempts, window } = policy;
    return someOf({ condition, delay, maxAttempts, window });
  }
  if (restart === undefined) return undefined;
  const [word = "", attempts] = restart.split(":");
  if (word === "no") return { condition: "none" };
  if (word !== "on-failure") return { condition: "any" };
  return defined({ condition: word, maxAttempts: attempts === undefined ? undefined : Number(attempts) });
}

function placementOf(placement: NonNullable<ComposeDeploy["placement"]>): object | undefined {
  const { constraints, preferences, max_replicas_per_node: maxReplicas } = placement;
  return someOf({ constraints, spread: preferences?.map(({ spread }) => spread), maxReplicas });
}

function rollOutOf(config: NonNullable<ComposeDeploy["update_config"]>): object {
  const { parallelism, delay, failure_action, monitor, max_failure_ratio, order } = config;
  return defined({
    parallelism,
    delay,
    failureAction: failure_action,
    monitor,
    maxFailureRatio: max_failure_ratio,
    order,
  });
}

/** A `network_mode` is the node's network, or left out. */
export const swarmNetworksOf = (project: Project, service: ComposeService): string[] =>
  service.network_mode === "host" ? [] : networksOf(project, { ...service, network_mode: undefined });

/** The service is known by its own name on each network but the node's. */
function attachmentsOf(project: Project, name: string, service: ComposeService): readonly unknown[] {
  if (service.network_mode === "host") return ["host"];
  return swarmNetworksOf(project, service).map((key) => {
    const network = project.model.networks[key] ?? {};
    const { aliases = [], driver_opts: driverOpts } = service.networks?.[key] ?? {};
    const nameInSwarm = objectName(project, key, network);
    if (nameInSwarm === "host") return nameInSwarm;
    return defined({
      network: network.external ? nameInSwarm : new Reference(`networks.${key}`),
      aliases: [...new Set([...aliases, name])],
      driverOpts,
    });
  });
}

/** The nodes make the volumes that a mount names, with its driver and labels. */
function mountOf(project: Project, mount: ComposeMount, options: SwarmOptions): object {
  const { type, source, target, read_only: readOnly, bind, volume, tmpfs } = mount;
  const shared = { type, target, readOnly };
  if (type === "bind") {
    const settings = {
      propagation: bind?.propagation,
      nonRecursive: bind?.recursive === "disabled" || undefined,
    };
    return defined({ ...shared, source: onEngine(project, source ?? "", options), bind: someOf(settings) });
  }
  if (type !== "volume" || source === undefined)
    return defined({ ...shared, source, tmpfs: tmpfs && someOf({ size: tmpfs.size, mode: tmpfs.mode }) });
  const declared = project.model.volumes[source] ?? {};
  const made = declared.external
    ? {}
    : {
        labels: { ...declared.labels, ...volume?.labels, ...stackLabels(project) },
        driver: declared.driver ?? (declared.driver_opts && "local"),
        driverOpts: declared.driver_opts,
      };
  return defined({
    ...shared,
    source: objectName(project, source, declared),
    volume: someOf({ noCopy: volume?.nocopy, subpath: volume?.subpath, ...made }),
  });
}

/** `/run:size=64m,mode=1777` as a mount. */
function temporary(text: string, fault: Fault): object {
  const [target, options] = splitTmpfs(text);
  const settings = new Map(
    options
      .split(",")
      .filter((option) => option !== "")
      .map((option) => [option.replace(/=.*/, ""), option.replace(/^[^=]*=?/, "")]),
  );
  const other = [...settings.keys()].find((key) => key !== "size" && key !== "mode");
  if (other !== undefined)
    throw fault(["tmpfs"], `a task's temporary file system has \`size\` and \`mode\`, and no "${other}"`);
  const mode = settings.get("mode");
  return defined({
    type: "tmpfs",
    target,
    tmpfs: someOf({
      size: settings.get("size"),
      mode: mode === undefined ? undefined : Number.parseInt(mode, 8),
    }),
  });
}

/** Secrets or configs, each under its name in the file, whatever hash its name in the swarm ends in. */
function filesOf(project: Project, kind: "secrets" | "configs", service: ComposeService): object[] {
  return service[kind].map(({ source, target = source, uid, gid, mode }) => {
    const declared = project.model[kind][source] ?? {};
    const object = declared.external
      ? objectName(project, source, declared)
      : new Reference(`${kind}.${source}`);
    return defined({ [kind === "secrets" ? "secret" : "config"]: object, target, uid, gid, mode });
  });
}
