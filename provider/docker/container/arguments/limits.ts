import { z } from "zod";
import { hasUnknown } from "../../../core/properties";
import { at, put, type Wire } from "../wire";
import { type Argument, canonical, field, filledIn, keyed } from "./argument";
import { byteCount, MemorySize, Size, sizeText, ZeroOr } from "./values";

/** The path of a device of the host, such as `/dev/sda`. */
const Device = z.string().startsWith("/", "must be a device's path, such as /dev/sda");
const Rate = z.int().positive("must be above 0");

export const blockIoFields = {
  /**
   * The weight for disk access per device: path to a number from 10 to 1000. A change recreates the container. Docker:
   * `HostConfig.BlkioWeightDevice`. @default none
   */
  blkioWeightDevice: z.record(Device, z.int().min(10).max(1000)).optional(),
  /**
   * The limit of bytes read from a device per second: path to a size, `{ "/dev/sda": "10m" }`. A change recreates the
   * container. Docker: `HostConfig.BlkioDeviceReadBps`, bytes. @default no limit
   */
  deviceReadBps: z.record(Device, Size).optional(),
  /**
   * The limit of bytes written to a device per second: path to a size. A change recreates the container. Docker:
   * `HostConfig.BlkioDeviceWriteBps`, bytes. @default no limit
   */
  deviceWriteBps: z.record(Device, Size).optional(),
  /**
   * The limit of read operations on a device per second: path to a number. A change recreates the container. Docker:
   * `HostConfig.BlkioDeviceReadIOps`. @default no limit
   */
  deviceReadIops: z.record(Device, Rate).optional(),
  /**
   * The limit of write operations on a device per second: path to a number. A change recreates the container. Docker:
   * `HostConfig.BlkioDeviceWriteIOps`. @default no limit
   */
  deviceWriteIops: z.record(Device, Rate).optional(),
};

/** An argument that maps devices to amounts; the engine takes a list of objects. */
function perDevice<Value>(
  name: string,
  amount: "Weight" | "Rate",
  discarded: RegExp,
  to: (value: Value) => unknown = (value) => value,
): Argument<Record<string, Value>> {
  return {
    ...field<Record<string, Value>>(
      `HostConfig.${name}`,
      "rollout",
      (devices) =>
        Object.entries(devices)
          .map(([Path, value]) => ({ Path, [amount]: to(value) }))
          .sort((left, right) => left.Path.localeCompare(right.Path)),
      (wire: Wire[]) => Object.fromEntries(wire.map((entry) => [entry["Path"], entry[amount]])),
    ),
    discarded,
  };
}

export const blockIoArguments = {
  blkioWeightDevice: perDevice<number>("BlkioWeightDevice", "Weight", /weight-device discarded/i),
  deviceReadBps: perDevice("BlkioDeviceReadBps", "Rate", /BPS read limit discarded/i, byteCount),
  deviceWriteBps: perDevice("BlkioDeviceWriteBps", "Rate", /BPS write limit discarded/i, byteCount),
  deviceReadIops: perDevice<number>("BlkioDeviceReadIOps", "Rate", /IOPS read limit discarded/i),
  deviceWriteIops: perDevice<number>("BlkioDeviceWriteIOps", "Rate", /IOPS write limit discarded/i),
};

const NANO = 1e9;

const Cpus = z
  .union([z.number(), z.string()])
  .refine((value) => String(value).trim() !== "" && (Number(value) === 0 || Number(value) >= 0.01), {
    error: ({ input }) =>
      `${JSON.stringify(input)} is not a number of processors: write 0.5 or "2", at least 0.01, or 0 for no limit`,
  });

const Micros = z.int().nonnegative();
const List = z
  .string()
  .refine((list) => list === "" || list.split(",").every(isRange), 'write it as "0-1,3"');

