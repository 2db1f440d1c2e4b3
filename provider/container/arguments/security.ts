import { z } from "zod";
import { type Argument, at, field, filledIn, put } from "../argument";
import { Text } from "../fields";

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
