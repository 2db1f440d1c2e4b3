import { posix } from "node:path";
import { z } from "zod";
import { milliseconds } from "../../../core/schema";
import { comparableLabels } from "../../identity";
import { at, isObject, put, withoutEmpty } from "../wire";
import { type Argument, field, filledIn, keyed } from "./argument";
import { Duration, Text } from "./values";

const LoggingSchema = z.strictObject({
  /** The driver, such as `"json-file"`, `"journald"` or `"none"`. @default the engine's */
  driver: z.string().min(1, "the driver's name is empty").optional(),
  /** Options for the driver, such as `{ "max-size": "10m" }`. Any value may be secret. */
  options: z.record(z.string(), z.string()).optional(),
});
type Logging = z.infer<typeof LoggingSchema>;

export const loggingFields = {
  /**
   * The logging driver and its options. Other options that the engine adds by default stay. A change recreates the
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
    read: (container, desired) => {
      const driver = at(container, ["HostConfig", "LogConfig", "Type"]);
      const config = at(container, ["HostConfig", "LogConfig", "Config"]);
      const options = Object.entries(isObject(config) ? config : {});
      if (desired === undefined) return withoutEmpty({ driver, options: Object.fromEntries(options) });
      const known = options.filter(([name]) => name in (desired.options ?? {}));
      return withoutEmpty({
        driver: desired.driver === undefined ? undefined : driver,
        options: Object.fromEntries(known),
      });
    },
  } satisfies Argument<Logging>,
};

const Words = z.array(z.string(), {
  error: 'must be a list of words, such as ["sh", "-c", "echo hello"]',
});

const EnvironmentName = z
  .string()
  .regex(/^[^=\0]+$/, "an environment variable's name has no `=` and is not empty");

export const processFields = {
  /**
   * The command, a list of words. An empty list means no command and needs an `entrypoint`; without an entrypoint the
   * engine would run the image's command. A change recreates the container. Docker: `Cmd`.
   * @default the image's; none if `entrypoint` is set
   */
  command: Words.optional(),
  /**
   * The entrypoint, a list of words. An empty list, or `[""]`, means no entrypoint, not even the image's, so the
   * command runs alone. A change recreates the container. Docker: `Entrypoint`. @default the image's
   */
  entrypoint: Words.refine(
    ([first, ...rest]) => first !== "" || rest.length === 0,
    "the entrypoint's program is empty; [] is none",
  ).optional(),
  /**
   * Environment variables, added to those of the image. Any value may be secret. A change recreates the container.
   * Docker: `Env`.
   */
  env: z.record(EnvironmentName, z.string()).optional(),
  /** Labels, added to those of the image. A change recreates the container. Docker: `Labels`. */
  labels: z.record(z.string().min(1, "a label's name is empty"), z.string()).optional(),
  /**
   * Annotations for the runtime. A change recreates the container. Docker: `HostConfig.Annotations`, engines with API
   * 1.43 or newer. @default none
   */
  annotations: z.record(z.string().min(1, "an annotation's name is empty"), z.string()).optional(),
  /**
   * The user, and optionally the group, by name or id: `"1000:1000"`. `"0"` is root, `""` is the image's user. A change
   * recreates the container. Docker: `User`. @default the image's
   */
  user: z.string().optional(),
  /**
   * The working directory of the command, an absolute path; `""` is the image's. A change recreates the container.
   * Docker: `WorkingDir`. @default the image's
   */
  workingDir: z
    .string()
    .refine((path) => path === "" || path.startsWith("/"), "must be an absolute path, such as /app")
    .optional(),
  /**
   * The container's host name; `""` is the default. A change recreates the container. Docker: `Hostname`.
   * @default the container's short id
   */
  hostname: z.string().max(64, "a host name has at most 64 characters").optional(),
  /** The container's domain name. A change recreates the container. Docker: `Domainname`. */
  domainname: z.string().optional(),
  /** Allocate a terminal for the process. A change recreates the container. Docker: `Tty`. @default false */
  tty: z.boolean().optional(),
  /** Keep standard input open. A change recreates the container. Docker: `OpenStdin`. @default false */
  stdinOpen: z.boolean().optional(),
  /**
   * Run an init process that forwards signals and reaps processes. A change recreates the container. Docker:
   * `HostConfig.Init`.
   */
  init: z.boolean().optional(),
  /**
   * The signal that stops the container, such as `"SIGQUIT"` or a number; `""` is the image's. A change recreates the
   * container. Docker: `StopSignal`. @default the image's, or SIGTERM
   */
  stopSignal: z
    .string()
    .refine(isSignal, 'is not a signal of Linux: write it as "SIGQUIT", "QUIT" or "3"')
    .optional(),
  /**
   * How long the engine waits for the container to stop before it kills it. A change recreates the container. Docker:
   * `StopTimeout`, whole seconds. @default the engine's, 10 s
   */
  stopTimeout: Duration.optional(),
  /** Additional groups of the process. A change recreates the container. Docker: `HostConfig.GroupAdd`. */
  groupAdd: z.array(Text("the group's name")).optional(),
};