function isRange(text: string): boolean {
  const [, first = "", last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  return first !== "" && Number(first) <= Number(last);
}

export const limitFields = {
  /**
   * The memory limit, such as `"512m"`; 0 is no limit. A change is made in place; removing the limit recreates the
   * container. Docker: `HostConfig.Memory`, bytes. @default no limit
   */
  memory: MemorySize.optional(),
  /**
   * The soft memory limit. A change is made in place; removing it recreates the container. Docker:
   * `HostConfig.MemoryReservation`, bytes.
   */
  memoryReservation: MemorySize.optional(),
  /**
   * The limit of memory and swap together, such as `"1g"`, or -1 for unlimited swap. A change is made in place;
   * removing it recreates the container. Docker: `HostConfig.MemorySwap`, bytes. @default twice the memory
   */
  memorySwap: z.union([z.literal(-1), Size]).optional(),
  /**
   * The number of processors that the container may use, such as `1.5`; 0 is no limit. A change is made in place;
   * removing the limit recreates the container. Docker: `HostConfig.NanoCpus`. @default no limit
   */
  cpus: Cpus.optional(),
  /**
   * The container's weight for processor time when containers compete for it. A change is made in place; removing it
   * recreates the container. Docker: `HostConfig.CpuShares`. @default 1024
   */
  cpuShares: ZeroOr(2, 262_144, "a share of 2 to 262144").optional(),
  /**
   * The scheduler's period, in microseconds. A change is made in place; removing it recreates the container. Docker:
   * `HostConfig.CpuPeriod`.
   */
  cpuPeriod: ZeroOr(1_000, 1_000_000, "a period of 1000 to 1000000").optional(),
  /**
   * The processor time per period, in microseconds. A change is made in place; removing it recreates the container.
   * Docker: `HostConfig.CpuQuota`.
   */
  cpuQuota: z
    .int()
    .refine(
      (quota) => quota <= 0 || quota >= 1_000,
      "a quota is at least 1000; -1 is no limit, 0 the default",
    )
    .optional(),
  /**
   * The period of real-time scheduling, in microseconds. A change is made in place; removing it recreates the
   * container. Docker: `HostConfig.CpuRealtimePeriod`, kernels with real-time group scheduling.
   */
  cpuRealtimePeriod: Micros.optional(),
  /**
   * The real-time processor time per period, in microseconds. A change is made in place; removing it recreates the
   * container. Docker: `HostConfig.CpuRealtimeRuntime`, kernels with real-time group scheduling.
   */
  cpuRealtimeRuntime: Micros.optional(),
  /**
   * The processors on which the container may run, such as `"0-1,3"`. A change is made in place; removing it
   * recreates the container. Docker: `HostConfig.CpusetCpus`.
   */
  cpusetCpus: List.optional(),
  /**
   * The memory nodes that the container may use, such as `"0-1"`. A change is made in place; removing it recreates the
   * container. Docker: `HostConfig.CpusetMems`.
   */
  cpusetMems: List.optional(),
  /** The limit of processes; 0 or -1 for no limit. A change is made in place. Docker: `HostConfig.PidsLimit`. */
  pidsLimit: z.int().min(-1).optional(),
  /**
   * The container's weight for disk access, 10 to 1000. A change is made in place; removing it recreates the container.
   * Docker: `HostConfig.BlkioWeight`.
   */
  blkioWeight: ZeroOr(10, 1000, "a weight of 10 to 1000").optional(),
  /**
   * How readily the kernel swaps out the container's memory, 0 to 100. A change recreates the container. Docker:
   * `HostConfig.MemorySwappiness`, engines with cgroup v1. @default the kernel's
   */
  memorySwappiness: z.int().min(0).max(100).optional(),
  /**
   * At the memory limit, let the container's processes wait for memory instead of killing them. A change recreates the
   * container. Docker: `HostConfig.OomKillDisable`, engines with cgroup v1. @default false
   */
  oomKillDisable: z.boolean().optional(),
  /**
   * How readily the kernel kills the container's processes when the host runs out of memory, -1000 (never) to 1000. A
   * change recreates the container. Docker: `HostConfig.OomScoreAdj`. @default 0
   */
  oomScoreAdj: z.int().min(-1000).max(1000).optional(),
};

type LimitInputs = z.output<z.ZodObject<typeof limitFields>>;
type Limit<Value> = Argument<Value, LimitInputs>;

/**
 * A limit that `POST /containers/{id}/update` takes. There the engine reads zero as "keep the limit", so lifting it takes
 * a new container.
 */
function limit<Value>(
  name: string,
  discarded?: RegExp,
  to: (value: Value) => unknown = (value) => value,
  from?: (wire: number) => unknown,
): Limit<Value> {
  const argument = field<Value>(`HostConfig.${name}`, "inPlace", to, from);
  return {
    ...argument,
    ...(discarded && { discarded }),
    needsRollOut: (value) => hasUnknown(value) || canonical(argument, value) === null,
    update(value, body) {
      if (value !== undefined) put(body, [name], to(value));
    },
  };
}

/** The engine takes either `cpus` or a quota, and never switches between them in place. */
const unlessSwitching = <Value>(argument: Limit<Value>, ...others: (keyof LimitInputs)[]): Limit<Value> => ({
  ...argument,
  needsRollOut: (value, olds, news) =>
    argument.needsRollOut?.(value, olds, news) === true || others.some((other) => olds[other] !== undefined),
});

/**
 * The engine refuses memory above the old limit of memory and swap. So both change together, with swap twice the memory,
 * as at creation.
 */
const withSwap = (argument: Limit<string | number>): Limit<string | number> => ({
  ...argument,
  update(value, body, change) {
    argument.update?.(value, body, change);
    if (canonical(limitArguments.memorySwap, change.news.memorySwap) !== null) return;
    const isUnlimited = at(change.container, ["HostConfig", "MemorySwap"]) === -1;
    put(body, ["MemorySwap"], isUnlimited ? -1 : Number(body["Memory"]) * 2);
  },
});

const pidsCount = (count: number): number => Math.max(count, 0);

export const limitArguments = {
  memory: withSwap(limit("Memory", /memory limit capabilities.* discarded/i, byteCount, sizeText)),
  memoryReservation: limit("MemoryReservation", /memory soft limit.* discarded/i, byteCount, sizeText),
  memorySwap: filledIn(
    limit<string | number>(
      "MemorySwap",
      /limited without swap/i,
      (swap) => (swap === -1 ? -1 : byteCount(swap)),
      sizeText,
    ),
  ),
  cpus: unlessSwitching(
    limit("NanoCpus", undefined, nanoCpus, (nano) => nano / NANO),
    "cpuQuota",
    "cpuPeriod",
  ),
  cpuShares: limit<number>("CpuShares", /\bshares discarded/i),
  cpuPeriod: unlessSwitching(limit<number>("CpuPeriod", /\bperiod discarded/i), "cpus"),
  cpuQuota: unlessSwitching(limit<number>("CpuQuota", /\bquota discarded/i), "cpus"),
  cpuRealtimePeriod: limit<number>("CpuRealtimePeriod"),
  cpuRealtimeRuntime: limit<number>("CpuRealtimeRuntime"),
  cpusetCpus: limit<string>("CpusetCpus", /\bcpuset discarded/i),
  cpusetMems: limit<string>("CpusetMems", /\bcpuset discarded/i),
  // The one limit that the engine lifts in place.
  pidsLimit: {
    ...limit("PidsLimit", /PIDs limit discarded/i, pidsCount),
    needsRollOut: () => false,
    update: (count = 0, body) => put(body, ["PidsLimit"], pidsCount(count)),
  } satisfies Limit<number>,
  blkioWeight: limit<number>("BlkioWeight", /\bweight discarded/i),
  memorySwappiness: {
    change: "rollout",
    empty: "value",
    write: (swappiness, body) => put(body, ["HostConfig", "MemorySwappiness"], swappiness),
    // 0 is a value like any other here. The engine shows an unset value as null, older engines as -1.
    read: (container) => {
      const actual = at(container, ["HostConfig", "MemorySwappiness"]);
      return actual === null || actual === -1 ? undefined : actual;
    },
    discarded: /swappiness discarded/i,
  } satisfies Argument<number>,
  oomKillDisable: {
    ...field<boolean>("HostConfig.OomKillDisable", "rollout"),
    discarded: /OomKillDisable discarded/i,
  } satisfies Argument<boolean>,
  oomScoreAdj: field<number>("HostConfig.OomScoreAdj", "rollout"),
};

function nanoCpus(cpus: string | number): number {
  return Math.round(Number(cpus) * NANO);
}

/** A limit of the kernel; -1 means no limit. */
const UlimitValue = z.int().min(-1);

const NAMES =
  /^(?:as|core|cpu|data|fsize|locks|memlock|msgqueue|nice|nofile|nproc|rss|rtprio|rttime|sigpending|stack)$/;

const UlimitSchema = z
  .strictObject({
    /** The soft limit: the one in force. The process may raise it up to the hard limit. */
    soft: UlimitValue,
    /** The hard limit. @default the soft limit */
    hard: UlimitValue.optional(),
  })
  .refine(
    ({ soft, hard = soft }) => hard === -1 || (soft !== -1 && soft <= hard),
    "the soft limit is above the hard one",
  );
export type Ulimits = Readonly<Record<string, number | z.infer<typeof UlimitSchema>>>;

export const UlimitsSchema = z.record(
  z.string().regex(NAMES, {
    error: ({ input }) => `${JSON.stringify(input)} is no limit of Linux, such as "nofile" or "nproc"`,
  }),
  z.union([UlimitValue, UlimitSchema]),
);

export const ulimitFields = {
  /**
   * The ulimits of the process, by name: `{ nofile: 65536, nproc: { soft: 1024, hard: 2048 } }`; -1 for no limit. Other
   * ulimits that the engine sets by default stay. A change recreates the container. Docker: `HostConfig.Ulimits`.
   * @default the engine's
   */
  ulimits: UlimitsSchema.optional(),
};

interface WireUlimit {
  readonly Name: string;
  readonly Soft: number;
  readonly Hard: number;
}

/** By their names, which an engine takes in any order. */
export function ulimitsToWire(limits: Ulimits): WireUlimit[] {
  const list = Object.entries(limits).map(([Name, limit]) => {
    const { soft, hard = soft } = typeof limit === "number" ? { soft: limit } : limit;
    return { Name, Soft: soft, Hard: hard };
  });
  return list.sort((left, right) => left.Name.localeCompare(right.Name));
}

export function ulimitsFromWire(list: unknown): Ulimits {
  return Object.fromEntries(
    ((list ?? []) as WireUlimit[]).map(({ Name, Soft, Hard }) => [
      Name,
      Soft === Hard ? Soft : { soft: Soft, hard: Hard },
    ]),
  );
}

export const ulimitArguments = {
  ulimits: {
    ...keyed<Ulimits[string]>("HostConfig.Ulimits", { to: ulimitsToWire, from: ulimitsFromWire }),
    normalize: ulimitsToWire,
  } satisfies Argument<Ulimits>,
};
