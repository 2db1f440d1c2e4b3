import fc from "fast-check";

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);
const texts = fc.dictionary(fc.stringMatching(/^[A-Z_]{1,8}$/), fc.string({ maxLength: 12 }).map(printable), {
  maxKeys: 4,
});
const size = (least: number) =>
  fc.oneof(
    fc.integer({ min: least, max: 4 * least }).map((mebibytes) => `${mebibytes}m`),
    fc.integer({ min: least, max: 4 * least }).map((mebibytes) => mebibytes * 2 ** 20),
  );
/** For ports of the host, which are taken while it runs: below those that systems give out by themselves. */
const hostPort = fc.integer({ min: 20_000, max: 29_999 });
/** No two ports of a program are published on one port of the host. */
const hostPortOf = (
  value: string | { readonly hostPort?: number; readonly containerPort: number },
): string =>
  typeof value === "string"
    ? (/^[^:]+:(\d+):/.exec(value)?.[1] ?? value)
    : String(value.hostPort ?? JSON.stringify(value));
const duration = fc.oneof(fc.integer({ min: 1, max: 90 }), fc.constantFrom("2s", "1m30s", "1500ms", "2m"));
const capability = fc.constantFrom("CHOWN", "cap_net_raw", "Kill", "CAP_SETUID", "sys_time");
const port = fc.integer({ min: 1, max: 65535 });
const target = word.map((name) => `/${name}`);
const path = fc.constantFrom("/tmp", "/tmp/", "/var//tmp", "/etc/./", "/");
const perDevice = <Value>(value: fc.Arbitrary<Value>) =>
  fc.dictionary(fc.constantFrom("/dev/null", "/dev/zero", "/dev/full"), value, { minKeys: 1, maxKeys: 3 });

/** An environment variable or label may hold anything but a zero. */
function printable(text: string): string {
  return text.replaceAll("\0", "");
}

const volume = fc.oneof(
  fc.record({
    type: fc.constant("bind"),
    source: fc.constantFrom("/tmp", "/tmp/"),
    target,
    readOnly: fc.boolean(),
  }),
  fc.record({ type: fc.constant("tmpfs"), target, tmpfs: fc.record({ size: size(1) }) }),
  fc.record({ target }),
  target.map((inside) => `/tmp:${inside}:ro`),
);

