import * as pulumi from "@pulumi/pulumi";
import type { ContainerInputs, ContainerOutputs, ContainerSettled } from "../provider/container";
import { allOf } from "./properties";
import { PortainerResource } from "./resource";
import type { Args, Outputs } from "./types";

export interface ContainerArgs extends Args<ContainerInputs> {
  networkMode?: pulumi.Input<string> | Container;
  pidMode?: pulumi.Input<string> | Container;
  ipcMode?: pulumi.Input<string> | Container;
  volumesFrom?: pulumi.Input<(pulumi.Input<string> | Container)[]>;
}

export interface Container extends Outputs<ContainerSettled>, Outputs<ContainerOutputs> {}

/** What every container has, whatever its program says. */
const ALWAYS = allOf<Required<Pick<ContainerSettled, AlwaysSettled>> & ContainerOutputs>()(
  "endpointId",
  "name",
  "image",
  "desiredState",
  "containerId",
  "createId",
  "imageId",
  "repoDigest",
  "createdAt",
  "status",
  "health",
  "exitCode",
  "restartCount",
  "assignedPorts",
  "networkAddresses",
  "resourceControlId",
  "warnings",
  "logs",
  "engineId",
  "instanceId",
);

type AlwaysSettled = "endpointId" | "name" | "image" | "desiredState";

const OPTIONAL = allOf<Omit<ContainerSettled, AlwaysSettled>>()(
  "nodeName",
  "imageDigest",
  "pull",
  "registryId",
  "platform",
  "command",
  "entrypoint",
  "env",
  "labels",
  "annotations",
  "user",
  "workingDir",
  "hostname",
  "domainname",
  "tty",
  "stdinOpen",
  "init",
  "stopSignal",
  "stopTimeout",
  "groupAdd",
  "healthcheck",
  "ports",
  "publishAllPorts",
  "exposedPorts",
  "networks",
  "networkMode",
  "links",
  "dns",
  "dnsSearch",
  "dnsOptions",
  "extraHosts",
  "volumes",
  "volumesFrom",
  "tmpfs",
  "shmSize",
  "readOnly",
  "storageOpt",
  "files",
  "memory",
  "memoryReservation",
  "memorySwap",
  "cpus",
  "cpuShares",
  "cpuPeriod",
  "cpuQuota",
  "cpuRealtimePeriod",
  "cpuRealtimeRuntime",
  "cpusetCpus",
  "cpusetMems",
  "pidsLimit",
  "blkioWeight",
  "memorySwappiness",
  "oomKillDisable",
  "oomScoreAdj",
  "blkioWeightDevice",
  "deviceReadBps",
  "deviceWriteBps",
  "deviceReadIops",
  "deviceWriteIops",
  "ulimits",
  "devices",
  "deviceCgroupRules",
  "deviceRequests",
  "gpus",
  "pidMode",
  "ipcMode",
  "utsMode",
  "usernsMode",
  "cgroupnsMode",
  "cgroupParent",
  "isolation",
  "privileged",
  "capAdd",
  "capDrop",
  "securityOpt",
  "sysctls",
  "runtime",
  "maskedPaths",
  "readonlyPaths",
  "logging",
  "restart",
  "autoRemove",
  "waitFor",
  "replacement",
  "adopt",
  "force",
  "removeVolumes",
  "triggers",
  "access",
);

/**
 * A container on an environment. A change that the engine can make is made on the container that runs; any other
 * puts a new one in its place, and puts the old one back if that fails.
 *
 * @example
 * ```ts
 * const web = new Container("web", {
 *   endpointId: 1,
 *   image: "nginx:1.27",
 *   ports: [{ containerPort: 80, hostPort: 8080 }],
 *   restart: "unless-stopped",
 * });
 * ```
 */
export class Container extends PortainerResource {
  /**
   * Looks up a container that Pulumi does not manage: `"1/web"`, `"1/3f2ac1…"` by the engine's id, or `"1/node-2/web"` on
   * a node of an agent.
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Container {
    return new Container(name, {} as ContainerArgs, { ...options, id });
  }

  constructor(name: string, args: ContainerArgs, options?: pulumi.CustomResourceOptions) {
    super(
      { type: "Container", properties: ALWAYS, optional: OPTIONAL, exclusive: true },
      name,
      byContainerId(args),
      options,
    );
  }
}

const MODES = ["networkMode", "pidMode", "ipcMode"] as const;

/** A container that shares something of another's names it by the engine's id, which changes when that one is recreated. */
function byContainerId(args: ContainerArgs): object {
  const shared: Record<string, unknown> = {};
  for (const mode of MODES) {
    const owner = args[mode];
    if (owner instanceof Container) shared[mode] = pulumi.interpolate`container:${owner.containerId}`;
  }
  if (Array.isArray(args.volumesFrom)) shared["volumesFrom"] = args.volumesFrom.map(idOf);
  return { ...args, ...shared };
}

function idOf(container: pulumi.Input<string> | Container): pulumi.Input<string> {
  return container instanceof Container ? container.containerId : container;
}
