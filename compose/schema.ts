/** What a Compose file may say: the keys that this package carries out, each short form as its long one. */
import { z } from "zod";
import { shellWords } from "./shell-words";

/** A text; YAML reads some as numbers or switches. */
const Text = z.union([z.string(), z.number(), z.boolean()], "must be a text").transform(String);
const Whole = z.union(
  [
    z.int(),
    z
      .string()
      .regex(/^-?\d+$/)
      .transform(Number),
  ],
  "must be a whole number",
);
const Decimal = z.union(
  [
    z.number(),
    z
      .string()
      .regex(/^-?\d+(?:\.\d+)?$/)
      .transform(Number),
  ],
  "must be a number",
);
const Flag = z.union(
  [z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")],
  "must be true or false",
);
const Size = z
  .union([z.int(), z.string()], 'must be a size, such as "512m"')
  .transform((size) => (typeof size === "string" && /^\d+$/.test(size) ? Number(size) : size));
const Duration = z.union([z.string(), z.int()], 'must be a duration, such as "1m30s"');
const Texts = z.array(Text, { error: "must be a list of texts" });
const TextOrTexts = z.union([Texts, Text.transform((text) => [text])], "must be a text or a list of texts");
/** A command line, or its words. */
const Words = z
  .union(
    [Texts, z.string().transform(shellWords), z.null().transform(() => undefined)],
    "must be a command line, or a list of words",
  )
  .optional();
/** Texts by name; a name without a value is `null`. */
const Named = z.record(z.string(), z.union([Text, z.null()], "must be a text"), {
  error: "must be a mapping, or a list of NAME=value",
});
/** Texts by name; no value is an empty text. */
const Labels = Named.transform((all) =>
  Object.fromEntries(Object.entries(all).map(([key, text]) => [key, text ?? ""])),
);

const keys = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape);
/** A mapping whose value may be left out: `data:` alone declares a volume. */
const maybeEmpty = <Of extends z.ZodType>(schema: Of) =>
  z.preprocess((value) => (value === null ? {} : value), schema);

const EXTERNAL = z.union([Flag, keys({ name: Text.optional() })], "must be true or false");
const common = { name: Text.optional(), external: EXTERNAL.optional(), labels: Labels.optional() };

const PORT =
  /^(?:(?:(\[[0-9a-fA-F:.]+\]|[0-9.]+):)?(?:(\d+(?:-\d+)?)?:))?(\d+(?:-\d+)?)(?:\/(tcp|udp|sctp))?$/;
const ShortPort = z
  .union([z.int(), z.string()])
  .transform(String)
  .transform((text, context) => {
    const [, ip, published, target = "", protocol = "tcp"] = PORT.exec(text) ?? [];
    const targets = numbers(target);
    const publics = published === undefined ? [] : numbers(published);
    if (target === "" || (publics.length > 0 && publics.length !== targets.length && targets.length > 1)) {
      context.addIssue({
        code: "custom",
        message: `${JSON.stringify(text)} is no port: write "8080:80", "127.0.0.1:8080:80/udp" or "3000-3005:3000-3005"`,
      });
      return z.NEVER;
    }
    const host_ip = ip?.replace(/^\[|\]$/g, "");
    return targets.map((one, at) => ({
      target: one,
      published: publics.length === 0 ? undefined : targets.length === 1 ? published : String(publics[at]),
      host_ip,
      protocol,
      mode: "ingress",
    }));
  });
const LongPort = keys({
  name: Text.optional(),
  mode: z.enum(["host", "ingress"]).default("ingress"),
  host_ip: Text.optional(),
  target: Whole,
  published: Text.optional(),
  protocol: z.enum(["tcp", "udp", "sctp"]).default("tcp"),
  app_protocol: Text.optional(),
}).transform(({ name: _name, app_protocol: _protocol, ...port }) => [port]);

/** `3000-3002` is three numbers. */
function numbers(range: string): number[] {
  const [first = 0, last = first] = range.split("-").map(Number);
  return Array.from({ length: Math.max(last - first + 1, 1) }, (_, at) => first + at);
}

