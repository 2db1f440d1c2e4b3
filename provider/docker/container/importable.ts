/**
 * Reads existing containers for an import: as the inputs they were created with, without what the image and the engine
 * added.
 */
import type { ContainerInspect, EngineInfo, ImageInspect } from "../../../contract";
import { equal } from "../../core/diff";
import { isNotFound } from "../../core/errors";
import type { SkippedObject } from "../../core/importable";
import type { Properties } from "../../core/properties";
import type { Engine } from "../engine";
import { idOf, managedAs, partOf } from "../identity";
import { type ContainerInputs, containerArguments } from "./arguments";
import type { NetworkInput } from "./arguments/networks";
import { stateOf } from "./arguments/run";
import { findById, nameOfContainer } from "./calls";
import { observe, unfulfilled, withNames } from "./observe";
import { type ContainerOutputs, outputsOf } from "./state";
import { isObject, type Wire } from "./wire";

/** The paths that every engine masks, and those that it makes read-only. */
const ALWAYS = {
  MaskedPaths: ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"],
  ReadonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
};

/** The paths that only some versions of the engine add. */
const SOMETIMES =
  /^\/(?:proc\/(?:asound|interrupts|latency_stats|sched_debug|scsi|timer_stats)|sys\/devices\/virtual\/powercap|sys\/devices\/system\/cpu\/cpu\d+\/thermal_throttle)$/;

/** The paths that were set when the container was created; none if they are the engine's own. */
export function declaredSystemPaths({
  HostConfig,
}: ContainerInspect): Pick<ContainerInputs, "maskedPaths" | "readonlyPaths"> {
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
/** The host name that the engine gives a container without one: its short id. */
const SHORT_ID = /^[0-9a-f]{12}$/;

/**
 * The inputs that the container was created with: everything that it shows, without what the image and the engine give
 * to a container without inputs.
 */
function importedInputs(
  container: ContainerInspect,
  image: ImageInspect | undefined,
  info: EngineInfo,
  { endpointId, nodeName }: Engine,
): ContainerInputs {
  const given = observe(container, undefined);
  const inherited = observe(baselineOf(container, image, info), undefined);
  const entries = Object.entries(given).flatMap(([key, value]) => {
    const rest = without(key as keyof ContainerInputs, value, inherited[key]);
    return rest === undefined ? [] : [[key, rest] as const];
  });
  const inputs = {
    ...oneWayToNetwork(Object.fromEntries(entries), container),
    ...declaredSystemPaths(container),
    ...exposedBeyond(container, image),
    endpointId,
    ...(nodeName !== undefined && { nodeName }),
    name: nameOfContainer(container),
    image: container.Config.Image,
    desiredState: stateOf(container, { desiredState: "running" }),
  } as ContainerInputs;
  return agreeing(container, inputs);
}

/** The same for one container that the engine has. */
export async function readImportedInputs(
  engine: Engine,
  container: ContainerInspect,
): Promise<ContainerInputs> {
  const [info, image] = await Promise.all([
    engine.docker.system.info({}, engine.call),
    imagesOf(engine)(container.Image),
  ]);
  const inputs = importedInputs(container, image, info, engine);
  return await withNames(engine, inputs, new Set());
}

/** The same container, as if created from the same image without any inputs. */
function baselineOf(
  container: ContainerInspect,
  image: ImageInspect | undefined,
  info: EngineInfo,
): ContainerInspect {
  const { Id, Config, HostConfig } = container;
  const { Memory, NetworkMode } = HostConfig as Record<string, unknown>;
  // In a shared network, the host name is its owner's. A container that was recreated with all its settings keeps its
  // first short id.
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
      CgroupnsMode: info.CgroupVersion === "1" ? "host" : "private",
      Runtime: info.DefaultRuntime,
      LogConfig: { Type: info.LoggingDriver, Config: {} },
      NetworkMode: "bridge",
      MemorySwap: info.SwapLimit === false ? HostConfig["MemorySwap"] : Number(Memory) * 2,
      SecurityOpt: labelsOfEngine(HostConfig),
    },
    NetworkSettings: { Networks: {}, Ports: {} },
    Portainer: undefined,
  };
}

/** Whether the namespace is the host's or another container's. */
const isShared = (mode: unknown): boolean => mode === "host" || /^container:/.test(String(mode));

