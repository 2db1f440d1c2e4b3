import { z } from "zod";
import { at, put } from "../wire";
import { type Argument, field, filledIn } from "./argument";
import { modeOf, Text } from "./values";

export const namespaceFields = {
  /**
   * The PID namespace: `"host"`, `"container:<name or id>"`, or a `Container` whose namespace is shared; when that
   * one is recreated, so is this container. A change recreates the container. Docker: `HostConfig.PidMode`.
   * @default its own
   */
  pidMode: modeOf("host").optional(),
  /**
   * The IPC namespace, which has the shared memory: `"none"`, `"private"`, `"shareable"`, `"host"`, `"container:<name
   * or id>"`, or a `Container` whose namespace is shared; when that one is recreated, so is this container. A change
   * recreates the container. Docker: `HostConfig.IpcMode`. @default the engine's, `"private"`
   */
  ipcMode: modeOf("none", "private", "shareable", "host").optional(),
  /**
   * The UTS namespace: `"host"` shares the host's name. A change recreates the container. Docker: `HostConfig.UTSMode`.
   * @default its own
   */
  utsMode: z
    .string()
    .regex(/^(?:host)?$/, 'must be "host", or left out')
    .optional(),
  /**
   * The user namespace: `"host"` exempts the container from the engine's user id mapping. A change recreates the
   * container. Docker: `HostConfig.UsernsMode`. @default as the engine is configured
   */
  usernsMode: z.string().optional(),
  /**
   * The cgroup namespace: `"private"` or `"host"`. A change recreates the container. Docker: `HostConfig.CgroupnsMode`,
   * engines with API 1.41 or newer. @default the engine's
   */
  cgroupnsMode: z.enum(["private", "host"]).optional(),
  /**
   * The parent of the container's cgroup. A change recreates the container. Docker: `HostConfig.CgroupParent`.
   * @default the engine's
   */
  cgroupParent: z.string().optional(),
  /**
   * The isolation technology: `"default"`; on Windows also `"process"` or `"hyperv"`. A change recreates the container.
   * Docker: `HostConfig.Isolation`. @default "default"
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
  // `default` means the same as leaving it out.
  isolation: field<string>("HostConfig.Isolation", "rollout", (isolation) =>
    isolation === "default" ? "" : isolation,
  ),
};

const Capability = z.string().regex(/^[a-z_]+$/i, 'write a capability as "NET_ADMIN" or "ALL"');
const Path = z.string().startsWith("/", "must be an absolute path");

export const securityFields = {
  /**
   * Run the container in privileged mode, with full access to the host. A change recreates the container. Docker:
   * `HostConfig.Privileged`. @default false
   */
  privileged: z.boolean().optional(),
  /** Capabilities to add, such as `"NET_ADMIN"`. A change recreates the container. Docker: `HostConfig.CapAdd`. */
  capAdd: z.array(Capability).optional(),
  /** Capabilities to drop, such as `"ALL"`. A change recreates the container. Docker: `HostConfig.CapDrop`. */
  capDrop: z.array(Capability).optional(),
  /**
   * Security options, such as `"no-new-privileges"`. A change recreates the container. Docker:
   * `HostConfig.SecurityOpt`.
   */
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
  /** Kernel parameters (sysctls) of the container. A change recreates the container. Docker: `HostConfig.Sysctls`. */
  sysctls: z.record(Text("the setting's name"), z.string()).optional(),
  /**
   * The runtime, such as `"runc"`; `""` is the default. A change recreates the container. Docker: `HostConfig.Runtime`.
   * @default the engine's
   */
  runtime: z.string().optional(),
  /**
   * Paths to hide from the container; an empty list hides none. A change recreates the container. Docker:
   * `HostConfig.MaskedPaths`. @default the engine's
   */
  maskedPaths: z.array(Path).optional(),
  /**
   * Paths that are read-only in the container; an empty list means none. A change recreates the container. Docker:
   * `HostConfig.ReadonlyPaths`. @default the engine's
   */
  readonlyPaths: z.array(Path).optional(),
};

/** A list of paths. If it is left out, the engine uses its own list; an empty list means no paths. */
function paths(name: string): Argument<string[]> {
  return {
    change: "rollout",
    empty: "value",
    normalize: (list) => [...list].sort(),
    write: (list, body) => put(body, ["HostConfig", name], list),
    read: (container, desired) => (desired === undefined ? undefined : at(container, ["HostConfig", name])),
  };
}

/** `net_admin` and `CAP_NET_ADMIN` are the same capability. The order has no meaning. */
function capabilities(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => name.toUpperCase().replace(/^CAP_/, "")))].sort();
}

/** `no-new-privileges` may have the value `true`. `label:disable` is the old spelling of `label=disable`. */
function canonicalOption(option: string): string {
  return option
    .replace(/^no-new-privileges[:=]true$/, "no-new-privileges")
    .replace(/^(label|seccomp|apparmor):/, "$1=");
}

/** The engine adds labels to containers that are privileged or share another's namespaces. */
const isLabel = (option: string): boolean => /^label[:=]/.test(option);

export const securityArguments = {
  privileged: field<boolean>("HostConfig.Privileged", "rollout"),
  capAdd: { ...field<string[]>("HostConfig.CapAdd", "rollout"), normalize: capabilities },
  capDrop: { ...field<string[]>("HostConfig.CapDrop", "rollout"), normalize: capabilities },
  securityOpt: {
    change: "rollout",
    normalize: (options) => [...new Set(options.map(canonicalOption))].sort(),
    write: (options, body) => put(body, ["HostConfig", "SecurityOpt"], options),
    read: (container, desired) => {
      const actual = (at(container, ["HostConfig", "SecurityOpt"]) ?? []) as string[];
      if (desired === undefined) return actual.length === 0 ? undefined : actual;
      const known = new Set(desired.map(canonicalOption));
      return actual.filter((option) => !isLabel(option) || known.has(canonicalOption(option)));
    },
  } satisfies Argument<string[]>,
  sysctls: field<Record<string, string>>("HostConfig.Sysctls", "rollout"),
  runtime: filledIn(field<string>("HostConfig.Runtime", "rollout")),
  maskedPaths: paths("MaskedPaths"),
  readonlyPaths: paths("ReadonlyPaths"),
};
