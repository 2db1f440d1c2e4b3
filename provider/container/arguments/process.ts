import { constants } from "node:os";
import { posix } from "node:path";
import { z } from "zod";
import { milliseconds } from "../../core/duration";
import { type Argument, field } from "../argument";
import { Duration } from "../fields";
import { keyed } from "./keyed";

const Words = z.array(z.string(), {
  error: 'must be a list of words, such as ["sh", "-c", "echo hello"]',
});

const EnvironmentName = z
  .string()
  .regex(/^[^=\0]+$/, "an environment variable's name has no `=` and is not empty");

export const processFields = {
  /**
   * The command, a list of words. An empty list means no command, not even the image's. A change recreates the
   * container. Docker: `Cmd`. @default the image's
   */
  command: Words.optional(),
  /**
   * The entrypoint, a list of words; an empty list removes the image's. A change recreates the container. Docker:
   * `Entrypoint`. @default the image's
   */
  entrypoint: Words.optional(),
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
  /** User and group by name or id, `"1000:1000"`. A change recreates the container. Docker: `User`. @default the image's */
  user: z.string().optional(),
  /** The folder that the command starts in, an absolute path. A change recreates the container. Docker: `WorkingDir`. */
  workingDir: z
    .string()
    .refine((path) => path === "" || path.startsWith("/"), "must be an absolute path, such as /app")
    .optional(),
  /** The host name inside. A change recreates the container. Docker: `Hostname`. @default the container's short id */
  hostname: z.string().optional(),
  /** The domain name inside. A change recreates the container. Docker: `Domainname`. */
  domainname: z.string().optional(),
  /** Give the process a terminal. A change recreates the container. Docker: `Tty`. @default false */
  tty: z.boolean().optional(),
  /** Keep standard input open. A change recreates the container. Docker: `OpenStdin`. @default false */
  stdinOpen: z.boolean().optional(),
  /** Run an init process that forwards signals and reaps children. A change recreates. Docker: `HostConfig.Init`. */
  init: z.boolean().optional(),
  /** The signal that stops it, `"SIGQUIT"` or a number. A change recreates the container. Docker: `StopSignal`. */
  stopSignal: z.string().optional(),
  /**
   * How long it may take to stop before it is killed. A change recreates the container. Docker: `StopTimeout`, whole
   * seconds. @default the engine's, 10 s
   */
  stopTimeout: Duration.optional(),
  /** Further groups of the process. A change recreates the container. Docker: `HostConfig.GroupAdd`. */
  groupAdd: z.array(z.string()).optional(),
};

const SIGNALS: Readonly<Record<string, number>> = constants.signals;

/** `15`, `TERM` and `SIGTERM` are one signal. */
function signalNumber(signal: string): string | number {
  const name = signal.toUpperCase();
  return SIGNALS[name] ?? SIGNALS[`SIG${name}`] ?? (/^\d+$/.test(signal) ? Number(signal) : name);
}

export const processArguments = {
  command: field<string[]>("Cmd", "rollout"),
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
  user: field<string>("User", "rollout"),
  workingDir: field<string>("WorkingDir", "rollout", cleanPath),
  hostname: field<string>("Hostname", "rollout"),
  domainname: field<string>("Domainname", "rollout"),
  tty: field<boolean>("Tty", "rollout"),
  stdinOpen: field<boolean>("OpenStdin", "rollout"),
  init: field<boolean>("HostConfig.Init", "rollout"),
  stopSignal: {
    ...field<string>("StopSignal", "rollout"),
    normalize: signalNumber,
  } satisfies Argument<string>,
  stopTimeout: field<string | number>("StopTimeout", "rollout", (value) =>
    Math.round((milliseconds(value) ?? 0) / 1_000),
  ),
  groupAdd: field<string[]>("HostConfig.GroupAdd", "rollout"),
};

/** The engine takes `[""]` for "none", and shows none as null. */
function entrypoint(): Argument<string[]> {
  const plain = field<string[]>("Entrypoint", "rollout");
  return {
    ...plain,
    write: (words, body) => {
      body["Entrypoint"] = words.length === 0 ? [""] : words;
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