/** The engine adds labels to a container that is privileged or shares namespaces, unless some were set. */
function labelsOfEngine({ Privileged, PidMode, IpcMode, SecurityOpt }: Wire): string[] {
  if (Privileged !== true && !isShared(PidMode) && !isShared(IpcMode)) return [];
  return ((SecurityOpt ?? []) as string[]).filter((option) => /^label[:=]/.test(option));
}

/** The exposed ports that neither the image exposes nor the container publishes. */
function exposedBeyond(
  { Config, HostConfig }: ContainerInspect,
  image: ImageInspect | undefined,
): { exposedPorts?: string[] } {
  const known = { ...(image?.Config as Wire | undefined), ...HostConfig };
  const own = Object.keys({ ...(known["ExposedPorts"] as object), ...(known["PortBindings"] as object) });
  const exposedPorts = Object.keys(Config["ExposedPorts"] ?? {}).filter((port) => !own.includes(port));
  return exposedPorts.length === 0 ? {} : { exposedPorts };
}

/** The value without its inherited part; `undefined` if nothing is left. */
function without(key: keyof ContainerInputs, value: unknown, inherited: unknown): unknown {
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

/** Keeps `networks` if the container joined some, and `networkMode` if it has no network of its own. */
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

/** Drops short ids from the aliases: the engine adds every short id that the container has had. */
function withoutShortIds(attachment: NetworkInput): NetworkInput {
  if (typeof attachment === "string" || !attachment.aliases) return attachment;
  const { aliases, ...rest } = attachment;
  const given = aliases.filter((alias) => !SHORT_ID.test(alias));
  if (given.length > 0) return { ...rest, aliases: given };
  return Object.keys(rest).length === 1 ? rest.network : rest;
}

/** Where a container is, which its engine does not say of it. */
const PLACE = ["endpointId", "nodeName"];

/** Drops inputs that would read back as another value, so that a program with these inputs shows no diff. */
function agreeing(container: ContainerInspect, inputs: ContainerInputs): ContainerInputs {
  const doubtful = new Set<string>(unfulfilled(container, inputs));
  const kept = Object.entries(inputs).filter(([key]) => !doubtful.has(key) || PLACE.includes(key));
  return Object.fromEntries(kept) as unknown as ContainerInputs;
}

const SWARM_LABEL = "com.docker.swarm.task.id";

/** A container, as the state would hold it. */
export interface ImportableContainer {
  readonly id: string;
  readonly inputs: ContainerInputs;
  readonly outputs: ContainerInputs & ContainerOutputs;
}

/**
 * Reads the containers of an environment as resources. Writes nothing. Skips containers that a stack already manages,
 * and the tasks of a swarm, which the swarm replaces when it likes.
 *
 * @param filters the engine's filters: `{ name: ["web"], label: ["team=ops"] }`.
 * @param stacks the stacks whose containers are left out.
 */
export async function importableContainers(
  engine: Engine,
  info: EngineInfo,
  filters: Readonly<Record<string, readonly string[]>>,
  stacks: readonly string[],
): Promise<{ containers: ImportableContainer[]; skipped: SkippedObject[] }> {
  const list = await engine.docker.containers.list(
    { query: { all: "1", filters: JSON.stringify(filters) } },
    engine.call,
  );
  const found = await Promise.all(list.map(({ Id }) => findById(engine, Id)));
  const there = found
    .filter((container) => container !== undefined)
    .sort((left, right) => nameOfContainer(left).localeCompare(nameOfContainer(right)));

  const skipped = there.flatMap((container) => {
    const reason = whyNot(container, stacks);
    return reason === undefined ? [] : [{ name: nameOfContainer(container), reason }];
  });
  const imported = there.filter((container) => whyNot(container, stacks) === undefined);
  const ids = new Set(imported.map(({ Id }) => Id));
  const images = imagesOf(engine);
  const containers = await Promise.all(
    imported.map(async (container) => {
      const given = importedInputs(container, await images(container.Image), info, engine);
      const inputs = await withNames(engine, given, ids);
      const outputs = { ...inputs, ...(await outputsOf(engine, container)) };
      return { id: idOf(engine.endpointId, inputs.name), inputs, outputs };
    }),
  );
  return { containers, skipped };
}

function whyNot({ Config }: ContainerInspect, stacks: readonly string[]): string | undefined {
  const labels = Config.Labels ?? {};
  const stack = partOf(labels, stacks);
  if (stack !== undefined) return stack;
  return labels[SWARM_LABEL] === undefined ? managedAs(labels) : "a task of a swarm service";
}

/** Asks for each image once; `undefined` for one that is gone. */
function imagesOf({ docker, call }: Engine) {
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
