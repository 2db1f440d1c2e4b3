import { z } from "zod";
import type { Argument } from "../argument";
import { keyed } from "./keyed";

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
