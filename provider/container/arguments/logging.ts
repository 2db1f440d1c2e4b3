import { z } from "zod";
import { type Argument, at, isObject, put, withoutEmpty } from "../argument";

const LoggingSchema = z.strictObject({
  /** The driver, `"json-file"`, `"journald"`, `"none"` … @default the engine's */
  driver: z.string().min(1, "the driver's name is empty").optional(),
  /** Options for the driver, `{ "max-size": "10m" }`. Any value may be secret. */
  options: z.record(z.string(), z.string()).optional(),
});
export type Logging = z.infer<typeof LoggingSchema>;

export const loggingFields = {
  /**
   * Where its output goes. Options that the engine adds by default are kept beside those given. A change recreates the
   * container. Docker: `HostConfig.LogConfig`. @default the engine's
   */
  logging: LoggingSchema.optional(),
};

export const loggingArguments = {
  logging: {
    change: "rollout",
    empty: "default",
    normalize: ({ driver, options }) => withoutEmpty({ driver, options }),
    write: ({ driver, options }, body) =>
      put(body, ["HostConfig", "LogConfig"], withoutEmpty({ Type: driver, Config: options })),
    read: (container, wished) => {
      const driver = at(container, ["HostConfig", "LogConfig", "Type"]);
      const config = at(container, ["HostConfig", "LogConfig", "Config"]);
      const options = Object.entries(isObject(config) ? config : {});
      if (wished === undefined) return withoutEmpty({ driver, options: Object.fromEntries(options) });
      const known = options.filter(([name]) => name in (wished.options ?? {}));
      return withoutEmpty({
        driver: wished.driver === undefined ? undefined : driver,
        options: Object.fromEntries(known),
      });
    },
  } satisfies Argument<Logging>,
};