const LongMount = keys({
  type: z.enum(["bind", "volume", "tmpfs", "image", "npipe", "cluster"]),
  source: Text.optional(),
  target: Text,
  read_only: Flag.optional(),
  consistency: Text.optional(),
  bind: keys({
    propagation: Text.optional(),
    create_host_path: Flag.optional(),
    recursive: z.enum(["enabled", "disabled", "writable", "readonly"]).optional(),
    selinux: z.enum(["z", "Z"]).optional(),
  }).optional(),
  volume: keys({ nocopy: Flag.optional(), subpath: Text.optional(), labels: Labels.optional() }).optional(),
  tmpfs: keys({ size: Size.optional(), mode: Whole.optional() }).optional(),
  image: keys({ subpath: Text.optional() }).optional(),
});
export type ComposeMount = z.output<typeof LongMount>;

/** Options of the short form of a mount that do not change what is mounted. */
const SILENT = ["rw", "ro", "z", "Z", "nocopy", "cached", "delegated", "consistent"];
const PROPAGATION = /^r?(?:private|shared|slave)$/;
const ShortMount = z.string().transform((text, context): ComposeMount => {
  const parts = text.split(":");
  const [first = "", second, options = ""] = parts;
  const flags = options === "" ? [] : options.split(",");
  const stranger = flags.find((flag) => !SILENT.includes(flag) && !PROPAGATION.test(flag));
  if (parts.length > 3 || first === "" || second === "" || stranger !== undefined) {
    context.addIssue({
      code: "custom",
      message: `${JSON.stringify(text)} is no mount: write "data:/var/lib/data", "./folder:/path:ro" or { type, source, target }`,
    });
    return z.NEVER;
  }
  if (second === undefined) return { type: "volume", target: first };
  const read_only = flags.includes("ro") || undefined;
  if (!first.startsWith("/"))
    return {
      type: "volume",
      source: first,
      target: second,
      read_only,
      volume: flags.includes("nocopy") ? { nocopy: true } : undefined,
    };
  return {
    type: "bind",
    source: first,
    target: second,
    read_only,
    bind: {
      create_host_path: true,
      propagation: flags.find((flag) => PROPAGATION.test(flag)),
      selinux: flags.includes("z") ? "z" : flags.includes("Z") ? "Z" : undefined,
    },
  };
});

const FileReference = z.union(
  [
    keys({
      source: Text,
      target: Text.optional(),
      uid: Text.optional(),
      gid: Text.optional(),
      mode: z
        .union([
          z.int(),
          z
            .string()
            .regex(/^0?[0-7]+$/)
            .transform((text) => Number.parseInt(text, 8)),
        ])
        .optional(),
    }),
    z.string().transform((source) => ({
      source,
      target: undefined,
      uid: undefined,
      gid: undefined,
      mode: undefined,
    })),
  ],
  "must be a name, or { source, target, uid, gid, mode }",
);
export type FileReference = z.output<typeof FileReference>;

const Dependency = keys({
  condition: z
    .enum(["service_started", "service_healthy", "service_completed_successfully"])
    .default("service_started"),
  required: Flag.default(true),
  restart: Flag.default(false),
});

const Attachment = maybeEmpty(
  keys({
    aliases: Texts.optional(),
    ipv4_address: Text.optional(),
    ipv6_address: Text.optional(),
    link_local_ips: Texts.optional(),
    mac_address: Text.optional(),
    driver_opts: Labels.optional(),
    priority: Decimal.optional(),
    gw_priority: Whole.optional(),
  }),
);

const BuildSchema = keys({
  context: Text.default("."),
  dockerfile: Text.optional(),
  args: Named.optional(),
  target: Text.optional(),
  labels: Labels.optional(),
  cache_from: Texts.optional(),
  no_cache: Flag.optional(),
  pull: Flag.optional(),
  tags: Texts.optional(),
});

const DeviceRequest = keys({
  driver: Text.optional(),
  count: z.union([z.literal("all").transform(() => -1), Whole]).optional(),
  device_ids: Texts.optional(),
  capabilities: Texts.optional(),
  options: Labels.optional(),
});

