/** Each argument of a service: where it is in the engine's specification, and how it is written and read there. */
import type { ServiceInspect } from "../../../contract";
import { milliseconds } from "../../core/schema";
import { type Healthcheck, healthFromWire, healthToWire } from "../container/arguments/health";
import { type Ulimits, ulimitsFromWire, ulimitsToWire } from "../container/arguments/limits";
import { canonicalVolume, fromMount, type Mount } from "../container/arguments/storage";
import { nanoseconds } from "../container/arguments/values";
import { at, isObject, isUnset, put, type Wire, withoutEmpty } from "../container/wire";
import { labelsOf, type Texts, URN_LABEL } from "../identity";
import {
  CONTAINER,
  type Codec,
  count,
  cpus,
  duration,
  field,
  list,
  object,
  plain,
  remove,
  type ServiceArgument,
  same,
  seconds,
  size,
  unordered,
} from "./argument";
import { nameIn, type ServiceInputs } from "./schema";

export interface PublishedPort {
  /** The port in the containers. */
  readonly containerPort: number;
  /** The port on the nodes. */
  readonly hostPort: number;
  /** `"tcp"`, `"udp"` or `"sctp"`. */
  readonly protocol: string;
}

/** The ports on the nodes, those included that the swarm has picked. */
export const publishedPorts = ({ Endpoint }: ServiceInspect): PublishedPort[] =>
  (Endpoint?.Ports ?? []).map(({ TargetPort, PublishedPort = 0, Protocol = "tcp" }) => ({
    containerPort: TargetPort,
    hostPort: PublishedPort,
    protocol: Protocol,
  }));

const MODES = {
  replicated: "Replicated",
  global: "Global",
  replicatedJob: "ReplicatedJob",
  globalJob: "GlobalJob",
} as const;

const sortedKeys = (map: Texts): Texts => Object.fromEntries(Object.entries(map).sort());

type FileInput = NonNullable<ServiceInputs["secrets"] | ServiceInputs["configs"]>[number];

/** Where a secret or config is in a container; a swarm demands every field. */
const FILE = { uid: "0", gid: "0", mode: 0o444 } as const;

/** Secrets or configs. Their ids are looked up before the specification is sent. */
function files(kind: "Secret" | "Config"): ServiceArgument<readonly FileInput[]> {
  const path = [...CONTAINER, `${kind}s`];
  const toWire = (input: FileInput): Wire => {
    const given =
      typeof input === "string"
        ? { source: input }
        : { ...input, source: "secret" in input ? input.secret : input.config };
    const { source, target, uid, gid, mode } = { ...FILE, target: undefined, ...given };
    const name = nameIn(source);
    return { [`${kind}Name`]: name, File: { Name: target ?? name, UID: uid, GID: gid, Mode: mode } };
  };
  return {
    normalize: (inputs) => (inputs.length > 0 ? unordered(inputs.map(toWire)) : null),
    write: (inputs, spec) =>
      inputs === undefined ? remove(spec, path) : put(spec, path, inputs.map(toWire)),
    read: ({ Spec }) =>
      ((at(Spec, path) ?? []) as Record<string, never>[]).map((wire) => {
        const { Name, UID, GID, Mode } = (wire["File"] ?? {}) as Record<string, never>;
        const named = { [kind.toLowerCase()]: wire[`${kind}Name`] };
        return { ...named, target: Name, uid: UID, gid: GID, mode: Mode };
      }),
  };
}

type NetworkInput = NonNullable<ServiceInputs["networks"]>[number];

const networkToWire = (input: NetworkInput): Wire =>
  typeof input === "string"
    ? { Target: nameIn(input) }
    : withoutEmpty({
        Target: nameIn(input.network),
        Aliases: input.aliases,
        DriverOpts: input.driverOpts,
      });

type PortInput = NonNullable<ServiceInputs["ports"]>[number];

const portToWire = ({ containerPort, hostPort, protocol = "tcp", mode = "ingress" }: PortInput): Wire => ({
  Protocol: protocol,
  TargetPort: containerPort,
  ...(hostPort && { PublishedPort: hostPort }),
  PublishMode: mode,
});

/** A service has lines of /etc/hosts, `10.0.0.5 db`, where a container has `db:10.0.0.5`. */
const hostsToWire = (hosts: Texts): string[] =>
  Object.entries(hosts)
    .map(([host, address]) => `${address} ${host}`)
    .sort();

const hostsFromWire = (lines: readonly string[]): Texts =>
  Object.fromEntries(
    lines.flatMap((line) => {
      const [address = "", ...hosts] = line.split(/\s+/);
      return hosts.map((host) => [host, address]);
    }),
  );

const mountToWire = ({ source, ...mount }: Mount): Wire =>
  canonicalVolume({ ...mount, ...(source !== undefined && { source: nameIn(source) }) });

