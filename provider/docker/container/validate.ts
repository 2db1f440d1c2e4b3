/** Checks what no argument's own schema can: arguments that exclude each other, and a missing environment. */
import type { Properties } from "../../core/properties";
import { hasUnknown } from "../../core/properties";
import type { Failure } from "../../core/validate";
import { missingEndpoint } from "../engine";
import { type ContainerInputs, ContainerSchema, containerArguments } from "./arguments";
import { canonical } from "./arguments/argument";
import { networkConflict } from "./arguments/networks";
import { portTakenTwice } from "./arguments/ports";
import { entrypointWords } from "./arguments/process";
import { mountedTwice } from "./arguments/storage";
import { byteCount } from "./arguments/values";
import { misplacedFiles } from "./file-volumes";

type Key = keyof ContainerInputs;
/** The inputs that are known, and valid by themselves. */
type Known = { readonly [Name in Key]?: ContainerInputs[Name] | undefined };

/** A conflict between arguments that are valid by themselves. */
interface Rule {
  /** The property that shows the failure. */
  readonly property: Key;
  /** Why the arguments conflict; falsy if they do not. */
  reason(known: Known, isGiven: (key: Key) => boolean): string | undefined | false;
}

/** Arguments that need a network namespace of the container's own. */
const OF_OWN_NETWORK: readonly Key[] = [
  "hostname",
  "domainname",
  "ports",
  "publishAllPorts",
  "exposedPorts",
  "dns",
  "extraHosts",
  "links",
];

const RULES: readonly Rule[] = [
  {
    property: "networkMode",
    reason: ({ networks, networkMode }) =>
      networks && networkMode !== undefined && "`networks` and `networkMode` exclude each other: keep one",
  },
  { property: "networks", reason: ({ networks = [] }) => networkConflict(networks) },
  ...OF_OWN_NETWORK.map(
    (property): Rule => ({
      property,
      reason: (known) =>
        known[property] !== undefined &&
        modeOf(known).startsWith("container:") &&
        `belongs to the network, which is that of another container (\`networkMode\` "${modeOf(known)}"): set it there`,
    }),
  ),
  {
    property: "links",
    reason: ({ links, networks, networkMode }) =>
      links &&
      (networks !== undefined || !["bridge", "default", undefined].includes(networkMode)) &&
      "`links` work on the default bridge alone: on other networks names are found, and `aliases` add more",
  },
  ...(["hostname", "domainname"] as const).map(
    (property): Rule => ({
      property,
      reason: (known) =>
        known[property] !== undefined &&
        known.utsMode === "host" &&
        'is the host\'s own with `utsMode` "host": keep one',
    }),
  ),
  {
    property: "sysctls",
    reason: (known) =>
      modeOf(known) === "host" &&
      hasKey(known.sysctls, /^net\./) &&
      "settings of `net.` are the host's own on its network: drop them, or `networkMode`",
  },
  {
    property: "sysctls",
    reason: ({ sysctls, ipcMode }) =>
      ipcMode === "host" &&
      hasKey(sysctls, /^(?:kernel\.(?:msg|sem|shm)|fs\.mqueue\.)/) &&
      'settings of shared memory are the host\'s own with `ipcMode` "host": drop them, or `ipcMode`',
  },
  {
    property: "command",
    reason: ({ command, entrypoint }, isGiven) => {
      if (command?.length !== 0) return undefined;
      if (!isGiven("entrypoint")) {
        return "an empty `command` needs an `entrypoint`: without one the engine runs the image's command. Write the image's entrypoint here, or leave `command` out";
      }
      return isNone(entrypoint) && "`command` and `entrypoint` are both empty: there is nothing to run";
    },
  },
  {
    property: "command",
    reason: ({ command, entrypoint }) =>
      command?.[0] === "" && isNone(entrypoint) && "the program to run is empty",
  },
  {
    property: "autoRemove",
    reason: ({ autoRemove, restart = "no" }) =>
      autoRemove && restart !== "no" && `a container with restart "${restart}" cannot have autoRemove`,
  },
  {
    property: "autoRemove",
    reason: ({ autoRemove, waitFor }) =>
      autoRemove &&
      waitFor === "exited" &&
      'waitFor "exited" needs the container after its end: drop autoRemove',
  },
  {
    property: "waitFor",
    reason: ({ waitFor = "started", desiredState = "running" }) =>
      waitFor !== "started" &&
      desiredState !== "running" &&
      `waiting for "${waitFor}" needs desiredState "running"`,
  },
  {
    property: "waitFor",
    reason: ({ waitFor, healthcheck }) =>
      waitFor === "healthy" &&
      healthcheck?.disable === true &&
      'waiting for "healthy" needs a health check, and `healthcheck.disable` switches it off',
  },
  {
    property: "imageDigest",
    reason: ({ image = "", imageDigest }) =>
      imageDigest !== undefined &&
      /@sha256:|^sha256:/.test(image) &&
      "`image` has a digest already: keep one",
  },
  {
    property: "gpus",
    reason: ({ gpus, deviceRequests }) =>
      gpus !== undefined && deviceRequests && "`gpus` is short for one of `deviceRequests`: keep one form",
  },
  {
    property: "deviceRequests",
    reason: ({ deviceRequests = [] }) =>
      deviceRequests.some(({ count, deviceIds }) => count && deviceIds?.length) &&
      "a request names devices by `count` or by `deviceIds`: keep one",
  },
  {
    property: "cpus",
    reason: ({ cpus, cpuQuota, cpuPeriod }) =>
      cpus !== undefined &&
      (cpuQuota !== undefined || cpuPeriod !== undefined) &&
      "`cpus` and `cpuQuota`/`cpuPeriod` say the same twice: keep one form",
  },
  {
    property: "cpuRealtimeRuntime",
    reason: ({ cpuRealtimeRuntime = 0, cpuRealtimePeriod }) =>
      cpuRealtimePeriod !== undefined &&
      cpuRealtimeRuntime > cpuRealtimePeriod &&
      "is longer than `cpuRealtimePeriod`",
  },
  {
    property: "memorySwap",
    reason: ({ memory, memorySwap = -1 }, isGiven) => {
      if (memorySwap === -1) return undefined;
      if (!isGiven("memory")) return "is memory and swap together, and needs `memory`";
      return (
        memory !== undefined &&
        byteCount(memorySwap) < byteCount(memory) &&
        "is memory and swap together, and less than `memory` alone: set it to the sum, or to -1 for no limit"
      );
    },
  },
  {
    property: "memoryReservation",
    reason: ({ memory, memoryReservation }) =>
      memory !== undefined &&
      memoryReservation !== undefined &&
      byteCount(memoryReservation) > byteCount(memory) &&
      "is the soft limit, and above `memory`",
  },
  { property: "ports", reason: ({ ports = [] }) => portTakenTwice(ports) },
  { property: "volumes", reason: ({ volumes = [], tmpfs = {} }) => mountedTwice(volumes, tmpfs) },
];

