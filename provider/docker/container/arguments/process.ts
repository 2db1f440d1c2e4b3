import { posix } from "node:path";
import { z } from "zod";
import { milliseconds } from "../../../core/schema";
import { type Argument, at, field, filledIn, isObject, keyed, put, withoutEmpty } from "./argument";
import { Duration, Text } from "./values";

const LoggingSchema = z.strictObject({
  /** The driver, `"json-file"`, `"journald"`, `"none"` … @default the engine's */
  driver: z.string().min(1, "the driver's name is empty").optional(),
  /** Options for the driver, `{ "max-size": "10m" }`. Any value may be secret. */
  options: z.record(z.string(), z.string()).optional(),
});
type Logging = z.infer<typeof LoggingSchema>;

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

const Words = z.array(z.string(), {
  error: 'must be a list of words, such as ["sh", "-c", "echo hello"]',
});

const EnvironmentName = z
  .string()
  .regex(/^[^=\0]+$/, "an environment variable's name has no `=` and is not empty");

export const processFields = {
  /**
   * The command, a list of words. An empty list means none, and needs an `entrypoint`: without one the engine runs the
   * image's command. A change recreates the container. Docker: `Cmd`. @default the image's; none beside an `entrypoint`
   */
  command: Words.optional(),
  /**
   * The entrypoint, a list of words. An empty list, or `[""]`, means none, not even the image's: the command then
   * stands alone. A change recreates the container. Docker: `Entrypoint`. @default the image's
   */
  entrypoint: Words.refine(
    ([first, ...rest]) => first !== "" || rest.length === 0,
    "the entrypoint's program is empty; [] is none",
  ).optional(),
  /**
   * Environment variables; those of the image are kept beside them. Any value may be secret. A change recreates the
   * container. Docker: `Env`.
   */
  env: z.record(EnvironmentName, z.string()).optional(),
  /** Labels; those of the image are kept beside them. A change recreates the container. Docker: `Labels`. */
  labels: z.record(z.string().min(1, "a label's name is empty"), z.string()).optional(),
  /**
   * Annotations for the runtime. A change recreates the container. Docker: `HostConfig.Annotations`, engines with API 1.43
   * or newer. @default none
   */
  annotations: z.record(z.string().min(1, "an annotation's name is empty"), z.string()).optional(),
  /**
   * User and group by name or id, `"1000:1000"`; `"0"` is root, `""` the image's. A change recreates the container.
   * Docker: `User`. @default the image's
   */
  user: z.string().optional(),
  /**
   * The folder that the command starts in, an absolute path; `""` is the image's. A change recreates the container.
   * Docker: `WorkingDir`. @default the image's
   */
  workingDir: z
    .string()
    .refine((path) => path === "" || path.startsWith("/"), "must be an absolute path, such as /app")
    .optional(),
  /**
   * The host name inside; `""` is the default. A change recreates the container. Docker: `Hostname`.
   * @default the container's short id
   */
  hostname: z.string().max(64, "a host name has at most 64 characters").optional(),
  /** The domain name inside. A change recreates the container. Docker: `Domainname`. */
  domainname: z.string().optional(),
  /** Give the process a terminal. A change recreates the container. Docker: `Tty`. @default false */
  tty: z.boolean().optional(),
  /** Keep standard input open. A change recreates the container. Docker: `OpenStdin`. @default false */
  stdinOpen: z.boolean().optional(),
  /** Run an init process that forwards signals and reaps children. A change recreates. Docker: `HostConfig.Init`. */
  init: z.boolean().optional(),
  /**
   * The signal that stops it, `"SIGQUIT"` or a number; `""` is the image's. A change recreates the container. Docker:
   * `StopSignal`. @default the image's, or SIGTERM
   */
  stopSignal: z
    .string()
    .refine(isSignal, 'is not a signal of Linux: write it as "SIGQUIT", "QUIT" or "3"')
    .optional(),
  /**
   * How long it may take to stop before it is killed. A change recreates the container. Docker: `StopTimeout`, whole
   * seconds. @default the engine's, 10 s
   */
  stopTimeout: Duration.optional(),
  /** Further groups of the process. A change recreates the container. Docker: `HostConfig.GroupAdd`. */
  groupAdd: z.array(Text("the group's name")).optional(),
};

/** The signals of Linux by number, from 1: the engine's, whatever this machine is. */
const SIGNALS = (
  "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT " +
  "CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS"
).split(" ");
const OTHER_NAMES: Readonly<Record<string, string>> = { IOT: "ABRT", CLD: "CHLD", POLL: "IO" };
const REAL_TIME = /^RTM(?:IN(?:\+\d+)?|AX(?:-\d+)?)$/;

/** `15`, `TERM` and `SIGTERM` are one signal. */
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
  labels: keyed<string>("Labels"),
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
  // Not to have an init process is not to leave that to the engine, and not to wait is not to wait for 10 s.
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

/** `[""]` is Docker's other spelling of none. */
export function entrypointWords(words: readonly string[]): readonly string[] {
  return words.length === 1 && words[0] === "" ? [] : words;
}

/**
 * None is sent as `[]`, beside which the engine keeps the image's command. Beside a command of the program it is `[""]`,
 * which podman knows as well. The engine shows none as null.
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
    read: (container, wished) => plain.read?.(container, wished) ?? (wished === undefined ? undefined : []),
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
