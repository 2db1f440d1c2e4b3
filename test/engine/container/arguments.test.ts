import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { type ContainerHost, startContainerHost } from "../../support/container-host";
import { inspect, sweep } from "../../support/engine-api";
import { engineOrSkip } from "../../support/needs";

type Effect = "in place" | "recreated";

interface Row {
  readonly argument: string;
  readonly value: unknown;
  /** Other spellings of the same wish. */
  readonly same?: readonly unknown[];
  readonly other: unknown;
  readonly change: Effect;
  /** What taking it out of the program does. @default as a change */
  readonly removal?: Effect;
  readonly with?: object;
}

const rows: readonly Row[] = [
  { argument: "command", value: ["sleep", "500"], other: ["sleep", "600"], change: "recreated" },
  { argument: "entrypoint", value: ["env"], other: [], change: "recreated" },
  {
    argument: "env",
    value: { A: "1", B: "x=y" },
    same: [{ B: "x=y", A: "1" }],
    other: { A: "2" },
    change: "recreated",
  },
  { argument: "labels", value: { a: "1" }, other: { a: "2", b: "3" }, change: "recreated" },
  { argument: "user", value: "1000:1000", other: "1001", change: "recreated" },
  { argument: "workingDir", value: "/tmp", same: ["/tmp/", "/tmp/./"], other: "/", change: "recreated" },
  { argument: "hostname", value: "one", other: "two", change: "recreated" },
  { argument: "domainname", value: "example.test", other: "example.invalid", change: "recreated" },
  { argument: "tty", value: true, other: false, change: "recreated" },
  { argument: "stdinOpen", value: true, other: false, change: "recreated" },
  { argument: "init", value: true, other: false, change: "recreated" },
  { argument: "stopSignal", value: "SIGKILL", same: ["KILL", "9"], other: "SIGTERM", change: "recreated" },
  { argument: "stopTimeout", value: 1, same: ["1s", "1000ms"], other: "2s", change: "recreated" },
  { argument: "groupAdd", value: ["7"], other: ["8"], change: "recreated" },
  {
    argument: "healthcheck",
    value: { test: "true", interval: "30s", retries: 3 },
    same: [{ test: ["CMD-SHELL", "true"], interval: 30, retries: 3 }],
    other: { test: ["true"], interval: "1m" },
    change: "recreated",
  },
  {
    argument: "ports",
    value: [
      { containerPort: 80, hostIp: "127.0.0.1" },
      { containerPort: 53, protocol: "udp" },
    ],
    same: [
      [
        { containerPort: 53, protocol: "udp", hostIp: "0.0.0.0" },
        { containerPort: 80, hostIp: "127.0.0.1", protocol: "tcp" },
      ],
      ["53/udp", { containerPort: 80, hostIp: "127.0.0.1", hostPort: 0 }],
    ],
    other: ["80"],
    change: "recreated",
  },
  {
    argument: "exposedPorts",
    value: ["90", "91/udp"],
    same: [["91/udp", "90/tcp"]],
    other: ["92"],
    change: "recreated",
  },
  { argument: "publishAllPorts", value: true, other: false, change: "recreated" },
  { argument: "networkMode", value: "none", other: "bridge", change: "recreated" },
  { argument: "dns", value: ["127.0.0.53"], other: ["127.0.0.54"], change: "recreated" },
  { argument: "dnsSearch", value: ["a.test"], other: ["b.test"], change: "recreated" },
  { argument: "dnsOptions", value: ["ndots:2"], other: ["ndots:3"], change: "recreated" },
  {
    argument: "extraHosts",
    value: { one: "127.0.0.1", two: "127.0.0.2" },
    same: [{ two: "127.0.0.2", one: "127.0.0.1" }],
    other: { one: "127.0.0.3" },
    change: "recreated",
  },
  {
    argument: "tmpfs",
    value: { "/scratch": "size=1m" },
    other: { "/scratch": "size=2m" },
    change: "recreated",
  },
  { argument: "shmSize", value: "32m", same: [33554432, "32768k"], other: "16m", change: "recreated" },
  { argument: "readOnly", value: true, other: false, change: "recreated" },
  {
    argument: "memory",
    value: "64m",
    same: [67108864, "65536k"],
    other: "256m",
    change: "in place",
    removal: "recreated",
  },
  {
    argument: "memoryReservation",
    value: "32m",
    same: [33554432],
    other: "48m",
    change: "in place",
    removal: "recreated",
  },
  {
    argument: "memorySwap",
    value: "128m",
    other: "256m",
    change: "in place",
    removal: "recreated",
    with: { memory: "64m" },
  },
  { argument: "cpus", value: 0.5, same: ["0.5", "0.50"], other: 1, change: "in place", removal: "recreated" },
  { argument: "cpuShares", value: 512, other: 256, change: "in place", removal: "recreated" },
  { argument: "cpuPeriod", value: 50000, other: 100000, change: "in place", removal: "recreated" },
  { argument: "cpuQuota", value: 50000, other: 40000, change: "in place", removal: "recreated" },
  { argument: "cpusetCpus", value: "0", other: "0-1", change: "in place", removal: "recreated" },
  { argument: "pidsLimit", value: 50, other: 60, change: "in place", removal: "in place" },
  // Not started: the machine that runs the tests may itself lack the rights to give.
  {
    argument: "privileged",
    value: true,
    other: false,
    change: "recreated",
    with: { desiredState: "created" },
  },
  {
    argument: "capAdd",
    value: ["NET_ADMIN", "sys_time"],
    same: [["CAP_SYS_TIME", "CAP_NET_ADMIN"]],
    other: ["NET_RAW"],
    change: "recreated",
  },
  { argument: "capDrop", value: ["ALL"], same: [["all"]], other: ["CHOWN"], change: "recreated" },
  {
    argument: "securityOpt",
    value: ["no-new-privileges"],
    same: [["no-new-privileges:true"], ["no-new-privileges=true"]],
    other: [],
    change: "recreated",
  },
  {
    argument: "sysctls",
    value: { "net.ipv4.ip_forward": "1" },
    other: { "net.ipv4.ip_forward": "0" },
    change: "recreated",
  },
  { argument: "pidMode", value: "host", other: undefined, change: "recreated" },
  { argument: "runtime", value: "runc", other: undefined, change: "recreated" },
  {
    argument: "restart",
    value: "unless-stopped",
    same: [],
    other: "on-failure:3",
    change: "in place",
    removal: "in place",
  },
  { argument: "autoRemove", value: true, other: false, change: "recreated" },
  { argument: "triggers", value: { a: "1" }, other: { a: "2" }, change: "recreated" },
  { argument: "desiredState", value: "paused", other: "running", change: "in place", removal: "in place" },
];

