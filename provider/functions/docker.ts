/** Functions that look up objects of an environment's engine. */
import { z } from "zod";
import type { ContainerInspect } from "../../contract";
import { IdSchema } from "../core/schema";
import { labelsOf as containerLabels } from "../docker/container/labels";
import { containerLogs } from "../docker/container/logs";
import { conditionOf, connectivityOf } from "../docker/container/state";
import { named } from "../docker/service/argument";
import { type PublishedPort, publishedPorts, serviceArguments } from "../docker/service/arguments";
import { engineOf, type FunctionContext, type FunctionDefinition } from "./function";

const engineArgs = {
  /** The environment: its id, or the `Endpoint`. @default the provider's `endpointId` */
  endpointId: IdSchema.optional(),
  /** The node, if the environment's agent serves several. @default the one that the agent picks */
  nodeName: z.string().min(1, "the node's name is empty").optional(),
};

type Texts = Readonly<Record<string, string>>;

const withoutSlash = (name: string): string => name.replace(/^\//, "");

export const GetContainerSchema = z.object({
  ...engineArgs,
  /** The container's name, or the engine's id of it. */
  name: z.string().min(1, "the name is empty"),
});
export type GetContainerArgs = z.input<typeof GetContainerSchema>;
export interface ContainerSummary {
  /** The engine's id of it. */
  readonly containerId: string;
  /** Its name, without a slash. */
  readonly name: string;
  /** The image, as it was written when the container was created. */
  readonly image: string;
  /** The id of its image. */
  readonly imageId: string;
  /** `"running"`, `"exited"`, `"paused"` … */
  readonly status: string;
  /** Its labels. */
  readonly labels: Texts;
}
export interface GetContainerResult extends ContainerSummary {
  /** When it was created, as an ISO date. */
  readonly createdAt: string;
  /** `"healthy"`, `"unhealthy"`, `"starting"`; unset without a health check. */
  readonly health?: string;
  /** The exit code, once it has ended. */
  readonly exitCode?: number;
  /** How often its restart policy has restarted it. */
  readonly restartCount: number;
  /** Host ports by container port: `{ "80/tcp": 32768 }`. */
  readonly assignedPorts: Readonly<Record<string, number>>;
  /** Its addresses, by network. */
  readonly networkAddresses: Texts;
}
export const getContainer: FunctionDefinition<typeof GetContainerSchema, GetContainerResult> = {
  schema: GetContainerSchema,
  misnomers: { container: "name", containerName: "name", id: "name" },
  async run(context, args) {
    const container = await inspectContainer(context, args);
    const { health, exitCode, ...condition } = conditionOf(container);
    return {
      containerId: container.Id,
      name: withoutSlash(container.Name),
      image: container.Config.Image,
      imageId: container.Image,
      labels: containerLabels(container),
      createdAt: container.Created,
      ...condition,
      ...(health !== undefined && { health }),
      ...(exitCode !== undefined && { exitCode }),
      ...connectivityOf(container),
    };
  },
};

/** The engine would also take the first digits of an id, so that a name could mean another container. */
async function inspectContainer(
  context: FunctionContext,
  args: z.output<typeof GetContainerSchema>,
): Promise<ContainerInspect> {
  const { docker, find } = engineOf(context, args);
  return await find(`container "${args.name}"`, async () => {
    const container = await docker.containers.inspect({ params: { id: args.name } }, context.call);
    return [withoutSlash(container.Name), container.Id].includes(args.name) ? container : undefined;
  });
}

export const GetContainersSchema = z.object({
  ...engineArgs,
  /** Whether to include containers that do not run. @default false */
  all: z.boolean().default(false),
  /**
   * Only containers that match, by Docker's filters: `{ label: ["team=ops"], name: ["^web"] }`. Docker: `GET
   * /containers/json`, `filters`. @default all
   */
  filters: z.record(z.string(), z.array(z.string())).optional(),
});
export type GetContainersArgs = z.input<typeof GetContainersSchema>;
export interface GetContainersResult {
  /** The containers that the user may see, the newest first. */
  readonly containers: readonly ContainerSummary[];
}
export const getContainers: FunctionDefinition<typeof GetContainersSchema, GetContainersResult> = {
  schema: GetContainersSchema,
  async run(context, { all, filters, ...args }) {
    const { docker } = engineOf(context, args);
    const query = { ...(all && { all: "1" }), ...(filters && { filters: JSON.stringify(filters) }) };
    const list = await docker.containers.list({ query }, context.call);
    const containers = list.map(({ Id, Names, Image, ImageID, State, Labels }) => ({
      containerId: Id,
      name: withoutSlash(Names[0] ?? ""),
      image: Image,
      imageId: String(ImageID ?? ""),
      status: String(State ?? ""),
      labels: Labels ?? {},
    }));
    return { containers };
  },
};

export const GetImageSchema = z.object({
  ...engineArgs,
  /** The image's name, `"nginx:1.27"`, or its id. The engine must have it: nothing is pulled. */
  name: z.string().min(1, "the name is empty"),
});
export type GetImageArgs = z.input<typeof GetImageSchema>;
export interface GetImageResult {
  /** The image's id, `"sha256:…"`. */
  readonly imageId: string;
  /** Its names on the engine, `["nginx:1.27"]`. */
  readonly tags: readonly string[];
  /** Its digests in registries, `["nginx@sha256:…"]`; empty if it was built on the engine. */
  readonly repoDigests: readonly string[];
  /** Its platform, `"linux/amd64"`. */
  readonly platform: string;
  /** Bytes. */
  readonly size: number;
  /** When it was built, as an ISO date. */
  readonly createdAt: string;
  /** Its labels. */
  readonly labels: Texts;
  /** The ports that it declares, `["80/tcp"]`. */
  readonly exposedPorts: readonly string[];
}
export const getImage: FunctionDefinition<typeof GetImageSchema, GetImageResult> = {
  schema: GetImageSchema,
  misnomers: { image: "name", id: "name" },
  async run(context, args) {
    const { docker, find } = engineOf(context, args);
    const image = await find(`image "${args.name}"`, () =>
      docker.images.inspect({ params: { name: args.name } }, context.call),
    );
    const { Os, Architecture, Variant, Size, Created } = image;
    const { Labels, ExposedPorts } = (image.Config ?? {}) as ImageConfig;
    return {
      imageId: image.Id,
      tags: image.RepoTags ?? [],
      repoDigests: image.RepoDigests ?? [],
      platform: [Os, Architecture, ...(Variant ? [Variant] : [])].join("/"),
      size: Number(Size ?? 0),
      createdAt: String(Created ?? ""),
      labels: Labels ?? {},
      exposedPorts: Object.keys(ExposedPorts ?? {}),
    };
  },
};

interface ImageConfig {
  readonly Labels?: Texts | null;
  readonly ExposedPorts?: Readonly<Record<string, object>> | null;
}

export const GetNetworkSchema = z.object({
  ...engineArgs,
  /** The network's name, or the engine's id of it. */
  name: z.string().min(1, "the name is empty"),
});
export type GetNetworkArgs = z.input<typeof GetNetworkSchema>;
export interface GetNetworkResult {
  /** The engine's id of it. */
  readonly networkId: string;
  /** Its name. */
  readonly name: string;
  /** Its driver, `"bridge"`, `"overlay"` … */
  readonly driver: string;
  /** `"local"`, `"swarm"` or `"global"`. */
  readonly scope: string;
  /** Whether it has no access to the outside. */
  readonly internal: boolean;
  /** Its subnets, `["172.18.0.0/16"]`. */
  readonly subnets: readonly string[];
  /** Its labels. */
  readonly labels: Texts;
}
export const getNetwork: FunctionDefinition<typeof GetNetworkSchema, GetNetworkResult> = {
  schema: GetNetworkSchema,
  misnomers: { network: "name", networkName: "name", id: "name" },
  async run(context, args) {
    const { docker, find } = engineOf(context, args);
    const network = await find(`network "${args.name}"`, async () => {
      const shown = await docker.networks.inspect({ params: { id: args.name } }, context.call);
      return [shown.Name, shown.Id].includes(args.name) ? shown : undefined;
    });
    return {
      networkId: network.Id,
      name: network.Name,
      driver: network.Driver ?? "",
      scope: network.Scope ?? "",
      internal: network.Internal ?? false,
      subnets: (network.IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []),
      labels: network.Labels ?? {},
    };
  },
};

export const GetServiceSchema = z.object({
  /** The environment of a manager of the swarm: its id, or the `Endpoint`. @default the provider's `endpointId` */
  endpointId: IdSchema.optional(),
  /** The service's name, or its id. */
  name: z.string().min(1, "the name is empty"),
});
export type GetServiceArgs = z.input<typeof GetServiceSchema>;
export interface GetServiceResult {
  /** The service's id in the swarm. */
  readonly serviceId: string;
  /** Its name. */
  readonly name: string;
  /** The image, without the digest that Docker's CLI adds. */
  readonly image: string;
  /** `"replicated"`, `"global"`, `"replicatedJob"` or `"globalJob"`. */
  readonly mode: string;
  /** The number of tasks, if `mode` is `"replicated"`. */
  readonly replicas?: number;
  /** Its ports on the nodes. */
  readonly publishedPorts: readonly PublishedPort[];
  /** Its labels. */
  readonly labels: Texts;
}
export const getService: FunctionDefinition<typeof GetServiceSchema, GetServiceResult> = {
  schema: GetServiceSchema,
  misnomers: { service: "name", serviceName: "name", id: "name" },
  async run(context, args) {
    const { docker, find } = engineOf(context, args);
    const service = await find(`service "${args.name}"`, async () => {
      const shown = await docker.services.inspect({ params: { id: args.name } }, context.call);
      return [shown.Spec.Name, shown.ID].includes(args.name) ? shown : undefined;
    });
    const { image, mode, replicas } = serviceArguments;
    const now = named(service);
    const count = replicas.read(now, undefined);
    return {
      serviceId: service.ID,
      name: service.Spec.Name,
      image: String(image.read(now, undefined)),
      mode: String(mode.read(now)),
      ...(typeof count === "number" && { replicas: count }),
      publishedPorts: publishedPorts(service),
      labels: service.Spec.Labels ?? {},
    };
  },
};

export const GetVolumeSchema = z.object({
  ...engineArgs,
  /** The volume's name. */
  name: z.string().min(1, "the name is empty"),
});
export type GetVolumeArgs = z.input<typeof GetVolumeSchema>;
export interface GetVolumeResult {
  /** Its name. */
  readonly name: string;
  /** Its driver, `"local"`. */
  readonly driver: string;
  /** Where its files are on the engine's machine. */
  readonly mountpoint: string;
  /** When it was created, as an ISO date; empty if the driver does not say. */
  readonly createdAt: string;
  /** Its labels. */
  readonly labels: Texts;
}
export const getVolume: FunctionDefinition<typeof GetVolumeSchema, GetVolumeResult> = {
  schema: GetVolumeSchema,
  misnomers: { volume: "name", volumeName: "name", id: "name" },
  async run(context, args) {
    const { docker, find } = engineOf(context, args);
    const volume = await find(`volume "${args.name}"`, () =>
      docker.volumes.inspect({ params: { name: args.name } }, context.call),
    );
    return {
      name: volume.Name,
      driver: volume.Driver ?? "",
      mountpoint: volume.Mountpoint ?? "",
      createdAt: volume.CreatedAt ?? "",
      labels: volume.Labels ?? {},
    };
  },
};

export const GetLogsSchema = z.object({
  ...engineArgs,
  /** The container's name, or the engine's id of it. */
  name: z.string().min(1, "the name is empty"),
  /** How many of the last lines. @default 100 */
  tail: z.int().positive().default(100),
  /** Whether to include what was written to standard output. @default true */
  stdout: z.boolean().default(true),
  /** Whether to include what was written to standard error. @default true */
  stderr: z.boolean().default(true),
});
export type GetLogsArgs = z.input<typeof GetLogsSchema>;
export interface GetLogsResult {
  /** The lines, with the values of the container's environment masked, because any of them may be a secret. */
  readonly logs: string;
}
export const getLogs: FunctionDefinition<typeof GetLogsSchema, GetLogsResult> = {
  schema: GetLogsSchema,
  misnomers: { container: "name", containerName: "name", id: "name", lines: "tail" },
  async run(context, { tail, stdout, stderr, ...args }) {
    const container = await inspectContainer(context, args);
    const { docker } = engineOf(context, args);
    const query = { stdout: stdout ? "1" : "0", stderr: stderr ? "1" : "0", tail: String(tail) };
    return { logs: await containerLogs({ docker, call: context.call }, container, query) };
  },
};
