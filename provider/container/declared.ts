import type { ContainerInspect, EngineInfo, ImageInspect } from "../../contract";
import { equal } from "../core/equal";
import type { Properties } from "../core/hidden";
import { isObject, type Wire } from "./argument";
import { type ContainerSettled, containerArguments } from "./arguments";
import type { NetworkInput } from "./arguments/attachment";
import { nameOfContainer } from "./find";
import { observe, unfulfilled } from "./observe";
import { stateOf } from "./run-state";
import { declaredSystemPaths } from "./system-paths";

const DEFAULT_SHM_SIZE = 64 * 1024 ** 2;
const DEFAULT_NETWORKS = ["bridge", "default"];
/** What the engine takes for a host name where none is given. */
const SHORT_ID = /^[0-9a-f]{12}$/;

/**
 * The arguments that whoever made a container has given: all that it is, less what image and engine give to a
 * container that asks for nothing.
 */
export function declared(
  container: ContainerInspect,
  image: ImageInspect | undefined,
  engine: EngineInfo,
  endpointId: number,
): ContainerSettled {
  const given = observe(container, undefined);
  const inherited = observe(undemanding(container, image, engine), undefined);
  const entries = Object.entries(given).flatMap(([key, value]) => {
    const rest = without(key as keyof ContainerSettled, value, inherited[key]);
    return rest === undefined ? [] : [[key, rest] as const];
  });
  const inputs = {
    ...oneWayToNetwork(Object.fromEntries(entries), container),
    ...declaredSystemPaths(container),
    ...exposedBeyond(container, image),
    endpointId,
    name: nameOfContainer(container),
    image: container.Config.Image,
    desiredState: stateOf(container, { desiredState: "running" }),
  } as ContainerSettled;
  return agreeing(container, inputs);
}

/** The same container, made of the same image by someone who asked for nothing. */
function undemanding(
  container: ContainerInspect,
  image: ImageInspect | undefined,
  engine: EngineInfo,
): ContainerInspect {
  const { Id, Config, HostConfig } = container;
  const { Memory, NetworkMode } = HostConfig as Record<string, unknown>;
  // Who shares a network has the name of whose it is; who was recreated with all its settings has its first short id.
  const isNamedByEngine = isShared(NetworkMode) || SHORT_ID.test(String(Config["Hostname"]));
  return {
    ...container,
    Config: {
      ...image?.Config,
      Image: Config.Image,
      Hostname: isNamedByEngine ? Config["Hostname"] : Id.slice(0, 12),
      Domainname: isNamedByEngine ? Config["Domainname"] : "",
    },
    HostConfig: {
      ShmSize: DEFAULT_SHM_SIZE,
      IpcMode: "private",
      CgroupnsMode: engine.CgroupVersion === "1" ? "host" : "private",
      Runtime: engine.DefaultRuntime,
      LogConfig: { Type: engine.LoggingDriver, Config: {} },
      NetworkMode: "bridge",
      MemorySwap: engine.SwapLimit === false ? HostConfig["MemorySwap"] : Number(Memory) * 2,
      SecurityOpt: labelsOfEngine(HostConfig),
    },
    NetworkSettings: { Networks: {}, Ports: {} },
    Portainer: undefined,
  };
}

/** The host's, or another container's. */
const isShared = (mode: unknown): boolean => mode === "host" || /^container:/.test(String(mode));

/** The engine adds labels to who has all rights or shares namespaces, unless it was given some. */
function labelsOfEngine({ Privileged, PidMode, IpcMode, SecurityOpt }: Wire): string[] {
  if (Privileged !== true && !isShared(PidMode) && !isShared(IpcMode)) return [];
  return ((SecurityOpt ?? []) as string[]).filter((option) => /^label[:=]/.test(option));
}

/** Ports that are exposed beside those of the image and those that are published. */
function exposedBeyond(
  { Config, HostConfig }: ContainerInspect,
  image: ImageInspect | undefined,
): { exposedPorts?: string[] } {
  const known = { ...(image?.Config as Wire | undefined), ...HostConfig };
  const own = Object.keys({ ...(known["ExposedPorts"] as object), ...(known["PortBindings"] as object) });
  const exposedPorts = Object.keys(Config["ExposedPorts"] ?? {}).filter((port) => !own.includes(port));
  return exposedPorts.length === 0 ? {} : { exposedPorts };
}

/** What is left of a value without what is inherited; of a map, its further keys. */
function without(key: keyof ContainerSettled, value: unknown, inherited: unknown): unknown {
  if (isObject(value) && isObject(inherited) && (key === "env" || key === "labels")) {
    const rest = Object.entries(value).filter(([name, text]) => inherited[name] !== text);
    return rest.length === 0 ? undefined : Object.fromEntries(rest);
  }
  if (key === "securityOpt" && Array.isArray(value) && Array.isArray(inherited)) {
    const rest = value.filter((option) => !inherited.includes(option));
    return rest.length === 0 ? undefined : rest;
  }
  const { normalize } = containerArguments[key];
  const canonical = (one: unknown) =>
    one === undefined || normalize === undefined ? one : normalize(one as never);
  const plain = canonical(value);
  return equal(plain, canonical(inherited)) || isNothing(plain) ? undefined : value;
}

function isNothing(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

/** `networks` where a container has joined some, `networkMode` where it has none of its own. */
function oneWayToNetwork(inputs: Properties, { HostConfig }: ContainerInspect): Properties {
  const { networks, networkMode, ...rest } = inputs;
  const mode = String(HostConfig["NetworkMode"] ?? "");
  if (mode === "host" || mode === "none" || mode.startsWith("container:")) return { ...rest, networkMode };
  const joined = ((networks ?? []) as NetworkInput[]).map(withoutShortIds);
  const nameOf = (network: NetworkInput) => (typeof network === "string" ? network : network.network);
  if (joined.every((network) => DEFAULT_NETWORKS.includes(nameOf(network)))) return rest;
  const first = joined.filter((network) => nameOf(network) === mode);
  return { ...rest, networks: [...first, ...joined.filter((network) => !first.includes(network))] };
}

/** The engine makes each short id that a container has had a name of it. */
function withoutShortIds(attachment: NetworkInput): NetworkInput {
  if (typeof attachment === "string" || !attachment.aliases) return attachment;
  const { aliases, ...rest } = attachment;
  const given = aliases.filter((alias) => !SHORT_ID.test(alias));
  if (given.length > 0) return { ...rest, aliases: given };
  return Object.keys(rest).length === 1 ? rest.network : rest;
}

/** Drops what would read back as another value, so that a program with these arguments finds nothing to do. */
function agreeing(container: ContainerInspect, inputs: ContainerSettled): ContainerSettled {
  const doubtful = new Set<string>(unfulfilled(container, inputs));
  const kept = Object.entries(inputs).filter(([key]) => !doubtful.has(key) || key === "endpointId");
  return Object.fromEntries(kept) as unknown as ContainerSettled;
}
