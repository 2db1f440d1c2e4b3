import { z } from "zod";
import { at, put, type Wire, withoutEmpty } from "../wire";
import { type Argument, field } from "./argument";
import { Text } from "./values";

const DeviceSchema = z.strictObject({
  /** The device's path on the host, such as `"/dev/ttyUSB0"`. */
  hostPath: z.string().min(1, "the device's path is empty"),
  /** The device's path in the container. @default the same path */
  containerPath: Text("the device's path").optional(),
  /** The container's permissions for the device: `r` to read, `w` to write, `m` to make nodes. @default "rwm" */
  permissions: z
    .string()
    .regex(/^[rwm]+$/, 'must be letters of "rwm"')
    .optional(),
});

const ShortDevice = z
  .string()
  .regex(/^\/[^:]+(?::\/[^:]+)?(?::[rwm]+)?$/, 'write a device as "/dev/sda", or "/dev/sda:/dev/xvda:r"');

const DeviceRequestSchema = z.strictObject({
  /** The driver, such as `"nvidia"`. @default one that has the capabilities */
  driver: Text("the driver's name").optional(),
  /** The number of devices; -1 for all. @default 0 */
  count: z.int().min(-1).optional(),
  /** The devices, by the driver's ids. */
  deviceIds: z.array(Text("the device's id")).optional(),
  /** The capabilities that the devices need: all words of at least one of the lists. */
  capabilities: z
    .array(z.array(Text("the capability")).min(1, "the list of capabilities is empty"))
    .optional(),
  /** Options for the driver. */
  options: z.record(z.string(), z.string()).optional(),
});

export const deviceFields = {
  /**
   * Devices of the host: `"/dev/ttyUSB0"`, `"/dev/sda:/dev/xvda:r"` or `{ hostPath, containerPath, permissions }`. A
   * change recreates the container. Docker: `HostConfig.Devices`. @default none
   */
  devices: z.array(z.union([DeviceSchema, ShortDevice])).optional(),
  /**
   * Rules of the devices cgroup, in the kernel's format: `"c 42:* rmw"`. They also apply to devices that are added
   * later. A change recreates the container. Docker: `HostConfig.DeviceCgroupRules`. @default none
   */
  deviceCgroupRules: z
    .array(z.string().regex(/^[acb] (?:\d+|\*):(?:\d+|\*) [rwm]{1,3}$/, 'write a rule as "c 42:* rmw"'))
    .optional(),
  /**
   * Devices to request from a driver. Not together with `gpus`. A change recreates the container. Docker:
   * `HostConfig.DeviceRequests`. @default none
   */
  deviceRequests: z.array(DeviceRequestSchema).optional(),
  /**
   * Graphics processors: `"all"`, a number, or a list of their ids. A change recreates the container. Docker:
   * `HostConfig.DeviceRequests` with the capability `gpu`. @default none
   */
  gpus: z
    .union([
      z.int().positive(),
      z.string().regex(/^(?:all|[1-9]\d*)$/, 'must be "all", a number, or a list of ids'),
      z.array(Text("the id")).min(1, "the list of ids is empty"),
    ])
    .optional(),
};

type DeviceInput = z.infer<typeof DeviceSchema> | string;
type DeviceRequest = z.infer<typeof DeviceRequestSchema>;
type Gpus = number | string | string[];

const EVERYTHING = "rwm";

function toDevice(device: DeviceInput): Wire {
  const { hostPath, containerPath, permissions } = typeof device === "string" ? longForm(device) : device;
  return {
    PathOnHost: hostPath,
    PathInContainer: containerPath ?? hostPath,
    CgroupPermissions: inOrder(permissions ?? EVERYTHING),
  };
}

function longForm(text: string): z.infer<typeof DeviceSchema> {
  const [hostPath = "", ...rest] = text.split(":");
  return {
    hostPath,
    containerPath: rest.find((part) => part.startsWith("/")),
    permissions: rest.find((part) => !part.startsWith("/")),
  };
}

function fromDevice({ PathOnHost, PathInContainer, CgroupPermissions }: Wire): DeviceInput {
  return withoutEmpty({
    hostPath: PathOnHost,
    containerPath: PathInContainer,
    permissions: CgroupPermissions,
  }) as DeviceInput;
}

/** `mwr` and `rwm` are the same permissions. */
function inOrder(permissions: string): string {
  return [...EVERYTHING].filter((letter) => permissions.includes(letter)).join("");
}

function toRule(rule: string): string {
  const [type, numbers, permissions = ""] = rule.split(" ");
  return `${type} ${numbers} ${inOrder(permissions)}`;
}

function toRequest({ driver, count, deviceIds, capabilities, options }: DeviceRequest): Wire {
  return withoutEmpty({
    Driver: driver,
    Count: count,
    DeviceIDs: deviceIds,
    Capabilities: capabilities,
    Options: options,
  });
}

function fromRequest({ Driver, Count, DeviceIDs, Capabilities, Options }: Wire): DeviceRequest {
  return withoutEmpty({
    driver: Driver,
    count: Count,
    deviceIds: DeviceIDs,
    capabilities: Capabilities,
    options: Options,
  });
}

function gpuRequest(gpus: Gpus): Wire {
  const which = Array.isArray(gpus) ? { DeviceIDs: gpus } : { Count: gpus === "all" ? -1 : Number(gpus) };
  return { ...which, Capabilities: [["gpu"]] };
}

/** A container's device requests as a value of `gpus`; `undefined` if `gpus` cannot express them. */
function asGpus([request, ...more]: readonly Wire[]): Gpus | undefined {
  const { Driver, Count, DeviceIDs, Options, Capabilities } = withoutEmpty(request ?? {});
  const isPlain = more.length === 0 && Driver === undefined && Options === undefined;
  if (!isPlain || JSON.stringify(Capabilities) !== '[["gpu"]]') return undefined;
  return (DeviceIDs as string[] | undefined) ?? (Count === -1 ? "all" : (Count as number | undefined));
}

const requestsOf = (container: unknown): Wire[] =>
  (at(container, ["HostConfig", "DeviceRequests"]) ?? []) as Wire[];

const byText = (left: unknown, right: unknown): number =>
  JSON.stringify(left).localeCompare(JSON.stringify(right));

export const deviceArguments = {
  devices: field<DeviceInput[]>(
    "HostConfig.Devices",
    "rollout",
    (devices) => devices.map(toDevice).sort(byText),
    (wire: Wire[]) => wire.map(fromDevice),
  ),
  deviceCgroupRules: field<string[]>("HostConfig.DeviceCgroupRules", "rollout", (rules) =>
    rules.map(toRule).sort(),
  ),
  deviceRequests: {
    change: "rollout",
    normalize: (requests) => requests.map(toRequest).sort(byText),
    write: (requests, body) => put(body, ["HostConfig", "DeviceRequests"], requests.map(toRequest)),
    read: (container, desired) => {
      const requests = requestsOf(container);
      const isSaidByGpus = desired === undefined && (requests.length === 0 || asGpus(requests) !== undefined);
      return isSaidByGpus ? undefined : requests.map(fromRequest);
    },
  } satisfies Argument<DeviceRequest[]>,
  gpus: {
    change: "rollout",
    normalize: gpuRequest,
    write: (gpus, body) => put(body, ["HostConfig", "DeviceRequests"], [gpuRequest(gpus)]),
    read: (container) => asGpus(requestsOf(container)),
  } satisfies Argument<Gpus>,
};
