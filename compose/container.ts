/** A service of a project as containers of an engine. */
import { createHash } from "node:crypto";
import { posix } from "node:path";
import { boundFiles, type ContainerOptions, filesOf, mountOf, splitTmpfs } from "./mounts";
import { hostsOf, namespaceOf, networkingOf, networksOf, volumesFrom } from "./networking";
import { composeLabels, defined, noneIfEmpty, type Planned, Reference, unmanaged, variablesOf } from "./plan";
import type { Project } from "./project";
import type { ComposeService } from "./schema";

/** One container of the plan for each replica of each service. */
export function planContainers(project: Project, options: ContainerOptions): Planned[] {
  const { services } = project.model;
  return Object.entries(services).flatMap(([name, service]) =>
    Array.from({ length: scaleOf(service) }, (_, at) =>
      planContainer(project, name, service, at + 1, options),
    ),
  );
}

const scaleOf = ({ scale, deploy }: ComposeService): number => deploy?.replicas ?? scale ?? 1;

function planContainer(
  project: Project,
  name: string,
  service: ComposeService,
  number: number,
  options: ContainerOptions,
): Planned {
  const fault = (key: string, reason: string) => project.fault(["services", name, ...key.split(".")], reason);
  if (service.container_name !== undefined && scaleOf(service) > 1)
    throw fault("container_name", "only one container can have this name: leave it out, or have one replica");
  refuseSwarmKeys(project, name, service);
  const containerName = service.container_name ?? `${project.name}-${name}-${number}`;
  const dependencies = dependenciesOf(project, service);
  const { limits, reservations } = service.deploy?.resources ?? {};
  const security = securityOf(service, (reason) => fault("security_opt", reason), project);
  const devices = [
    ...(reservations?.devices ?? []),
    ...(Array.isArray(service.gpus)
      ? service.gpus.map((gpu) => ({ ...gpu, capabilities: ["gpu", ...(gpu.capabilities ?? [])] }))
      : []),
  ];
  const { blkio_config: blockIo } = service;
  const perDevice = <Entry extends { path: string }>(
    entries: Entry[] | undefined,
    value: (entry: Entry) => unknown,
  ) => entries && Object.fromEntries(entries.map((entry) => [entry.path, value(entry)]));
  const rates = (entries: { path: string; rate: number | string }[] | undefined) =>
    perDevice(entries, ({ rate }) => rate);

  const args = defined({
    name: containerName,
    image: service.build ? new Reference(`images.${name}`) : service.image,
    pull: service.build ? undefined : pullOf(service),
    platform: service.build ? undefined : service.platform,
    command: service.command,
    entrypoint: service.entrypoint,
    env: variablesOf(service.environment),
    labels: { ...service.labels, ...labelsOf(project, name, service, number) },
    annotations: service.annotations,
    user: service.user,
    workingDir: service.working_dir,
    hostname: service.hostname,
    domainname: service.domainname,
    tty: service.tty,
    stdinOpen: service.stdin_open,
    init: service.init,
    stopSignal: service.stop_signal,
    stopTimeout: service.stop_grace_period,
    groupAdd: service.group_add,
    healthcheck: healthOf(service),
    ports: noneIfEmpty(
      service.ports.map(({ target, published, host_ip, protocol }) => {
        if (published !== undefined && !/^\d+$/.test(published))
          throw fault(
            "ports",
            `"${published}" is a range for one port: name one port of the engine's machine, or none`,
          );
        const hostPort = published === undefined ? undefined : Number(published);
        return defined({ containerPort: target, hostPort, hostIp: host_ip, protocol });
      }),
    ),
    exposedPorts: service.expose,
    ...networkingOf(project, name, service, containerName),
    extraHosts: service.extra_hosts && hostsOf(service.extra_hosts, (reason) => fault("extra_hosts", reason)),
    dns: service.dns,
    dnsOptions: service.dns_opt,
    dnsSearch: service.dns_search,
    volumes: noneIfEmpty([
      ...service.volumes.map((mount) => mountOf(project, mount, options)),
      ...(options.files === "bind" ? boundFiles(project, service, options) : []),
    ]),
    volumesFrom: noneIfEmpty(service.volumes_from.map(volumesFrom)),
    tmpfs: service.tmpfs && Object.fromEntries(service.tmpfs.map(splitTmpfs)),
    files: noneIfEmpty(filesOf(project, name, service, options)),
    shmSize: service.shm_size,
    readOnly: service.read_only,
    storageOpt: service.storage_opt,
    memory: limits?.memory ?? service.mem_limit,
    memoryReservation: reservations?.memory ?? service.mem_reservation,
    memorySwap: service.memswap_limit === "-1" ? -1 : service.memswap_limit,
    memorySwappiness: service.mem_swappiness,
    cpus: limits?.cpus ?? service.cpus,
    cpuShares: service.cpu_shares,
    cpuPeriod: microseconds(service.cpu_period),
    cpuQuota: service.cpu_quota,
    cpuRealtimePeriod: microseconds(service.cpu_rt_period),
    cpuRealtimeRuntime: microseconds(service.cpu_rt_runtime),
    cpusetCpus: service.cpuset,
    pidsLimit: limits?.pids ?? service.pids_limit,
    oomKillDisable: service.oom_kill_disable,
    oomScoreAdj: service.oom_score_adj,
    blkioWeight: blockIo?.weight,
    blkioWeightDevice: perDevice(blockIo?.weight_device, ({ weight }) => weight),
    deviceReadBps: rates(blockIo?.device_read_bps),
    deviceWriteBps: rates(blockIo?.device_write_bps),
    deviceReadIops: rates(blockIo?.device_read_iops),
    deviceWriteIops: rates(blockIo?.device_write_iops),
    ulimits: service.ulimits,
    devices: service.devices?.map(({ source, target, permissions }) =>
      defined({ hostPath: source, containerPath: target, permissions }),
    ),
    deviceCgroupRules: service.device_cgroup_rules,
    deviceRequests: noneIfEmpty(
      devices.map(({ driver, count, device_ids, capabilities, options: driverOptions }) =>
        defined({
          driver,
          count: count ?? (device_ids ? undefined : -1),
          deviceIds: device_ids,
          capabilities: capabilities && [capabilities],
          options: driverOptions,
        }),
      ),
    ),
    gpus: service.gpus === "all" ? "all" : undefined,
    pidMode: namespaceOf(service.pid),
    ipcMode: namespaceOf(service.ipc),
    utsMode: service.uts,
    usernsMode: service.userns_mode,
    cgroupnsMode: service.cgroup,
    cgroupParent: service.cgroup_parent,
    isolation: service.isolation,
    privileged: service.privileged,
    capAdd: service.cap_add,
    capDrop: service.cap_drop,
    ...security,
    sysctls: service.sysctls,
    runtime: service.runtime,
    logging: service.logging && defined({ driver: service.logging.driver, options: service.logging.options }),
    restart: restartOf(service),
    waitFor: waitFor(project, name),
  });
  return {
    kind: "Container",
    key: `services.${name}.${number}`,
    suffix: `${name}-${number}`,
    args,
    dependsOn: [
      ...(service.build ? [`images.${name}`] : []),
      ...networksOf(project, service).map((network) => `networks.${network}`),
      ...service.volumes.flatMap(({ type, source }) =>
        type === "volume" && source ? [`volumes.${source}`] : [],
      ),
      ...dependencies.flatMap((other) => containersOf(project, other)),
    ],
    unmanagedLabels: UNMANAGED,
    service: name,
  };
}

