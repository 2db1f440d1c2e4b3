import type { ContainerInspect, EngineInfo, ImageInspect } from "../../../contract";
import { equal } from "../../core/diff";
import { isNotFound } from "../../core/errors";
import type { Properties } from "../../core/properties";
import { idOf, managedAs } from "../identity";
import type { Place } from "../place";
import { type ContainerSettled, containerArguments } from "./arguments";
import { isObject, type Wire } from "./arguments/argument";
import type { NetworkInput } from "./arguments/networks";
import { findById, nameOfContainer, stateOf } from "./calls";
import { observe, unfulfilled, withNames } from "./observe";
import { type ContainerOutputs, outputsOf } from "./state";

/** What every engine hides from a container, and what it lets it only read. */
const ALWAYS = {
  MaskedPaths: ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"],
  ReadonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
};

/** What only some versions of the engine add. */
const SOMETIMES =
  /^\/(?:proc\/(?:asound|interrupts|latency_stats|sched_debug|scsi|timer_stats)|sys\/devices\/virtual\/powercap|sys\/devices\/system\/cpu\/cpu\d+\/thermal_throttle)$/;

/** The paths that whoever made a container has asked for; none where they are the engine's own. */
export function declaredSystemPaths({
  HostConfig,
}: ContainerInspect): Pick<ContainerSettled, "maskedPaths" | "readonlyPaths"> {
  const unconfined = HostConfig["Privileged"] === true;
  const asked = (key: "maskedPaths" | "readonlyPaths", field: keyof typeof ALWAYS) => {
    const paths = HostConfig[field] as string[] | null | undefined;
    if (!paths || (unconfined && paths.length === 0)) return {};
    return isOwn(paths, ALWAYS[field]) ? {} : { [key]: paths };
  };
  return { ...asked("maskedPaths", "MaskedPaths"), ...asked("readonlyPaths", "ReadonlyPaths") };
}

function isOwn(paths: readonly string[], always: readonly string[]): boolean {
  return (
    always.every((path) => paths.includes(path)) &&
    paths.every((path) => always.includes(path) || SOMETIMES.test(path))
  );
}

const DEFAULT_SHM_SIZE = 64 * 1024 ** 2;
const DEFAULT_NETWORKS = ["bridge", "default"];
/** What the engine takes for a host name where none is given. */
const SHORT_ID = /^[0-9a-f]{12}$/;

/**
 * The arguments that whoever made a container has given: all that it is, less what image and engine give to a
 * container that asks for nothing.
 */
function importedInputs(
  container: ContainerInspect,
  image: ImageInspect | undefined,
  engine: EngineInfo,
  endpointId: number,
): ContainerSettled {
  const given = observe(container, undefined);
  const inherited = observe(baselineOf(container, image, engine), undefined);
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
function baselineOf(
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

const SWARM_LABEL = "com.docker.swarm.task.id";

/** A container as a state would hold it. */
export interface ImportableContainer {
  readonly id: string;
  readonly inputs: ContainerSettled;
  readonly outputs: ContainerSettled & ContainerOutputs;
}

/** What is not to be imported. */
export interface SkippedObject {
  readonly name: string;
  readonly reason: string;
}

/**
 * Reads the containers of an environment as resources, without a write. Left out are those of a stack's state
 * already, and the tasks of a swarm, which the swarm replaces as it likes.
 *
 * @param filters the engine's own: `{ name: ["web"], label: ["team=ops"] }`.
 */
export async function importableContainers(
  place: Place,
  engine: EngineInfo,
  filters: Readonly<Record<string, readonly string[]>>,
): Promise<{ containers: ImportableContainer[]; skipped: SkippedObject[] }> {
  const list = await place.docker.containers.list(
    { query: { all: "1", filters: JSON.stringify(filters) } },
    place.call,
  );
  const found = await Promise.all(list.map(({ Id }) => findById(place, Id)));
  const there = found
    .filter((container) => container !== undefined)
    .sort((left, right) => nameOfContainer(left).localeCompare(nameOfContainer(right)));

  const skipped = there.flatMap((container) => {
    const reason = whyNot(container);
    return reason === undefined ? [] : [{ name: nameOfContainer(container), reason }];
  });
  const imported = there.filter((container) => whyNot(container) === undefined);
  const ids = new Set(imported.map(({ Id }) => Id));
  const images = imagesOf(place);
  const containers = await Promise.all(
    imported.map(async (container) => {
      const given = importedInputs(container, await images(container.Image), engine, place.endpointId);
      const inputs = await withNames(place, given, ids);
      const outputs = { ...inputs, ...(await outputsOf(place, container)) };
      return { id: idOf(place.endpointId, inputs.name), inputs, outputs };
    }),
  );
  return { containers, skipped };
}

function whyNot({ Config }: ContainerInspect): string | undefined {
  const labels = Config.Labels ?? {};
  if (labels[SWARM_LABEL] !== undefined) return "a task of a swarm service";
  return managedAs(labels);
}

/** Each image is asked for once; one that is gone has no say. */
function imagesOf({ docker, call }: Place) {
  const asked = new Map<string, ReturnType<typeof docker.images.inspect> | Promise<undefined>>();
  return (id: string) => {
    const image =
      asked.get(id) ??
      docker.images.inspect({ params: { name: id } }, call).catch((error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      });
    asked.set(id, image as ReturnType<typeof docker.images.inspect>);
    return image;
  };
}