const Limits = { cpus: Decimal.optional(), memory: Size.optional() };
const RollOut = keys({
  parallelism: Whole.optional(),
  delay: Duration.optional(),
  failure_action: z.enum(["continue", "pause", "rollback"]).optional(),
  monitor: Duration.optional(),
  max_failure_ratio: Decimal.optional(),
  order: z.enum(["start-first", "stop-first"]).optional(),
});
const DeploySchema = keys({
  mode: z.enum(["replicated", "global", "replicated-job", "global-job"]).optional(),
  replicas: Whole.optional(),
  labels: Labels.optional(),
  endpoint_mode: z.enum(["vip", "dnsrr"]).optional(),
  update_config: RollOut.optional(),
  rollback_config: RollOut.optional(),
  resources: keys({
    limits: keys({ ...Limits, pids: Whole.optional() }).optional(),
    reservations: keys({
      ...Limits,
      devices: z.array(DeviceRequest).optional(),
      generic_resources: z
        .array(keys({ discrete_resource_spec: keys({ kind: Text, value: Whole }) }))
        .optional(),
    }).optional(),
  }).optional(),
  restart_policy: keys({
    condition: z.enum(["none", "on-failure", "any"]).optional(),
    delay: Duration.optional(),
    max_attempts: Whole.optional(),
    window: Duration.optional(),
  }).optional(),
  placement: keys({
    constraints: Texts.optional(),
    preferences: z.array(keys({ spread: Text })).optional(),
    max_replicas_per_node: Whole.optional(),
  }).optional(),
});
export type ComposeDeploy = z.output<typeof DeploySchema>;

const EnvFile = z.union(
  [
    keys({ path: Text, required: Flag.default(true), format: Text.optional() }),
    z.string().transform((path) => ({ path, required: true, format: undefined })),
  ],
  "must be a path, or { path, required, format }",
);

const Ulimit = z.union([Whole, keys({ soft: Whole, hard: Whole })], "must be a number, or { soft, hard }");
const Rates = z.array(keys({ path: Text, rate: z.union([z.int(), z.string()]) }));
const Device = z.union(
  [
    keys({ source: Text, target: Text.optional(), permissions: Text.optional() }),
    z.string().transform((text) => {
      const [source = "", target, permissions] = text.split(":");
      return { source, target, permissions };
    }),
  ],
  "must be a device's path, or { source, target, permissions }",
);

export const ServiceSchema = keys({
  annotations: Labels.optional(),
  attach: Flag.optional(),
  blkio_config: keys({
    weight: Whole.optional(),
    weight_device: z.array(keys({ path: Text, weight: Whole })).optional(),
    device_read_bps: Rates.optional(),
    device_write_bps: Rates.optional(),
    device_read_iops: Rates.optional(),
    device_write_iops: Rates.optional(),
  }).optional(),
  build: BuildSchema.optional(),
  cap_add: Texts.optional(),
  cap_drop: Texts.optional(),
  cgroup: z.enum(["host", "private"]).optional(),
  cgroup_parent: Text.optional(),
  command: Words,
  configs: z.array(FileReference).default([]),
  container_name: Text.optional(),
  cpu_period: z.union([Whole, Duration]).optional(),
  cpu_quota: Whole.optional(),
  cpu_rt_period: z.union([Whole, Duration]).optional(),
  cpu_rt_runtime: z.union([Whole, Duration]).optional(),
  cpu_shares: Whole.optional(),
  cpus: Decimal.optional(),
  cpuset: Text.optional(),
  depends_on: z.record(z.string(), Dependency).default({}),
  deploy: maybeEmpty(DeploySchema).optional(),
  develop: z.unknown().optional(),
  device_cgroup_rules: Texts.optional(),
  devices: z.array(Device).optional(),
  dns: TextOrTexts.optional(),
  dns_opt: TextOrTexts.optional(),
  dns_search: TextOrTexts.optional(),
  domainname: Text.optional(),
  entrypoint: Words,
  env_file: z.array(EnvFile).default([]),
  environment: Named.default({}),
  expose: Texts.optional(),
  extra_hosts: z.record(z.string(), z.union([Text, Texts])).optional(),
  gpus: z.union([z.literal("all"), z.array(DeviceRequest)], 'must be "all", or a list of devices').optional(),
  group_add: Texts.optional(),
  healthcheck: keys({
    test: z.union([Texts, z.string()], "must be a command line, or a list of words").optional(),
    interval: Duration.optional(),
    timeout: Duration.optional(),
    start_period: Duration.optional(),
    start_interval: Duration.optional(),
    retries: Whole.optional(),
    disable: Flag.optional(),
  }).optional(),
  hostname: Text.optional(),
  image: Text.optional(),
  init: Flag.optional(),
  ipc: Text.optional(),
  isolation: Text.optional(),
  label_file: TextOrTexts.optional(),
  labels: Labels.default({}),
  links: Texts.default([]),
  logging: keys({ driver: Text.optional(), options: Labels.optional() }).optional(),
  mac_address: Text.optional(),
  mem_limit: Size.optional(),
  mem_reservation: Size.optional(),
  mem_swappiness: Whole.optional(),
  memswap_limit: Size.optional(),
  network_mode: Text.optional(),
  networks: z.record(z.string(), Attachment).optional(),
  oom_kill_disable: Flag.optional(),
  oom_score_adj: Whole.optional(),
  pid: Text.optional(),
  pids_limit: Whole.optional(),
  platform: Text.optional(),
  ports: z
    .array(z.union([LongPort, ShortPort], 'must be a port such as "8080:80", or { target, published }'))
    .transform((all) => all.flat())
    .default([]),
  privileged: Flag.optional(),
  profiles: Texts.default([]),
  pull_policy: z.enum(["always", "never", "missing", "if_not_present", "build"]).optional(),
  read_only: Flag.optional(),
  restart: z
    .union(
      [z.literal(false).transform(() => "no"), z.string()],
      'must be "no", "always", "unless-stopped" or "on-failure"',
    )
    .optional(),
  runtime: Text.optional(),
  scale: Whole.optional(),
  secrets: z.array(FileReference).default([]),
  security_opt: Texts.optional(),
  shm_size: Size.optional(),
  stdin_open: Flag.optional(),
  stop_grace_period: Duration.optional(),
  stop_signal: Text.optional(),
  storage_opt: Labels.optional(),
  sysctls: Labels.optional(),
  tmpfs: TextOrTexts.optional(),
  tty: Flag.optional(),
  ulimits: z.record(z.string(), Ulimit).optional(),
  user: Text.optional(),
  userns_mode: Text.optional(),
  uts: Text.optional(),
  volumes: z
    .array(
      z.union([ShortMount, LongMount], 'must be a mount such as "data:/data", or { type, source, target }'),
    )
    .default([]),
  volumes_from: Texts.default([]),
  working_dir: Text.optional(),
});
export type ComposeService = z.output<typeof ServiceSchema>;