const UNMANAGED = unmanaged(
  "config-hash",
  "depends_on",
  "image",
  "version",
  "replace",
  "project.config_files",
  "project.working_dir",
  "project.environment_file",
);

const containersOf = ({ model }: Project, service: string): string[] =>
  Array.from(
    { length: scaleOf(model.services[service] as ComposeService) },
    (_, at) => `services.${service}.${at + 1}`,
  );

/** The services that one needs before it, whatever key says so. */
export function dependenciesOf({ model }: Project, service: ComposeService): string[] {
  const implied = impliedDependencies(service).map(({ other }) => other);
  const all = [...Object.keys(service.depends_on), ...implied];
  return [...new Set(all)].filter((name) => name in model.services);
}

/** The services that it names for another reason, and whether it is to be restarted with them. The last one counts. */
function impliedDependencies(service: ComposeService): { other: string; restart: boolean }[] {
  const first = (text: string) => text.split(":")[0] ?? "";
  const sources = service.volumes_from.filter((text) => !text.startsWith("container:"));
  const modes = [service.network_mode, service.ipc, service.pid].flatMap(
    (mode) => /^service:(.+)/.exec(mode ?? "")?.[1] ?? [],
  );
  return [
    ...sources.map((text) => ({ other: first(text), restart: false })),
    ...modes.map((other) => ({ other, restart: true })),
    ...service.links.map((text) => ({ other: first(text), restart: true })),
  ];
}

/** What those that depend on a service wait for. */
function waitFor({ model, fault }: Project, name: string): string | undefined {
  const conditions = Object.entries(model.services).flatMap(([other, { depends_on }]) => {
    const condition = depends_on[name]?.condition ?? "service_started";
    return condition === "service_started" ? [] : [{ other, condition }];
  });
  const [first] = conditions;
  const another = conditions.find(({ condition }) => condition !== first?.condition);
  if (first && another)
    throw fault(
      ["services", another.other, "depends_on", name],
      `"${first.other}" waits until "${name}" is ${CONDITIONS[first.condition]}, and "${another.other}" until it is ${CONDITIONS[another.condition]}: they can wait for one of both`,
    );
  return first && CONDITIONS[first.condition];
}

