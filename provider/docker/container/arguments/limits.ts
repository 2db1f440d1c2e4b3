import { z } from "zod";
import { type Argument, at, field, filledIn, keyed, put, type Wire } from "./argument";
import { byteCount, MemorySize, Size, sizeText, ZeroOr } from "./values";

/** A device of the host, such as `/dev/sda`. */
const Device = z.string().startsWith("/", "must be a device's path, such as /dev/sda");
const Rate = z.int().positive("must be above 0");

export const blockIoFields = {
  /**
   * Weights for access to single devices: path to a number from 10 to 1000. A change recreates the container. Docker:
   * `HostConfig.BlkioWeightDevice`. @default none
   */
  blkioWeightDevice: z.record(Device, z.int().min(10).max(1000)).optional(),
  /**
   * The most that is read from a device in a second: path to a size, `{ "/dev/sda": "10m" }`. A change recreates the
   * container. Docker: `HostConfig.BlkioDeviceReadBps`, bytes. @default no limit
   */
  deviceReadBps: z.record(Device, Size).optional(),
  /**
   * The most that is written to a device in a second: path to a size. A change recreates the container. Docker:
   * `HostConfig.BlkioDeviceWriteBps`, bytes. @default no limit
   */
  deviceWriteBps: z.record(Device, Size).optional(),
  /**
   * How many reads from a device in a second: path to a number. A change recreates the container. Docker:
   * `HostConfig.BlkioDeviceReadIOps`. @default no limit
   */
  deviceReadIops: z.record(Device, Rate).optional(),
  /**
   * How many writes to a device in a second: path to a number. A change recreates the container. Docker:
   * `HostConfig.BlkioDeviceWriteIOps`. @default no limit
   */
  deviceWriteIops: z.record(Device, Rate).optional(),
};

/** A map by device; the engine has a list of objects. */
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
   * How much memory it may use, `"512m"`; 0 is no limit. A change is made in place; taking the limit away recreates the container.
   * Docker: `HostConfig.Memory`, bytes. @default no limit
   */
  memory: MemorySize.optional(),
  /** The soft limit of memory. In place; taking it away recreates. Docker: `HostConfig.MemoryReservation`, bytes. */
  memoryReservation: MemorySize.optional(),
  /**
   * Memory and swap together, `"1g"`, or -1 for no limit of swap. In place; taking it away recreates. Docker:
   * `HostConfig.MemorySwap`, bytes. @default twice the memory
   */
  memorySwap: z.union([z.literal(-1), Size]).optional(),
  /**
   * How many processors it may use, `1.5`; 0 is no limit. A change is made in place; taking the limit away recreates the container.
   * Docker: `HostConfig.NanoCpus`. @default no limit
   */
  cpus: Cpus.optional(),
  /** Its share of processor time when that is short. In place; taking it away recreates. Docker: `HostConfig.CpuShares`. @default 1024 */
  cpuShares: ZeroOr(2, 262_144, "a share of 2 to 262144").optional(),
  /** The scheduler's period, in microseconds. In place; taking it away recreates. Docker: `HostConfig.CpuPeriod`. */
  cpuPeriod: ZeroOr(1_000, 1_000_000, "a period of 1000 to 1000000").optional(),
  /** Processor time per period, in microseconds. In place; taking it away recreates. Docker: `HostConfig.CpuQuota`. */
  cpuQuota: z
    .int()
    .refine(
      (quota) => quota <= 0 || quota >= 1_000,
      "a quota is at least 1000; -1 is no limit, 0 the default",
    )
    .optional(),
  /**
   * The period of real-time scheduling, in microseconds. In place; taking it away recreates. Docker:
   * `HostConfig.CpuRealtimePeriod`, kernels with real-time groups.
   */
  cpuRealtimePeriod: Micros.optional(),
  /**
   * Real-time processor time per period, in microseconds. In place; taking it away recreates. Docker:
   * `HostConfig.CpuRealtimeRuntime`, kernels with real-time groups.
   */
  cpuRealtimeRuntime: Micros.optional(),
  /** The processors it may run on, `"0-1,3"`. In place; taking it away recreates. Docker: `HostConfig.CpusetCpus`. */
  cpusetCpus: List.optional(),
  /** The memory nodes it may use. In place; taking it away recreates. Docker: `HostConfig.CpusetMems`. */
  cpusetMems: List.optional(),
  /** How many processes it may have; 0 or -1 for no limit. In place. Docker: `HostConfig.PidsLimit`. */
  pidsLimit: z.int().min(-1).optional(),
  /** Its weight for disk access, 10 to 1000. In place; taking it away recreates. Docker: `HostConfig.BlkioWeight`. */
  blkioWeight: ZeroOr(10, 1000, "a weight of 10 to 1000").optional(),
  /**
   * How readily its memory is swapped out, 0 to 100. A change recreates the container. Docker:
   * `HostConfig.MemorySwappiness`, engines with cgroup v1. @default the kernel's
   */
  memorySwappiness: z.int().min(0).max(100).optional(),
  /**
   * Let it wait for memory instead of killing its processes. A change recreates the container. Docker:
   * `HostConfig.OomKillDisable`, engines with cgroup v1. @default false
   */
  oomKillDisable: z.boolean().optional(),
  /**
   * How readily the kernel kills it when the host runs out of memory, -1000 (never) to 1000. A change recreates the
   * container. Docker: `HostConfig.OomScoreAdj`. @default 0
   */
  oomScoreAdj: z.int().min(-1000).max(1000).optional(),
};