/** The signals of Linux in the order of their numbers, from 1. The engine's signals count, not this machine's. */
const SIGNALS = (
  "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT " +
  "CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS"
).split(" ");
const OTHER_NAMES: Readonly<Record<string, string>> = { IOT: "ABRT", CLD: "CHLD", POLL: "IO" };
const REAL_TIME = /^RTM(?:IN(?:\+\d+)?|AX(?:-\d+)?)$/;

/** `15`, `TERM` and `SIGTERM` are the same signal. */
function signalNumber(signal: string): string | number {
  if (/^\d+$/.test(signal)) return Number(signal);
  const name = signal.toUpperCase().replace(/^SIG/, "");
  const index = SIGNALS.indexOf(OTHER_NAMES[name] ?? name);
  return index < 0 ? name : index + 1;
}

function isSignal(signal: string): boolean {
  const number = signalNumber(signal);
  if (typeof number === "number") return number > 0 && number < 128;
  return number === "" || REAL_TIME.test(number);
}

export const processArguments = {
  command: { ...field<string[]>("Cmd", "rollout"), empty: "value" } satisfies Argument<string[]>,
  entrypoint: entrypoint(),
  env: keyed<string>("Env", {
    to: (env) => Object.entries(env).map(([name, value]) => `${name}=${value}`),
    from: (list) => Object.fromEntries(((list ?? []) as string[]).map(splitVariable)),
  }),
  labels: { ...keyed<string>("Labels"), normalize: comparableLabels },
  annotations: {
    ...keyed<string>("HostConfig.Annotations"),
    since: () => ({ annotations: "1.43" }),
  } satisfies Argument<Readonly<Record<string, string>>>,
  user: filledIn(field<string>("User", "rollout")),
  workingDir: filledIn(field<string>("WorkingDir", "rollout", cleanPath)),
  hostname: filledIn(field<string>("Hostname", "rollout")),
  domainname: field<string>("Domainname", "rollout"),
  tty: field<boolean>("Tty", "rollout"),
  stdinOpen: field<boolean>("OpenStdin", "rollout"),
  // `init: false` differs from the engine's default, and so does `stopTimeout: 0` (the default is 10 s).
  init: { ...field<boolean>("HostConfig.Init", "rollout"), empty: "value" } satisfies Argument<boolean>,
  stopSignal: {
    ...field<string>("StopSignal", "rollout"),
    normalize: signalNumber,
    empty: "default",
  } satisfies Argument<string>,
  stopTimeout: {
    ...field<string | number>("StopTimeout", "rollout", (value) =>
      Math.round((milliseconds(value) ?? 0) / 1_000),
    ),
    empty: "value",
  } satisfies Argument<string | number>,
  groupAdd: field<string[]>("HostConfig.GroupAdd", "rollout"),
};

/** `[""]` is Docker's other way to write "no entrypoint". */
export function entrypointWords(words: readonly string[]): readonly string[] {
  return words.length === 1 && words[0] === "" ? [] : words;
}

/**
 * "No entrypoint" is sent as `[]`, with which the engine keeps the image's command. If the program sets a command, it
 * is sent as `[""]`, which Podman understands too. The engine shows "no entrypoint" as null.
 */
function entrypoint(): Argument<string[]> {
  const plain = field<string[]>("Entrypoint", "rollout", entrypointWords);
  return {
    ...plain,
    empty: "value",
    write: (words, body) => {
      const plainWords = entrypointWords(words);
      body["Entrypoint"] = plainWords.length === 0 && body["Cmd"] !== undefined ? [""] : plainWords;
    },
    read: (container, desired) =>
      plain.read?.(container, desired) ?? (desired === undefined ? undefined : []),
  };
}

function splitVariable(variable: string): [string, string] {
  const index = variable.indexOf("=");
  return index < 0 ? [variable, ""] : [variable.slice(0, index), variable.slice(index + 1)];
}

/** The engine cleans paths: `/app/` comes back as `/app`. */
function cleanPath(path: string): string {
  return path === "" ? "" : posix.normalize(path).replace(/(.)\/$/, "$1");
}