/** Values of each argument that an engine takes at creation, whichever others there are; it need not have such a device. */
const values: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  command: fc.array(fc.string({ minLength: 1, maxLength: 8 }).map(printable), { minLength: 1, maxLength: 3 }),
  entrypoint: fc.array(word, { maxLength: 2 }),
  env: texts,
  labels: texts,
  user: fc.oneof(word, fc.constantFrom("0", "1000:1000")),
  workingDir: path,
  hostname: word,
  domainname: word,
  tty: fc.boolean(),
  stdinOpen: fc.boolean(),
  init: fc.boolean(),
  stopSignal: fc.constantFrom("SIGTERM", "TERM", "15", "SIGQUIT", "9"),
  stopTimeout: duration,
  groupAdd: fc.uniqueArray(fc.constantFrom("7", "8", "users"), { maxLength: 2 }),
  healthcheck: fc.oneof(
    fc.constant({ disable: true }),
    fc.record(
      {
        test: fc.oneof(word, fc.array(word, { minLength: 1, maxLength: 3 })),
        interval: fc.oneof(duration, fc.constant("5ms")),
        timeout: duration,
        retries: fc.integer({ min: 1, max: 9 }),
      },
      { requiredKeys: ["test"] },
    ),
  ),
  ports: fc.uniqueArray(
    fc.oneof(
      fc.record(
        {
          containerPort: port,
          hostPort,
          hostIp: fc.constantFrom("127.0.0.1", "0.0.0.0", "::1"),
          protocol: fc.constantFrom("tcp", "udp"),
        },
        { requiredKeys: ["containerPort"] },
      ),
      port.map(String),
      fc.tuple(hostPort, port).map(([outside, inside]) => `127.0.0.1:${outside}:${inside}/udp`),
    ),
    { maxLength: 3, selector: hostPortOf },
  ),
  exposedPorts: fc.uniqueArray(
    port.map((number) => `${number}/tcp`),
    { maxLength: 3 },
  ),
  publishAllPorts: fc.boolean(),
  networkMode: fc.constantFrom("bridge", "default", "none"),
  dns: fc.uniqueArray(fc.constantFrom("127.0.0.53", "::1", "10.0.0.1"), { maxLength: 2 }),
  dnsSearch: fc.uniqueArray(word, { maxLength: 2 }),
  extraHosts: fc.dictionary(word, fc.constantFrom("127.0.0.1", "::1"), { maxKeys: 3 }),
  volumes: fc.uniqueArray(volume, {
    maxLength: 3,
    selector: (item) => String(typeof item === "string" ? item.split(":")[1] : item.target),
  }),
  tmpfs: fc.dictionary(
    word.map((name) => `/tmpfs-${name}`),
    fc.constantFrom("", "size=1m", "rw,noexec"),
    { maxKeys: 2 },
  ),
  shmSize: size(1),
  readOnly: fc.boolean(),
  memory: size(64),
  memoryReservation: size(8),
  memorySwappiness: fc.integer({ min: 0, max: 100 }),
  oomKillDisable: fc.boolean(),
  oomScoreAdj: fc.integer({ min: -1000, max: 1000 }),
  cpus: fc.oneof(fc.constantFrom(0.25, 1, 0.333), fc.constantFrom("0.5", "1")),
  cpuShares: fc.integer({ min: 2, max: 4096 }),
  cpusetCpus: fc.constant("0"),
  pidsLimit: fc.integer({ min: -1, max: 500 }),
  deviceReadBps: perDevice(size(1)),
  deviceWriteIops: perDevice(fc.integer({ min: 1, max: 10_000 })),
  ulimits: fc.dictionary(
    fc.constantFrom("nofile", "nproc", "core"),
    fc.oneof(
      fc.integer({ min: 64, max: 4096 }),
      fc.record({ soft: fc.integer({ min: 1, max: 64 }), hard: fc.integer({ min: 64, max: 128 }) }),
    ),
    { maxKeys: 3 },
  ),
  devices: fc.uniqueArray(fc.constantFrom("/dev/null", "/dev/zero:/dev/x:r", "/dev/full:/dev/y"), {
    maxLength: 3,
  }),
  deviceCgroupRules: fc.uniqueArray(fc.constantFrom("c 1:3 mr", "b *:* rwm", "a *:* m"), { maxLength: 2 }),
  gpus: fc.oneof(
    fc.constant("all"),
    fc.integer({ min: 1, max: 4 }),
    fc.uniqueArray(word, { minLength: 1, maxLength: 2 }),
  ),
  ipcMode: fc.constantFrom("private", "shareable", "host", "none"),
  pidMode: fc.constant("host"),
  utsMode: fc.constant(""),
  usernsMode: fc.constantFrom("host", ""),
  isolation: fc.constant("default"),
  privileged: fc.boolean(),
  capAdd: fc.uniqueArray(capability, { maxLength: 3 }),
  capDrop: fc.uniqueArray(capability, { maxLength: 3 }),
  securityOpt: fc.uniqueArray(fc.constantFrom("no-new-privileges", "seccomp=unconfined", "label=disable"), {
    maxLength: 2,
  }),
  maskedPaths: fc.uniqueArray(fc.constantFrom("/proc/acpi", "/proc/kcore"), { maxLength: 2 }),
  readonlyPaths: fc.uniqueArray(fc.constantFrom("/proc/bus", "/proc/sys"), { maxLength: 2 }),
  logging: fc.record(
    { driver: fc.constant("json-file"), options: fc.record({ "max-size": fc.constantFrom("1m", "10m") }) },
    { requiredKeys: [] },
  ),
  restart: fc.constantFrom("no", "always", "unless-stopped", "on-failure", "on-failure:0", "on-failure:4"),
};

/** A program with any of a container's arguments. */
export const anyProgram = fc.record(values, { requiredKeys: [] });