/** A limit that `POST /containers/{id}/update` takes; the engine reads zero as "keep". */
const limit = <Value>(
  name: string,
  discarded?: RegExp,
  to?: (value: Value) => unknown,
  from?: (wire: number) => unknown,
): Argument<Value> => ({
  ...field<Value>(`HostConfig.${name}`, "inPlace", to, from),
  ...(discarded && { discarded }),
});

export const limitArguments = {
  memory: limit("Memory", /memory limit capabilities.* discarded/i, byteCount, sizeText),
  memoryReservation: limit("MemoryReservation", /memory soft limit.* discarded/i, byteCount, sizeText),
  memorySwap: filledIn(
    limit<string | number>(
      "MemorySwap",
      /limited without swap/i,
      (swap) => (swap === -1 ? -1 : byteCount(swap)),
      sizeText,
    ),
  ),
  cpus: {
    ...field<string | number>("HostConfig.NanoCpus", "inPlace", nanoCpus, (nano: number) => nano / NANO),
    write: (cpus, body) => put(body, ["HostConfig", "NanoCpus"], nanoCpus(cpus)),
  } satisfies Argument<string | number>,
  cpuShares: limit<number>("CpuShares", /\bshares discarded/i),
  cpuPeriod: limit<number>("CpuPeriod", /\bperiod discarded/i),
  cpuQuota: limit<number>("CpuQuota", /\bquota discarded/i),
  cpuRealtimePeriod: limit<number>("CpuRealtimePeriod"),
  cpuRealtimeRuntime: limit<number>("CpuRealtimeRuntime"),
  cpusetCpus: limit<string>("CpusetCpus", /\bcpuset discarded/i),
  cpusetMems: limit<string>("CpusetMems", /\bcpuset discarded/i),
  pidsLimit: limit<number>("PidsLimit", /PIDs limit discarded/i, (count) => Math.max(count, 0)),
  blkioWeight: limit<number>("BlkioWeight", /\bweight discarded/i),
  memorySwappiness: {
    change: "rollout",
    empty: "value",
    write: (swappiness, body) => put(body, ["HostConfig", "MemorySwappiness"], swappiness),
    // 0 is a wish here; the engine says "unset" by null, and older ones by -1.
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

/** -1 is the kernel's word for no limit. */
const Limit = z.int().min(-1);

const NAMES =
  /^(?:as|core|cpu|data|fsize|locks|memlock|msgqueue|nice|nofile|nproc|rss|rtprio|rttime|sigpending|stack)$/;

const UlimitSchema = z
  .strictObject({
    /** The limit that holds, and that the process may raise. */
    soft: Limit,
    /** Up to where it may raise it. @default the soft limit */
    hard: Limit.optional(),
  })
  .refine(
    ({ soft, hard = soft }) => hard === -1 || (soft !== -1 && soft <= hard),
    "the soft limit is above the hard one",
  );
type Ulimit = number | z.infer<typeof UlimitSchema>;

export const ulimitFields = {
  /**
   * Limits of the process, by the kernel's names: `{ nofile: 65536, nproc: { soft: 1024, hard: 2048 } }`; -1 for no limit.
   * Those that the engine sets by default are kept beside them. A change recreates the container. Docker:
   * `HostConfig.Ulimits`. @default the engine's
   */
  ulimits: z
    .record(
      z.string().regex(NAMES, {
        error: ({ input }) => `${JSON.stringify(input)} is no limit of Linux, such as "nofile" or "nproc"`,
      }),
      z.union([Limit, UlimitSchema]),
    )
    .optional(),
};

interface WireUlimit {
  readonly Name: string;
  readonly Soft: number;
  readonly Hard: number;
}

function toWire(limits: Readonly<Record<string, Ulimit>>): WireUlimit[] {
  return Object.entries(limits).map(([Name, limit]) => {
    const { soft, hard = soft } = typeof limit === "number" ? { soft: limit } : limit;
    return { Name, Soft: soft, Hard: hard };
  });
}

function fromWire(list: unknown): Record<string, Ulimit> {
  return Object.fromEntries(
    ((list ?? []) as WireUlimit[]).map(({ Name, Soft, Hard }) => [
      Name,
      Soft === Hard ? Soft : { soft: Soft, hard: Hard },
    ]),
  );
}

export const ulimitArguments = {
  ulimits: {
    ...keyed<Ulimit>("HostConfig.Ulimits", { to: toWire, from: fromWire }),
    normalize: (limits) => toWire(limits).sort((left, right) => left.Name.localeCompare(right.Name)),
  } satisfies Argument<Readonly<Record<string, Ulimit>>>,
};