export const NetworkSchema = keys({
  ...common,
  driver: Text.optional(),
  driver_opts: Labels.optional(),
  attachable: Flag.optional(),
  internal: Flag.optional(),
  enable_ipv6: Flag.optional(),
  ipam: keys({
    driver: Text.optional(),
    options: Labels.optional(),
    config: z
      .array(
        keys({
          subnet: Text,
          ip_range: Text.optional(),
          gateway: Text.optional(),
          aux_addresses: Labels.optional(),
        }),
      )
      .optional(),
  }).optional(),
});
export type ComposeNetwork = z.output<typeof NetworkSchema>;

export const VolumeSchema = keys({ ...common, driver: Text.optional(), driver_opts: Labels.optional() });
export type ComposeVolume = z.output<typeof VolumeSchema>;

const file = {
  ...common,
  file: Text.optional(),
  environment: Text.optional(),
  template_driver: Text.optional(),
};
export const SecretSchema = keys({ ...file, driver: Text.optional(), driver_opts: Labels.optional() });
export const ConfigSchema = keys({ ...file, content: z.string().optional() });
export type ComposeFileSource = z.output<typeof SecretSchema> & z.output<typeof ConfigSchema>;

const byName = <Of extends z.ZodType>(what: string, schema: Of) =>
  z
    .record(
      z.string().regex(/^[a-zA-Z0-9._-]+$/, `the name of a ${what} has letters, digits, ".", "_" and "-"`),
      maybeEmpty(schema),
      { error: `must be a mapping of ${what}s by name` },
    )
    .nullish()
    .transform((all): Record<string, z.output<Of>> => (all ?? {}) as Record<string, z.output<Of>>);

export const ComposeSchema = keys({
  version: z.unknown().optional(),
  name: z.unknown().optional(),
  services: byName("service", ServiceSchema),
  networks: byName("network", NetworkSchema),
  volumes: byName("volume", VolumeSchema),
  secrets: byName("secret", SecretSchema),
  configs: byName("config", ConfigSchema),
});
export type ComposeModel = z.output<typeof ComposeSchema>;