const CONDITIONS: Readonly<Record<string, string>> = {
  service_healthy: "healthy",
  service_completed_successfully: "exited",
};

function labelsOf(
  project: Project,
  name: string,
  service: ComposeService,
  number: number,
): Record<string, string> {
  const implied = Object.fromEntries(
    impliedDependencies(service).map(({ other, restart }) => [
      other,
      { condition: "service_started", restart },
    ]),
  );
  const dependsOn = Object.entries({ ...implied, ...service.depends_on })
    .filter(([other]) => other in project.model.services)
    .map(([other, { condition, restart }]) => `${other}:${condition}:${restart}`);
  return composeLabels(project, {
    service: name,
    oneoff: "False",
    "container-number": String(number),
    "config-hash": createHash("sha256").update(JSON.stringify(service)).digest("hex"),
    depends_on: dependsOn.join(","),
    "project.working_dir": project.folder,
    "project.config_files": project.paths.join(","),
  });
}

const pullOf = ({ pull_policy: policy }: ComposeService): string | undefined =>
  policy === "if_not_present" ? "missing" : policy === "build" ? undefined : policy;

export function healthOf({ healthcheck }: ComposeService): object | undefined {
  if (!healthcheck) return undefined;
  const { test, interval, timeout, start_period, start_interval, retries, disable } = healthcheck;
  if (disable || (Array.isArray(test) && test[0] === "NONE")) return { disable: true };
  return defined({
    test,
    interval,
    timeout,
    startPeriod: start_period,
    startInterval: start_interval,
    retries,
  });
}

/** `10ms` of the scheduler, in microseconds. */
function microseconds(period: string | number | undefined): number | undefined {
  if (typeof period !== "string") return period;
  const [, amount = "0", unit = "us"] = /^(\d+(?:\.\d+)?)(us|µs|ms|s)?$/.exec(period) ?? [];
  return Math.round(Number(amount) * ({ ms: 1e3, s: 1e6 }[unit] ?? 1));
}

function restartOf({ restart, deploy }: ComposeService): string | undefined {
  const policy = deploy?.restart_policy;
  if (!policy) return restart;
  const { condition = "any", max_attempts: attempts } = policy;
  if (condition === "any") return "always";
  return condition === "on-failure" && attempts !== undefined
    ? `on-failure:${attempts}`
    : condition === "none"
      ? "no"
      : condition;
}

/** `systempaths=unconfined` is two lists of the engine, and a seccomp profile is sent as its content. */
function securityOf(
  { security_opt }: ComposeService,
  fault: (reason: string) => Error,
  project: Project,
): Record<string, unknown> {
  if (!security_opt) return {};
  const isOpen = security_opt.includes("systempaths=unconfined");
  const others = security_opt.filter((option) => option !== "systempaths=unconfined");
  const securityOpt = others.map((option) => {
    const [, path] = /^seccomp[=:](?!unconfined$)(.+)$/.exec(option) ?? [];
    if (path === undefined) return option;
    try {
      return `seccomp=${JSON.stringify(JSON.parse(project.readText(posix.resolve(project.folder, path))))}`;
    } catch (error) {
      throw fault(`the seccomp profile cannot be read: ${(error as Error).message}`);
    }
  });
  return { securityOpt: noneIfEmpty(securityOpt), ...(isOpen && { maskedPaths: [], readonlyPaths: [] }) };
}

/** Keys of `deploy` that only a swarm carries out. */
const SWARM_KEYS = ["labels", "endpoint_mode", "update_config", "rollback_config", "placement"] as const;

function refuseSwarmKeys(project: Project, name: string, { deploy, secrets, configs }: ComposeService): void {
  const refuse = (path: readonly string[]): void =>
    project.refuse(
      ["services", name, "deploy", ...path],
      'is not carried out: only a swarm does, with `type: "swarm"`',
    );
  for (const key of SWARM_KEYS) if (deploy?.[key] !== undefined) refuse([key]);
  if (deploy?.mode !== undefined && deploy.mode !== "replicated") refuse(["mode"]);
  for (const key of ["cpus", "generic_resources"] as const)
    if (deploy?.resources?.reservations?.[key] !== undefined) refuse(["resources", "reservations", key]);
  for (const key of ["delay", "window"] as const)
    if (deploy?.restart_policy?.[key] !== undefined) refuse(["restart_policy", key]);
  for (const [kind, references] of [
    ["secrets", secrets],
    ["configs", configs],
  ] as const)
    for (const { source } of references) {
      const { external, driver, template_driver } = project.model[kind][source] as {
        external?: unknown;
        driver?: unknown;
        template_driver?: unknown;
      };
      if (external || driver !== undefined || template_driver !== undefined)
        throw project.fault([kind, source], "only a swarm has external ones, and drivers");
    }
}