let host: ContainerHost;
engineOrSkip()("each argument of a container", () => {
  beforeAll(async () => {
    host = await startContainerHost();
  });
  afterEach(async () => {
    host.stack.forget();
    await sweep(host.prefix);
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
  });

  const idNow = async () => (await inspect(host.base.name))?.Id;
  const effectOf = async (work: () => Promise<unknown>): Promise<Effect> => {
    const before = await idNow();
    await work();
    return (await idNow()) === before ? "in place" : "recreated";
  };

  test.each(rows)(
    "$argument reaches the engine, stays silent, and changes as documented",
    async (row) => {
      const { stack, base } = host;
      const without = { ...base, ...row.with };
      const args = { ...without, [row.argument]: row.value };
      await stack.up("Container", "web", args);

      for (const spelling of [row.value, ...(row.same ?? [])]) {
        expect([
          spelling,
          await stack.preview("Container", "web", { ...args, [row.argument]: spelling }),
        ]).toEqual([spelling, "same"]);
      }
      expect(await stack.refresh("web")).toBe(true);
      expect(await stack.preview("Container", "web", args)).toBe("same");

      if (row.other !== undefined) {
        const changed = { ...args, [row.argument]: row.other };
        expect(await effectOf(() => stack.up("Container", "web", changed))).toBe(row.change);
        await stack.refresh("web");
        expect(await stack.preview("Container", "web", changed)).toBe("same");
      }

      const { [row.argument]: _gone, ...rest } = without as Record<string, unknown>;
      const baseHas = row.argument in without;
      if (baseHas) return;
      expect(await effectOf(() => stack.up("Container", "web", rest))).toBe(row.removal ?? row.change);
      await stack.refresh("web");
      expect(await stack.preview("Container", "web", rest)).toBe("same");
    },
    60_000,
  );
});
