import { z } from "zod";
import { type Argument, field, put } from "../argument";
import { byteCount, MemorySize, Size } from "../fields";

const NANO = 1e9;

const Cpus = z
  .union([z.number(), z.string()])
  .refine((value) => Number(value) > 0, 'must be a number of processors above 0, such as 0.5 or "2"');

const Count = z.int();

export const limitFields = {
  /**
   * How much memory it may use, `"512m"`. A change is made in place; taking the limit away recreates the container.
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
   * How many processors it may use, `1.5`. A change is made in place; taking the limit away recreates the container.
   * Docker: `HostConfig.NanoCpus`. @default no limit
   */
  cpus: Cpus.optional(),
  /** Its share of processor time when that is short. In place; taking it away recreates. Docker: `HostConfig.CpuShares`. @default 1024 */
  cpuShares: Count.optional(),
  /** The scheduler's period, in microseconds. In place; taking it away recreates. Docker: `HostConfig.CpuPeriod`. */
  cpuPeriod: Count.optional(),
  /** Processor time per period, in microseconds. In place; taking it away recreates. Docker: `HostConfig.CpuQuota`. */
  cpuQuota: Count.optional(),
  /** The processors it may run on, `"0-1,3"`. In place; taking it away recreates. Docker: `HostConfig.CpusetCpus`. */
  cpusetCpus: z.string().optional(),
  /** The memory nodes it may use. In place; taking it away recreates. Docker: `HostConfig.CpusetMems`. */
  cpusetMems: z.string().optional(),
  /** How many processes it may have; 0 or -1 for no limit. In place. Docker: `HostConfig.PidsLimit`. */
  pidsLimit: Count.optional(),
  /** Its weight for disk access, 10 to 1000. In place; taking it away recreates. Docker: `HostConfig.BlkioWeight`. */
  blkioWeight: Count.optional(),
};

/** A limit that `POST /containers/{id}/update` takes; the engine reads zero as "keep". */
const limit = <Value>(name: string, to?: (value: Value) => unknown): Argument<Value> =>
  field<Value>(`HostConfig.${name}`, "inPlace", to);

export const limitArguments = {
  memory: limit<string | number>("Memory", byteCount),
  memoryReservation: limit<string | number>("MemoryReservation", byteCount),
  memorySwap: limit<string | number>("MemorySwap", (swap) => (swap === -1 ? -1 : byteCount(swap))),
  cpus: {
    ...field<string | number>("HostConfig.NanoCpus", "inPlace", nanoCpus, (nano: number) => nano / NANO),
    write: (cpus, body) => put(body, ["HostConfig", "NanoCpus"], nanoCpus(cpus)),
  } satisfies Argument<string | number>,
  cpuShares: limit<number>("CpuShares"),
  cpuPeriod: limit<number>("CpuPeriod"),
  cpuQuota: limit<number>("CpuQuota"),
  cpusetCpus: limit<string>("CpusetCpus"),
  cpusetMems: limit<string>("CpusetMems"),
  pidsLimit: limit<number>("PidsLimit", (count) => Math.max(count, 0)),
  blkioWeight: limit<number>("BlkioWeight"),
};

function nanoCpus(cpus: string | number): number {
  return Math.round(Number(cpus) * NANO);
}
