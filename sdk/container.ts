import type * as pulumi from "@pulumi/pulumi";
import type { ContainerInputs, ContainerOutputs, ContainerSettled } from "../provider/container";
import { allOf } from "./properties";
import { PortainerResource } from "./resource";
import type { Args, Outputs } from "./types";

export interface ContainerArgs extends Args<ContainerInputs> {}

export interface Container extends Outputs<ContainerSettled>, Outputs<ContainerOutputs> {}

const PROPERTIES = allOf<ContainerSettled & ContainerOutputs>()(
  "endpointId",
  "name",
  "image",
  "pull",
  "registryId",
  "platform",
  "command",
  "entrypoint",
  "env",
  "labels",
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
  "cpusetCpus",
  "cpusetMems",
  "pidsLimit",
  "blkioWeight",
  "privileged",
  "capAdd",
  "capDrop",
  "securityOpt",
  "sysctls",
  "pidMode",
  "runtime",
  "restart",
  "desiredState",
  "autoRemove",
  "waitFor",
  "replacement",
  "adopt",
  "force",
  "removeVolumes",
  "triggers",
  "access",
  "containerId",
  "createId",
  "imageId",
  "createdAt",
  "status",
  "health",
  "exitCode",
  "assignedPorts",
  "networkAddresses",
  "resourceControlId",
  "warnings",
  "logs",
  "engineId",
  "instanceId",
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
  /** Looks up a container that Pulumi does not manage: `"1/web"`, or `"1/3f2ac1…"` by the engine's id. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Container {
    return new Container(name, {} as ContainerArgs, { ...options, id });
  }

  constructor(name: string, args: ContainerArgs, options?: pulumi.CustomResourceOptions) {
    super({ type: "Container", properties: PROPERTIES, exclusive: true }, name, args, options);
  }
}
