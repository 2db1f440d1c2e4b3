import { z } from "zod";
import { equal } from "../../core/equal";
import { type Argument, at, isObject, type Wire } from "../argument";
import { Duration, nanoseconds } from "../fields";

export const HealthcheckSchema = z.strictObject({
  /**
   * A command line for the container's shell, or a list of words that is run as it is. A list may begin with Docker's
   * `"CMD"` or `"CMD-SHELL"`.
   */
  test: z.union([z.string(), z.array(z.string())]).optional(),
  /** Time between two checks. @default 30s */
  interval: Duration.optional(),
  /** How long a check may take. @default 30s */
  timeout: Duration.optional(),
  /** Time at the start in which failures do not count. @default 0s */
  startPeriod: Duration.optional(),
  /** Time between two checks in the start period; engines with API 1.44 or newer. @default 5s */
  startInterval: Duration.optional(),
  /** How many failures in a row make it unhealthy. @default 3 */
  retries: z.int().nonnegative().optional(),
  /** Run no check, not even the image's. @default false */
  disable: z.boolean().optional(),
});
export type Healthcheck = z.infer<typeof HealthcheckSchema>;

export const healthFields = {
  /** How to find out whether it is healthy. A change recreates the container. Docker: `Healthcheck`. @default the image's */
  healthcheck: HealthcheckSchema.optional(),
};

function wireTest(test: string | string[]): string[] {
  if (typeof test === "string") return ["CMD-SHELL", test];
  return ["CMD", "CMD-SHELL", "NONE"].includes(test[0] ?? "") ? test : ["CMD", ...test];
}

/** Only what is given: the engine fills in the rest from the image. */
function toWire({
  test,
  interval,
  timeout,
  startPeriod,
  startInterval,
  retries,
  disable,
}: Healthcheck): Wire {
  if (disable) return { Test: ["NONE"] };
  return {
    ...(test !== undefined && { Test: wireTest(test) }),
    ...(interval !== undefined && { Interval: nanoseconds(interval) }),
    ...(timeout !== undefined && { Timeout: nanoseconds(timeout) }),
    ...(startPeriod !== undefined && { StartPeriod: nanoseconds(startPeriod) }),
    ...(startInterval !== undefined && { StartInterval: nanoseconds(startInterval) }),
    ...(retries !== undefined && { Retries: retries }),
  };
}

function fromWire(wire: Wire): Healthcheck {
  const { Test, Interval, Timeout, StartPeriod, StartInterval, Retries } = wire as Record<string, never>;
  if (equal(Test, ["NONE"])) return { disable: true };
  const seconds = (duration: number | undefined) => (duration ? duration / 1e9 : undefined);
  return Object.fromEntries(
    Object.entries({
      test: Test,
      interval: seconds(Interval),
      timeout: seconds(Timeout),
      startPeriod: seconds(StartPeriod),
      startInterval: seconds(StartInterval),
      retries: Retries || undefined,
    }).filter(([, value]) => value !== undefined),
  );
}

export const healthArguments = {
  healthcheck: {
    change: "rollout",
    normalize: toWire,
    since: ({ startInterval }) =>
      startInterval === undefined ? {} : { "healthcheck.startInterval": "1.44" },
    write: (healthcheck, body) => {
      body["Healthcheck"] = toWire(healthcheck);
    },
    read: (container, wished) => {
      const actual = at(container, ["Config", "Healthcheck"]);
      if (!isObject(actual)) return wished === undefined ? undefined : {};
      if (wished === undefined) return fromWire(actual);
      const keys = Object.keys(toWire(wished));
      return fromWire(Object.fromEntries(Object.entries(actual).filter(([key]) => keys.includes(key))));
    },
  } satisfies Argument<Healthcheck>,
};
