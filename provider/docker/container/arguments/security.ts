import { z } from "zod";
import { type Argument, at, field, filledIn, put } from "./argument";
import { modeOf, Text } from "./values";

export const namespaceFields = {
  /**
   * Whose processes it sees: `"host"`, or `"container:<name or id>"`, or the `Container`, with which it is then
   * recreated. A change recreates the container. Docker: `HostConfig.PidMode`. @default its own
   */
  pidMode: modeOf("host").optional(),
  /**
   * Whose shared memory it uses: `"none"`, `"private"`, `"shareable"`, `"host"`, or `"container:<name or id>"`, or the
   * `Container`, with which it is then recreated. A change recreates the container. Docker: `HostConfig.IpcMode`.
   * @default the engine's, `"private"`
   */
  ipcMode: modeOf("none", "private", "shareable", "host").optional(),
  /** `"host"` to have the host's own name. A change recreates the container. Docker: `HostConfig.UTSMode`. @default its own */
  utsMode: z
    .string()
    .regex(/^(?:host)?$/, 'must be "host", or left out')
    .optional(),
  /**
   * `"host"` to keep the engine's mapping of user ids from it. A change recreates the container. Docker:
   * `HostConfig.UsernsMode`. @default as the engine is set up
   */
  usernsMode: z.string().optional(),
  /**
   * `"private"` or `"host"`. A change recreates the container. Docker: `HostConfig.CgroupnsMode`, engines with API 1.41
   * or newer. @default the engine's
   */
  cgroupnsMode: z.enum(["private", "host"]).optional(),
  /** The control group above its own. A change recreates the container. Docker: `HostConfig.CgroupParent`. @default the engine's */
  cgroupParent: z.string().optional(),
  /**
   * How it is kept apart: `"default"`; `"process"` or `"hyperv"` on Windows. A change recreates the container. Docker:
   * `HostConfig.Isolation`. @default "default"
   */
  isolation: z.enum(["default", "process", "hyperv"]).optional(),
};

export const namespaceArguments = {
  pidMode: field<string>("HostConfig.PidMode", "rollout"),
  ipcMode: filledIn(field<string>("HostConfig.IpcMode", "rollout")),
  utsMode: field<string>("HostConfig.UTSMode", "rollout"),
  usernsMode: field<string>("HostConfig.UsernsMode", "rollout"),
  cgroupnsMode: {
    ...field<string>("HostConfig.CgroupnsMode", "rollout"),
    since: () => ({ cgroupnsMode: "1.41" }),
  },
  cgroupParent: field<string>("HostConfig.CgroupParent", "rollout"),
  // `default` is what an engine does that is told nothing.
  isolation: field<string>("HostConfig.Isolation", "rollout", (isolation) =>
    isolation === "default" ? "" : isolation,
  ),
};

const Capability = z.string().regex(/^[a-z_]+$/i, 'write a capability as "NET_ADMIN" or "ALL"');
const Path = z.string().startsWith("/", "must be an absolute path");

export const securityFields = {
  /** Give it all rights on the host. A change recreates the container. Docker: `HostConfig.Privileged`. @default false */
  privileged: z.boolean().optional(),
  /** Capabilities to add, `"NET_ADMIN"`. A change recreates the container. Docker: `HostConfig.CapAdd`. */
  capAdd: z.array(Capability).optional(),
  /** Capabilities to drop, `"ALL"`. A change recreates the container. Docker: `HostConfig.CapDrop`. */
  capDrop: z.array(Capability).optional(),
  /** Security options, `"no-new-privileges"`. A change recreates the container. Docker: `HostConfig.SecurityOpt`. */
  securityOpt: z
    .array(
      z
        .string()
        .regex(
          /^no-new-privileges$|^[^:=]+[:=]./,
          'write an option as "no-new-privileges" or "label=disable"',
        ),
    )
    .optional(),
  /** Kernel settings of its namespaces. A change recreates the container. Docker: `HostConfig.Sysctls`. */
  sysctls: z.record(Text("the setting's name"), z.string()).optional(),
  /** The runtime, `"runc"`; `""` is the default. A change recreates the container. Docker: `HostConfig.Runtime`. @default the engine's */
  runtime: z.string().optional(),
  /**
   * Paths that are hidden from it; an empty list hides nothing. A change recreates the container. Docker:
   * `HostConfig.MaskedPaths`. @default the engine's
   */
  maskedPaths: z.array(Path).optional(),
  /**
   * Paths of the kernel that it may only read; an empty list means none. A change recreates the container. Docker:
   * `HostConfig.ReadonlyPaths`. @default the engine's
   */
  readonlyPaths: z.array(Path).optional(),
};

/** The engine has its own list when none is wished; none and an empty list are not the same. */
function paths(name: string): Argument<string[]> {
  return {
    change: "rollout",
    empty: "value",
    normalize: (list) => [...list].sort(),
    write: (list, body) => put(body, ["HostConfig", name], list),
    read: (container, wished) => (wished === undefined ? undefined : at(container, ["HostConfig", name])),
  };
}

/** `net_admin` and `CAP_NET_ADMIN` are one capability, and order says nothing. */
function capabilities(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => name.toUpperCase().replace(/^CAP_/, "")))].sort();
}

/** `no-new-privileges` may have a value, and `label:disable` is what `label=disable` was once. */
function canonicalOption(option: string): string {
  return option
    .replace(/^no-new-privileges[:=]true$/, "no-new-privileges")
    .replace(/^(label|seccomp|apparmor):/, "$1=");
}

/** The engine adds labels of its own to who is privileged or shares the namespaces of others. */
const isLabel = (option: string): boolean => /^label[:=]/.test(option);

export const securityArguments = {
  privileged: field<boolean>("HostConfig.Privileged", "rollout"),
  capAdd: { ...field<string[]>("HostConfig.CapAdd", "rollout"), normalize: capabilities },
  capDrop: { ...field<string[]>("HostConfig.CapDrop", "rollout"), normalize: capabilities },
  securityOpt: {
    change: "rollout",
    normalize: (options) => [...new Set(options.map(canonicalOption))].sort(),
    write: (options, body) => put(body, ["HostConfig", "SecurityOpt"], options),
    read: (container, wished) => {
      const actual = (at(container, ["HostConfig", "SecurityOpt"]) ?? []) as string[];
      if (wished === undefined) return actual.length === 0 ? undefined : actual;
      const known = new Set(wished.map(canonicalOption));
      return actual.filter((option) => !isLabel(option) || known.has(canonicalOption(option)));
    },
  } satisfies Argument<string[]>,
  sysctls: field<Record<string, string>>("HostConfig.Sysctls", "rollout"),
  runtime: filledIn(field<string>("HostConfig.Runtime", "rollout")),
  maskedPaths: paths("MaskedPaths"),
  readonlyPaths: paths("ReadonlyPaths"),
};
