import { describe, expect, test } from "@jest/globals";
import { dynamicProvider } from "../../../../provider/core/adapter";
import { UNKNOWN } from "../../../../provider/core/properties";
import { container } from "../../../../provider/docker/container";

type Args = Readonly<Record<string, unknown>>;

const { check } = dynamicProvider(container);
const GIVEN = { endpointId: 1, name: "web", image: "busybox" };

async function failures(args: Args): Promise<string> {
  const found = await check({}, { ...GIVEN, ...args });
  return found.failures.map(({ property, reason }) => `${property}: ${reason}`).join("\n");
}

const checkedBy = (value: unknown) => ({ healthcheck: { test: value, interval: "1s" } });

/** What engines 20.10 and 28.5 refuse when the container is created or started, do not survive, or drop without a word. */
const refused: readonly (readonly [Args, RegExp])[] = [
  // Engine 20.10 ends itself at the first check.
  [checkedBy([]), /^healthcheck\.test: the test has no command/],
  [checkedBy(["CMD"]), /^healthcheck\.test: the test has no command/],
  [checkedBy(["CMD-SHELL"]), /^healthcheck\.test: the test has no command/],
  [checkedBy([""]), /^healthcheck\.test: the test has no command/],
  [checkedBy(["CMD", ""]), /^healthcheck\.test: the test has no command/],
  [checkedBy(""), /^healthcheck\.test: the test has no command/],
  [checkedBy(["NONE", "x"]), /^healthcheck\.test: the test has no command/],
  [{ healthcheck: { interval: "100us" } }, /shorter than a millisecond/],
  [{ healthcheck: { disable: true }, waitFor: "healthy" }, /^waitFor: .*health check/],
  // Engine 28.5 drops the connection.
  [{ groupAdd: [""] }, /^groupAdd\[0\]: the group's name is empty/],

  [{ command: [] }, /^command: .*needs an `entrypoint`/],
  [{ command: [], entrypoint: [] }, /^command: .*nothing to run/],
  [{ command: [], entrypoint: [""] }, /^command: .*nothing to run/],
  [{ command: [""], entrypoint: [] }, /^command: the program to run is empty/],
  [{ entrypoint: ["", "x"] }, /^entrypoint: the entrypoint's program is empty/],
  [{ env: { "K=L": "v" } }, /^env\.K=L: "K=L": an environment variable's name has no `=`/],
  [{ labels: { "": "v" } }, /: "": a label's name is empty/],
  [{ hostname: "a".repeat(65) }, /^hostname: a host name has at most 64/],
  [{ stopSignal: "FOO" }, /^stopSignal: is not a signal/],
  [{ stopSignal: "0" }, /^stopSignal: is not a signal/],
  [{ user: 0 }, /^user: /],
  [{ memory: 512 }, /^memory: 512 bytes; did you mean "512m"\?/],
  [{ memory: "5m" }, /^memory: "5m" is too little. The smallest limit is 6m/],
  [{ memory: -1 }, /^memory: -1 is not a size/],
  [{ shmSize: -1 }, /^shmSize: -1 is not a size/],
  [{ memorySwap: "1g" }, /^memorySwap: .*needs `memory`/],
  [{ memory: "1g", memorySwap: "512m" }, /^memorySwap: .*less than `memory`/],
  [{ memory: "64m", memoryReservation: "128m" }, /^memoryReservation: .*above `memory`/],
  [{ cpus: 0.001 }, /^cpus: 0.001 is not a number of processors/],
  [{ cpus: "" }, /^cpus: "" is not a number of processors/],
  [{ cpus: 1, cpuQuota: 50_000 }, /^cpus: .*say the same twice/],
  [{ cpuShares: 1 }, /^cpuShares: 1 is not a share of 2/],
  [{ cpuPeriod: 1 }, /^cpuPeriod: 1 is not a period of 1000/],
  [{ cpuQuota: 1 }, /^cpuQuota: a quota is at least 1000/],
  [{ cpuRealtimePeriod: 1_000, cpuRealtimeRuntime: 2_000 }, /^cpuRealtimeRuntime: is longer/],
  [{ cpusetCpus: "1-0" }, /^cpusetCpus: write it as "0-1,3"/],
  [{ cpusetMems: "foo" }, /^cpusetMems: write it as/],
  [{ pidsLimit: -2 }, /^pidsLimit: /],
  [{ blkioWeight: 5 }, /^blkioWeight: 5 is not a weight/],
  [{ ulimits: { nofile: { soft: 10, hard: 5 } } }, /^ulimits\.nofile: the soft limit is above/],
  [{ ulimits: { foo: 1 } }, /^ulimits\.foo: .*no limit of Linux/],
  [{ devices: [{ hostPath: "/dev/null", containerPath: "" }] }, /the device's path is empty/],
  [{ devices: [""] }, /^devices\[0\]: write a device/],
  [{ deviceRequests: [{ count: 1, deviceIds: ["0"] }] }, /`count` or by `deviceIds`/],
  [{ deviceRequests: [{ capabilities: [[]] }] }, /list of capabilities is empty/],
  [{ capAdd: [""] }, /^capAdd\[0\]: write a capability/],
  [{ securityOpt: [""] }, /^securityOpt\[0\]: write an option/],
  [{ securityOpt: ["foo"] }, /^securityOpt\[0\]: write an option/],
  [{ sysctls: { "": "1" } }, /setting's name is empty/],
  [{ maskedPaths: [""] }, /^maskedPaths\[0\]: must be an absolute path/],
  [{ pidMode: "foo" }, /^pidMode: "foo" is none of "host", "container:/],
  [{ ipcMode: "container:" }, /^ipcMode: "container:" is none of/],
  [{ networkMode: "container:" }, /^networkMode: "container:" is none of/],
  [{ utsMode: "foo" }, /^utsMode: must be "host"/],
  [{ utsMode: "host", hostname: "a" }, /^hostname: is the host's own/],
  [{ utsMode: "host", domainname: "a" }, /^domainname: is the host's own/],
  [{ ipcMode: "host", sysctls: { "kernel.msgmax": "1" } }, /^sysctls: .*shared memory/],

  ...["hostname", "domainname"].map(
    (key) => [{ networkMode: "container:db", [key]: "a" }, /another container/] as const,
  ),
  [{ networkMode: "container:db", ports: ["80"] }, /^ports: .*another container.*"container:db"/],
  [{ networkMode: "container:db", exposedPorts: ["80"] }, /^exposedPorts: .*another container/],
  [{ networkMode: "container:db", publishAllPorts: true }, /^publishAllPorts: .*another container/],
  [{ networkMode: "container:db", dns: ["1.1.1.1"] }, /^dns: .*another container/],
  [{ networkMode: "container:db", extraHosts: { a: "1.1.1.1" } }, /^extraHosts: .*another container/],
  [{ networkMode: "host", links: ["db"] }, /^links: .*default bridge alone/],
  [{ networkMode: "host", sysctls: { "net.ipv4.ip_forward": "1" } }, /^sysctls: settings of `net.`/],
  [{ networks: ["a"], networkMode: "b" }, /^networkMode: .*exclude each other/],
  [{ networks: ["a", { network: "a", aliases: ["x"] }] }, /^networks: "a" is named twice/],
  [{ networks: ["host", "a"] }, /^networks: a container on "host" is on no other/],
  [{ networks: [{ network: "bridge", aliases: ["x"] }] }, /^networks: "bridge" knows no addresses/],
  [{ networks: [{ network: "a", aliases: [""] }] }, /the alias is empty/],
  [{ dns: ["foo"] }, /^dns\[0\]: must be an address/],
  [{ dnsSearch: [""] }, /^dnsSearch\[0\]: the search domain is empty/],
  [{ extraHosts: { a: "foo" } }, /^extraHosts\.a: must be an address, or "host-gateway"/],
  [{ ports: ["8080:80", "8080:81"] }, /^ports: port 8080\/tcp of the host is published twice/],
  [{ ports: ["8080:80", "8080:80"] }, /published twice/],
  [{ ports: ["8080:80", "127.0.0.1:8080:81"] }, /published twice/],
  [{ ports: ["8000-8010:80-90", { containerPort: 1, hostPort: 8005 }] }, /port 8005\/tcp/],
  [{ ports: [{ containerPort: 80, hostIp: "foo" }] }, /^ports\[0\]\.hostIp: must be an address/],
  [{ exposedPorts: ["90-80"] }, /ends before it begins/],
  [{ exposedPorts: ["70000"] }, /above 65535/],

  [{ volumes: ["/anon"] }, /^volumes\[0\]: "\/anon" names no source: .*\{ target: "\/anon" \}/],
  [{ volumes: ["/tmp:/x", "/var:/x/"] }, /^volumes: "\/x" is mounted twice/],
  [{ volumes: ["data:/x"], tmpfs: { "/x/": "" } }, /^volumes: "\/x" is mounted twice/],
  [{ tmpfs: { "/x": "", "/x/": "" } }, /mounted twice/],
  [{ volumes: ["/tmp:/"] }, /nothing can be mounted at "\/"/],
  [{ volumes: [{ target: "/x/.." }] }, /nothing can be mounted at "\/"/],
  [{ volumes: [{ target: "x" }] }, /^volumes\[0\]\.target: "x" is not an absolute path/],
  [{ volumes: ["a:/x"] }, /neither a path of the host.*nor the name of a volume/],
  [{ volumes: ["./data:/x"] }, /neither a path of the host/],
  [{ volumes: ["/tmp:/x:ro,rw"] }, /both "ro" and "rw"/],
  [{ volumes: [{ source: "/tmp", target: "/x" }] }, /not the name of a volume; .*`type: "bind"`/],
  [{ volumes: [{ type: "bind", source: "tmp", target: "/x" }] }, /not an absolute path of the host/],
  [{ volumes: [{ type: "bind", target: "/x" }] }, /"bind" needs a `source`/],
  [{ volumes: [{ type: "bind", source: "", target: "/x" }] }, /"bind" needs a `source`/],
  [{ volumes: [{ type: "tmpfs", source: "/tmp", target: "/x" }] }, /"tmpfs" has no `source`/],
  [{ volumes: [{ type: "bind", source: "/tmp", target: "/x", volume: {} }] }, /`volume` is not for/],
  [{ volumes: [{ target: "/x", readOnly: true }] }, /cannot be `readOnly`/],
  [
    { volumes: [{ type: "bind", source: "/tmp", target: "/x", bind: { propagation: "foo" } }] },
    /must be "private"/,
  ],
  [{ tmpfs: { x: "" } }, /^tmpfs\.x: "x": "x" is not an absolute path/],
  [{ tmpfs: { "/": "" } }, /nothing can be mounted at/],
  [{ volumesFrom: [""] }, /the container's name is empty/],
  [{ restart: "always", autoRemove: true }, /^autoRemove: .*"always"/],
];

/** What is near to what is refused, and goes. */
const taken: readonly Args[] = [
  checkedBy("true"),
  checkedBy(["true"]),
  checkedBy(["CMD", "true"]),
  checkedBy(["CMD-SHELL", "true"]),
  checkedBy(["NONE"]),
  { healthcheck: { interval: 0, retries: 0, disable: false } },
  { command: [], entrypoint: ["sleep"] },
  { command: ["x"], entrypoint: [] },
  { entrypoint: [""] },
  { stopSignal: "sigkill" },
  { stopSignal: "SIGRTMIN+3" },
  { stopSignal: "15" },
  { memory: 0, memorySwap: 0, cpus: 0, cpuQuota: 0, cpuShares: 0, blkioWeight: 0 },
  { memory: "6m", memorySwap: -1 },
  { memorySwap: -1 },
  { memory: UNKNOWN, memorySwap: "1g", memoryReservation: "2g" },
  { command: [], entrypoint: UNKNOWN },
  { networkMode: "host", hostname: "a", ports: ["80"], dns: ["1.1.1.1"] },
  { networkMode: "container:db", dnsSearch: ["a"], dns: [], extraHosts: {}, ports: [], hostname: "" },
  { networkMode: UNKNOWN, hostname: "a", ports: ["80"] },
  { networks: ["a", { network: "b", aliases: ["x"], ipv4Address: "10.0.0.9" }] },
  { ports: ["8080:80", "8080:80/udp", "8081:80", "80", "80"] },
  { ports: ["127.0.0.1:8080:80", "127.0.0.2:8080:81"] },
  { ports: [{ containerPort: 80, hostPort: 8080, hostIp: "0.0.0.0" }, "[::]:8080:80"] },
  { volumes: ["data:/x", { target: "/y" }, { type: "bind", source: "/tmp", target: "/z", readOnly: true }] },
  { volumes: [{ type: "npipe", source: "\\\\.\\pipe\\a", target: "\\\\.\\pipe\\a" }] },
  { volumes: UNKNOWN, tmpfs: { "/x": "" } },
  { ulimits: { core: -1, nofile: { soft: 5, hard: -1 } } },
  { securityOpt: ["no-new-privileges", "seccomp=unconfined", "label:disable"] },
  { extraHosts: { gateway: "host-gateway", six: "::1" } },
  { cpusetCpus: "0-1,3" },
];

describe("in the preview, a container", () => {
  test.each(refused)("with %j is refused", async (args, expected) => {
    expect(await failures(args)).toMatch(expected);
  });

  test.each(taken)("with %j is not", async (args) => {
    expect(await failures(args)).toBe("");
  });

  test("with a value of the wrong type is told of that alone", async () => {
    expect(await failures({ volumes: "a", ports: 5, networks: {}, command: "x", sysctls: [] })).not.toMatch(
      /twice/,
    );
  });
});