const UPDATE: Readonly<Record<string, Codec>> = {
  parallelism: plain("Parallelism"),
  delay: duration("Delay"),
  failureAction: plain("FailureAction"),
  monitor: duration("Monitor"),
  maxFailureRatio: plain("MaxFailureRatio"),
  order: plain("Order"),
};

/** A swarm itself takes 0 where other settings are given: all tasks at once. */
const ONE_BY_ONE = { Parallelism: 1 };

/** In the order in which they are written. */
export const serviceArguments = {
  mode: {
    normalize: same,
    write: (mode, spec) => {
      const key = MODES[mode ?? "replicated"];
      put(spec, ["Mode"], { [key]: at(spec, ["Mode", key]) ?? {} });
    },
    read: ({ Spec }) =>
      Object.entries(MODES).find(([, key]) => at(Spec, ["Mode", key]) !== undefined)?.[0] ?? "replicated",
  } satisfies ServiceArgument<ServiceInputs["mode"]>,
  replicas: count(["Mode", "Replicated", "Replicas"]),
  maxConcurrent: count(["Mode", "ReplicatedJob", "MaxConcurrent"]),
  totalCompletions: count(["Mode", "ReplicatedJob", "TotalCompletions"]),
  image: {
    ...field<string>([...CONTAINER, "Image"]),
    /** Docker's CLI adds a digest, which is that of the program's tag. */
    read: ({ Spec }, desired) => {
      const actual = String(at(Spec, [...CONTAINER, "Image"]) ?? "");
      return desired?.includes("@") ? actual : actual.replace(/@sha256:.*/, "");
    },
  } satisfies ServiceArgument<string>,
  command: field<string[]>([...CONTAINER, "Args"]),
  entrypoint: field<string[]>([...CONTAINER, "Command"]),
  env: {
    normalize: (env) => (isUnset(env) ? null : sortedKeys(env)),
    write: (env, spec) => {
      const path = [...CONTAINER, "Env"];
      if (env === undefined) remove(spec, path);
      else
        put(
          spec,
          path,
          Object.entries(env).map(([name, value]) => `${name}=${value}`),
        );
    },
    read: ({ Spec }) => {
      const lines = (at(Spec, [...CONTAINER, "Env"]) ?? []) as readonly string[];
      return Object.fromEntries(lines.map((line) => [line.split("=")[0], line.slice(line.indexOf("=") + 1)]));
    },
  } satisfies ServiceArgument<Texts>,
  labels: {
    normalize: (labels) => (isUnset(labels) ? null : labels),
    write: (labels, spec, old) => {
      const { [URN_LABEL]: urn, ...now } = (spec["Labels"] ?? {}) as Texts;
      const kept = Object.entries(now).filter(([name]) => old?.[name] === undefined);
      spec["Labels"] = {
        ...(labels ?? Object.fromEntries(kept)),
        ...(urn !== undefined && { [URN_LABEL]: urn }),
      };
    },
    read: labelsOf,
  } satisfies ServiceArgument<Texts>,
  containerLabels: field<Texts>([...CONTAINER, "Labels"]),
  hostname: field<string>([...CONTAINER, "Hostname"]),
  user: field<string>([...CONTAINER, "User"]),
  groupAdd: list<string>([...CONTAINER, "Groups"], same, same),
  workingDir: field<string>([...CONTAINER, "Dir"]),
  readOnly: field<boolean>([...CONTAINER, "ReadOnly"]),
  init: {
    ...field<boolean>([...CONTAINER, "Init"]),
    normalize: same,
    read: ({ Spec }) => at(Spec, [...CONTAINER, "Init"]) ?? undefined,
  } satisfies ServiceArgument<boolean>,
  tty: field<boolean>([...CONTAINER, "TTY"]),
  stdinOpen: field<boolean>([...CONTAINER, "OpenStdin"]),
  capAdd: list<string>([...CONTAINER, "CapabilityAdd"], capability, same),
  capDrop: list<string>([...CONTAINER, "CapabilityDrop"], capability, same),
  sysctls: field<Texts>([...CONTAINER, "Sysctls"]),
  ulimits: field<Ulimits>([...CONTAINER, "Ulimits"], ulimitsToWire, ulimitsFromWire),
  mounts: list<Mount>([...CONTAINER, "Mounts"], mountToWire, fromMount),
  secrets: files("Secret"),
  configs: files("Config"),
  networks: {
    normalize: (inputs) => (inputs.length > 0 ? unordered(inputs.map(networkToWire)) : null),
    write: (inputs, spec) => {
      remove(spec, ["Networks"]); // where old clients have put them
      put(spec, ["TaskTemplate", "Networks"], (inputs ?? []).map(networkToWire));
    },
    read: ({ Spec, networkNames }) =>
      ((at(Spec, ["TaskTemplate", "Networks"]) ?? Spec["Networks"] ?? []) as Record<string, never>[]).map(
        ({ Target, Aliases, DriverOpts }) =>
          withoutEmpty({
            network: networkNames[Target ?? ""] ?? Target,
            aliases: Aliases,
            driverOpts: DriverOpts,
          }),
      ),
  } satisfies ServiceArgument<readonly NetworkInput[]>,
  dns: field<string[]>([...CONTAINER, "DNSConfig", "Nameservers"]),
  dnsSearch: field<string[]>([...CONTAINER, "DNSConfig", "Search"]),
  dnsOptions: field<string[]>([...CONTAINER, "DNSConfig", "Options"]),
  extraHosts: field<Texts>([...CONTAINER, "Hosts"], hostsToWire, hostsFromWire),
  ports: list<PortInput>(
    ["EndpointSpec", "Ports"],
    portToWire,
    ({ TargetPort, PublishedPort, Protocol, PublishMode }: Record<string, never>) =>
      withoutEmpty({
        containerPort: TargetPort,
        hostPort: PublishedPort,
        protocol: Protocol,
        mode: PublishMode,
      }),
  ),
  endpointMode: field<string>(["EndpointSpec", "Mode"]),
  healthcheck: {
    normalize: (check) => {
      const wire = healthToWire(check);
      return isUnset(wire) ? null : wire;
    },
    write: (check, spec) => {
      const path = [...CONTAINER, "Healthcheck"];
      if (check === undefined) remove(spec, path);
      else put(spec, path, healthToWire(check));
    },
    read: ({ Spec }, desired) => {
      const wire = at(Spec, [...CONTAINER, "Healthcheck"]);
      if (!isObject(wire)) return undefined;
      const keys = desired ? Object.keys(healthToWire(desired)) : Object.keys(wire);
      return healthFromWire(Object.fromEntries(Object.entries(wire).filter(([key]) => keys.includes(key))));
    },
  } satisfies ServiceArgument<Healthcheck>,
  limits: object(["TaskTemplate", "Resources", "Limits"], {
    cpus: cpus("NanoCPUs"),
    memory: size("MemoryBytes"),
    pids: plain("Pids"),
  }),
  reservations: object(["TaskTemplate", "Resources", "Reservations"], {
    cpus: cpus("NanoCPUs"),
    memory: size("MemoryBytes"),
    generic: {
      key: "GenericResources",
      to: (kinds: Readonly<Record<string, number>>) =>
        Object.entries(kinds)
          .sort()
          .map(([Kind, Value]) => ({ DiscreteResourceSpec: { Kind, Value } })),
      from: (wire: readonly { DiscreteResourceSpec?: { Kind: string; Value: number } }[]) =>
        Object.fromEntries(
          wire.flatMap(({ DiscreteResourceSpec: one }) => (one ? [[one.Kind, one.Value]] : [])),
        ),
    },
  }),
  placement: object(["TaskTemplate", "Placement"], {
    constraints: plain("Constraints"),
    spread: {
      key: "Preferences",
      to: (labels: readonly string[]) => labels.map((SpreadDescriptor) => ({ Spread: { SpreadDescriptor } })),
      from: (wire: readonly { Spread?: { SpreadDescriptor?: string } }[]) =>
        wire.map(({ Spread }) => Spread?.SpreadDescriptor),
    },
    maxReplicas: plain("MaxReplicas"),
  }),
  restartPolicy: object(["TaskTemplate", "RestartPolicy"], {
    condition: plain("Condition"),
    delay: duration("Delay"),
    maxAttempts: plain("MaxAttempts"),
    window: duration("Window"),
  }),
  updateConfig: object(["UpdateConfig"], UPDATE, ONE_BY_ONE),
  rollbackConfig: object(["RollbackConfig"], UPDATE, ONE_BY_ONE),
  logging: object(["TaskTemplate", "LogDriver"], { driver: plain("Name"), options: plain("Options") }),
  stopSignal: field<string>([...CONTAINER, "StopSignal"]),
  stopGracePeriod: field<string | number>([...CONTAINER, "StopGracePeriod"], nanoseconds, seconds),
  forceUpdate: count(["TaskTemplate", "ForceUpdate"]),
};

/** Docker adds the prefix to capabilities. */
function capability(name: string): string {
  const upper = name.toUpperCase();
  return upper === "ALL" || upper.startsWith("CAP_") ? upper : `CAP_${upper}`;
}

/** How long a new task must run to count as started, in milliseconds. */
export const monitorOf = ({ updateConfig }: ServiceInputs): number =>
  milliseconds(updateConfig?.monitor ?? 5) ?? 5_000;
