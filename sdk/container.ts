import * as pulumi from "@pulumi/pulumi";
import type {
  ContainerInputs,
  ContainerOutputs,
  ContainerArgs as WrittenArgs,
} from "../provider/docker/container";
import { Image } from "./image";
import { Network } from "./network";
import { allOf } from "./properties";
import { PortainerResource } from "./resource";
import type { Args, Outputs } from "./types";
import { Volume } from "./volume";

type Element<Key extends "networks" | "volumes"> = NonNullable<WrittenArgs[Key]>[number];
type Attachment = Exclude<Element<"networks">, string>;
type Mount = Exclude<Element<"volumes">, string>;

/** An attachment to a network, which is given by name or as the resource. */
interface AttachmentArgs extends Omit<Args<Attachment>, "network"> {
  network: pulumi.Input<string> | Network;
}

/** A mount; a volume is given by name or as the resource. */
interface MountArgs extends Omit<Args<Mount>, "source"> {
  source?: pulumi.Input<string> | Volume;
}

type Plain = Args<WrittenArgs>;

export interface ContainerArgs extends Omit<Plain, "image" | "networks" | "volumes"> {
  image: pulumi.Input<string> | Image;
  networks?: (pulumi.Input<string> | Network | AttachmentArgs)[] | Plain["networks"];
  volumes?: (pulumi.Input<string> | MountArgs)[] | Plain["volumes"];
  networkMode?: pulumi.Input<string> | Container;
  pidMode?: pulumi.Input<string> | Container;
  ipcMode?: pulumi.Input<string> | Container;
  volumesFrom?: pulumi.Input<(pulumi.Input<string> | Container)[]>;
}

export interface Container extends Outputs<ContainerInputs>, Outputs<ContainerOutputs> {}

/** The properties that every container has. The others exist only where a program sets them. */
const ALWAYS = allOf<Required<Pick<ContainerInputs, AlwaysSet>> & ContainerOutputs>()(
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
  "anonymousVolumes",
  "resourceControlId",
  "warnings",
  "logs",
  "engineId",
  "instanceId",
);

type AlwaysSet = "endpointId" | "name" | "image" | "desiredState";

const OPTIONAL = allOf<Omit<ContainerInputs, AlwaysSet>>()(
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
 * A container on an environment. A change that the engine can make in place updates the running container. Any other
 * change replaces the container, and restores the old one if that fails.
 *
 * @example
 * ```ts
 * const web = new portainer.Container("web", {
 *   endpointId: 1,
 *   image: "nginx:1.27",
 *   ports: [{ containerPort: 80, hostPort: 8080 }],
 *   restart: "unless-stopped",
 * });
 * ```
 */
export class Container extends PortainerResource {
  /**
   * Looks up a container that Pulumi does not manage: `"1/web"` by name, `"1/3f2ac1…"` by the engine's id, or
   * `"1/node-2/web"` on a node of an agent.
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Container {
    return new Container(name, {} as ContainerArgs, { ...options, id });
  }

  constructor(name: string, args: ContainerArgs, options?: pulumi.CustomResourceOptions) {
    super(
      { type: "Container", properties: ALWAYS, optional: OPTIONAL, exclusive: true },
      name,
      byName(byContainerId(args)),
      options,
    );
  }
}

const MODES = ["networkMode", "pidMode", "ipcMode"] as const;

/**
 * Replaces Container resources by container ids, where one container shares another's namespaces or volumes. The id
 * changes when the other container is recreated, so this one is recreated too.
 */
function byContainerId(args: ContainerArgs): ContainerArgs {
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

/**
 * Replaces Network and Volume resources by their names, which engines identify them by, and an Image by the name that
 * only it has: that changes with the image.
 */
function byName(args: ContainerArgs): object {
  const { image, networks, volumes } = args;
  return {
    ...args,
    ...(image instanceof Image && { image: image.reference }),
    ...(Array.isArray(networks) && { networks: networks.map((entry) => withName(entry, "network")) }),
    ...(Array.isArray(volumes) && { volumes: volumes.map((entry) => withName(entry, "source")) }),
  };
}

function withName(entry: unknown, key: string): unknown {
  if (entry instanceof Network) return entry.name;
  if (typeof entry !== "object" || entry === null || pulumi.Output.isInstance(entry)) return entry;
  const named = (entry as Record<string, unknown>)[key];
  return named instanceof Network || named instanceof Volume ? { ...entry, [key]: named.name } : entry;
}
