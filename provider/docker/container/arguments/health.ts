import { z } from "zod";
import { equal } from "../../../core/diff";
import { at, isObject, type Wire, withoutEmpty } from "../wire";
import type { Argument } from "./argument";
import { Duration, nanoseconds } from "./values";

/** An engine accepts no duration below a millisecond. Older engines crash on a test without a command. */
const CheckDuration = Duration.refine((value) => nanoseconds(value) === 0 || nanoseconds(value) >= 1e6, {
  error: ({ input }) => `${JSON.stringify(input)} is shorter than a millisecond`,
});
const TEST_RULE =
  'the test has no command: write a command line, a list such as ["wget", "-q", "http://localhost"], leave it out for the image\'s, or set `disable: true` for none';
const CheckTest = z.union([
  z.string().regex(/\S/, TEST_RULE),
  z.array(z.string()).refine(hasCommand, TEST_RULE),
]);

function hasCommand(words: readonly string[]): boolean {
  const [first = "", ...rest] = words;
  if (first === "NONE") return rest.length === 0;
  const command = first === "CMD" || first === "CMD-SHELL" ? rest[0] : first;
  return command !== undefined && command.trim() !== "";
}

export const HealthcheckSchema = z.strictObject({
  /**
   * A command line for the container's shell, or a list of words that is run without a shell. A list may begin with
   * Docker's `"CMD"` or `"CMD-SHELL"`.
   */
  test: CheckTest.optional(),
  /** The time between two checks. @default the image's, or 30s */
  interval: CheckDuration.optional(),
  /** The time limit of a check. @default the image's, or 30s */
  timeout: CheckDuration.optional(),
  /** The time after the start in which failures do not count. @default the image's, or 0s */
  startPeriod: CheckDuration.optional(),
  /** The time between two checks in the start period; engines with API 1.44 or newer. @default the image's, or 5s */
  startInterval: CheckDuration.optional(),
  /** The number of consecutive failures that make the container unhealthy. @default the image's, or 3 */
  retries: z.int().nonnegative().optional(),
  /** Disable the health check, including the image's. @default false */
  disable: z.boolean().optional(),
});
export type Healthcheck = z.infer<typeof HealthcheckSchema>;

export const healthFields = {
  /**
   * How the engine checks that the container is healthy. A property that is left out, or is 0, takes the image's
   * value. A change recreates the container. Docker: `Healthcheck`. @default the image's
   */
  healthcheck: HealthcheckSchema.optional(),
};

function wireTest(test: string | string[]): string[] {
  if (typeof test === "string") return ["CMD-SHELL", test];
  return ["CMD", "CMD-SHELL", "NONE"].includes(test[0] ?? "") ? test : ["CMD", ...test];
}

const duration = (value: string | number | undefined) =>
  value === undefined ? undefined : nanoseconds(value);

/** Only the properties that are set and not zero; the engine takes the others from the image. */
export function healthToWire({
  test,
  interval,
  timeout,
  startPeriod,
  startInterval,
  retries,
  disable,
}: Healthcheck): Wire {
  if (disable) return { Test: ["NONE"] };
  return withoutEmpty({
    Test: test === undefined ? undefined : wireTest(test),
    Interval: duration(interval),
    Timeout: duration(timeout),
    StartPeriod: duration(startPeriod),
    StartInterval: duration(startInterval),
    Retries: retries,
  });
}

export function healthFromWire(wire: Wire): Healthcheck {
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
    empty: "default",
    normalize: healthToWire,
    since: ({ startInterval }) => (duration(startInterval) ? { "healthcheck.startInterval": "1.44" } : {}),
    write: (healthcheck, body) => {
      body["Healthcheck"] = healthToWire(healthcheck);
    },
    read: (container, desired) => {
      const actual = at(container, ["Config", "Healthcheck"]);
      if (!isObject(actual)) return desired === undefined ? undefined : {};
      if (desired === undefined) return healthFromWire(actual);
      const keys = Object.keys(healthToWire(desired));
      return healthFromWire(Object.fromEntries(Object.entries(actual).filter(([key]) => keys.includes(key))));
    },
  } satisfies Argument<Healthcheck>,
};
