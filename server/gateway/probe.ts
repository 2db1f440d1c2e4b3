import type { Engine } from "./engine/engine";

/** What is known of an engine at one time, under Portainer's names. */
export interface DockerSnapshot {
  /** Unix seconds. */
  readonly Time: number;
  readonly DockerVersion: string;
  readonly Swarm: boolean;
  readonly TotalCPU: number;
  readonly TotalMemory: number;
  readonly ContainerCount: number;
  readonly RunningContainerCount: number;
  readonly StoppedContainerCount: number;
  readonly HealthyContainerCount: number;
  readonly UnhealthyContainerCount: number;
  readonly VolumeCount: number;
  readonly ImageCount: number;
  readonly ServiceCount: number;
  readonly StackCount: number;
  readonly NodeCount: number;
  readonly GpuUseAll: boolean;
  readonly GpuUseList: readonly string[];
  readonly IsPodman: boolean;
}

interface Info {
  readonly ServerVersion?: string;
  readonly NCPU?: number;
  readonly MemTotal?: number;
  readonly Swarm?: { readonly ControlAvailable?: boolean };
}

interface Container {
  readonly State?: string;
  readonly Status?: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
}

interface Node {
  readonly Description?: {
    readonly Resources?: { readonly NanoCPUs?: number; readonly MemoryBytes?: number };
  };
}

interface Service {
  readonly Spec?: { readonly Labels?: Readonly<Record<string, string>> | null };
}

interface Version {
  readonly Components?: readonly { readonly Name: string }[];
}

/** Looks at an engine. Throws the reason if it cannot be reached or is none. */
export async function probe(engine: Engine, signal?: AbortSignal): Promise<DockerSnapshot> {
  const ask = <T>(path: string) => engine.json<T>("GET", path, undefined, { signal });
  const { status, body } = await engine.ask("GET", "/_ping", undefined, { signal });
  if (status !== 200)
    throw new Error(`The engine answered ${status}: ${body.toString("utf8", 0, 500).trim()}`);
  const [info, version, containers, images, volumes] = await Promise.all([
    ask<Info>("/info"),
    ask<Version>("/version"),
    ask<Container[]>("/containers/json?all=1"),
    ask<unknown[]>("/images/json"),
    ask<{ Volumes?: unknown[] | null }>("/volumes"),
  ]);
  const isManager = info.Swarm?.ControlAvailable === true;
  const [nodes, services] = isManager
    ? await Promise.all([ask<Node[]>("/nodes"), ask<Service[]>("/services")])
    : [[], []];
  const count = (test: (container: Container) => boolean | undefined) => containers.filter(test).length;
  return {
    Time: Math.floor(Date.now() / 1000),
    DockerVersion: info.ServerVersion ?? "",
    Swarm: isManager,
    TotalCPU: isManager ? sum(nodes, (it) => it.NanoCPUs) / 1e9 : (info.NCPU ?? 0),
    TotalMemory: isManager ? sum(nodes, (it) => it.MemoryBytes) : (info.MemTotal ?? 0),
    ContainerCount: containers.length,
    RunningContainerCount: count(({ State }) => State === "running"),
    StoppedContainerCount: count(({ State }) => State === "exited"),
    HealthyContainerCount: count(({ Status }) => Status?.includes("(healthy)")),
    UnhealthyContainerCount: count(({ Status }) => Status?.includes("(unhealthy)")),
    VolumeCount: volumes.Volumes?.length ?? 0,
    ImageCount: images.length,
    ServiceCount: services.length,
    StackCount: stacksAmong(containers, services),
    NodeCount: nodes.length,
    GpuUseAll: false,
    GpuUseList: [],
    IsPodman: version.Components?.some(({ Name }) => Name === "Podman Engine") ?? false,
  };
}

type Resources = NonNullable<NonNullable<Node["Description"]>["Resources"]>;

function sum(nodes: readonly Node[], pick: (resources: Resources) => number | undefined): number {
  return nodes.reduce((total, node) => total + (pick(node.Description?.Resources ?? {}) ?? 0), 0);
}

/** Compose projects and swarm stacks, told by their labels. */
function stacksAmong(containers: readonly Container[], services: readonly Service[]): number {
  const projects = containers.map(({ Labels }) => Labels?.["com.docker.compose.project"]);
  const stacks = services.map(({ Spec }) => Spec?.Labels?.["com.docker.stack.namespace"]);
  return new Set([...projects, ...stacks].filter(Boolean)).size;
}

/** What an agent says of itself. */
export interface AgentInfo {
  readonly version: string;
  readonly platform: "docker" | "kubernetes";
}

const PLATFORMS: Readonly<Record<string, AgentInfo["platform"]>> = { "1": "docker", "2": "kubernetes" };

/** Throws the reason if there is no agent. */
export async function pingAgent(engine: Engine, signal: AbortSignal): Promise<AgentInfo> {
  const { status, headers } = await engine.ask("GET", "/ping", undefined, { signal });
  if (status !== 204) throw new Error(`Failed request with status ${status}`);
  const version = headers["portainer-agent"];
  if (typeof version !== "string" || version === "") throw new Error("Agent version header is missing");
  const platform = PLATFORMS[String(headers["portainer-agent-platform"])];
  if (!platform) throw new Error("Agent platform header is missing or invalid");
  return { version, platform };
}