/** Leaves out values that are not known yet, and invalid values, which their own schema reports. */
function conflicts(inputs: Properties): Failure[] {
  const keys = (Object.keys(containerArguments) as Key[]).filter((key) => (inputs[key] ?? null) !== null);
  const isJudged = (key: Key) =>
    !hasUnknown(inputs[key]) && ContainerSchema.shape[key].safeParse(inputs[key]).success;
  const asksForNothing = (key: Key) => canonical(containerArguments[key], inputs[key]) === null;
  const judged = keys.filter((key) => isJudged(key) && !asksForNothing(key));
  const known: Known = Object.fromEntries(judged.map((key) => [key, inputs[key]]));
  const isGiven = (key: Key) => judged.includes(key) || (keys.includes(key) && !isJudged(key));
  return RULES.flatMap(({ property, reason }) => {
    const text = reason(known, isGiven);
    return text ? [{ property, reason: text }] : [];
  });
}

/** The network mode. A container without a network of its own may also give it as the only entry of `networks`. */
function modeOf({ networkMode, networks }: Known): string {
  const [first] = networks ?? [];
  return networkMode ?? (typeof first === "string" ? first : (first?.network ?? ""));
}

const isNone = (entrypoint: readonly string[] | undefined): boolean =>
  entrypoint !== undefined && entrypointWords(entrypoint).length === 0;

const hasKey = (map: object | undefined, pattern: RegExp): boolean =>
  Object.keys(map ?? {}).some((key) => pattern.test(key));

/** All failures that no argument's own schema reports. */
export function validateTogether(inputs: Properties): Failure[] {
  return [...missingEndpoint(inputs), ...conflicts(inputs), ...misplacedFiles(inputs)];
}
