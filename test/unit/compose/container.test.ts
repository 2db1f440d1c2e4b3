import { describe, expect, test } from "@jest/globals";
import { type ContainerOptions, type Planned, planProject, Reference } from "../../../compose";
import { folderWith, messageOf, read } from "./kit";

// Declarations that the lines of the service `web` may refer to.
const TOP = `
  db: { image: postgres }
  vpn: { image: gluetun }
networks: { front: , back: , outside: { external: true, name: corporate } }
volumes: { data: , nas: { external: true } }
configs: { page: { content: hello } }
secrets: { pw: { environment: PW } }
`;
const textOf = (lines: string) =>
  `services:\n  web:\n    image: nginx\n${lines.replace(/^/gm, "    ")}${TOP}`;

function web(lines: string, options: ContainerOptions = {}, folder = "/app"): Planned["args"] {
  const project = read(textOf(lines), { variables: { PW: "geheim" }, folder });
  return planProject(project, options).find(({ key }) => key === "services.web.1")?.args ?? {};
}

const attached = (network: string, more: object = {}) => ({
  network,
  aliases: ["shop-web-1", "web"],
  ...more,
});

describe("a key of a service is an argument of the Container", () => {
  test.each<[lines: string, args: object]>([
    ["command: serve --all 'a b'", { command: ["serve", "--all", "a b"] }],
    ["entrypoint: [sh, -c]", { entrypoint: ["sh", "-c"] }],
    ["environment: { A: 1, B: }", { env: { A: "1" } }],
    ["annotations: [com.example.a=1]", { annotations: { "com.example.a": "1" } }],
    ['user: "1000:1000"\ngroup_add: [audio, 10]', { user: "1000:1000", groupAdd: ["audio", "10"] }],
    ["working_dir: /www", { workingDir: "/www" }],
    ["hostname: www\ndomainname: example.com", { hostname: "www", domainname: "example.com" }],
    ["tty: true\nstdin_open: true\ninit: true", { tty: true, stdinOpen: true, init: true }],
    ["stop_signal: SIGQUIT\nstop_grace_period: 1m30s", { stopSignal: "SIGQUIT", stopTimeout: "1m30s" }],
    ["restart: unless-stopped", { restart: "unless-stopped" }],
    ["restart: on-failure:3", { restart: "on-failure:3" }],
    ["deploy: { restart_policy: { condition: on-failure, max_attempts: 2 } }", { restart: "on-failure:2" }],
    ["healthcheck: { disable: true }", { healthcheck: { disable: true } }],
    [
      "healthcheck: { test: curl localhost, interval: 1m, timeout: 10s, retries: 3, start_period: 40s, start_interval: 5s }",
      {
        healthcheck: {
          test: "curl localhost",
          interval: "1m",
          timeout: "10s",
          retries: 3,
          startPeriod: "40s",
          startInterval: "5s",
        },
      },
    ],
    ["pull_policy: always", { pull: "always" }],
    ["pull_policy: if_not_present", { pull: "missing" }],
    ["platform: linux/arm64/v8", { platform: "linux/arm64/v8" }],
    ["runtime: runc", { runtime: "runc" }],
    ["isolation: default", { isolation: "default" }],

    [
      'ports: ["8080:80", "127.0.0.1:5000:5000/udp"]',
      {
        ports: [
          { containerPort: 80, hostPort: 8080, protocol: "tcp" },
          { containerPort: 5000, hostPort: 5000, hostIp: "127.0.0.1", protocol: "udp" },
        ],
      },
    ],
    ['expose: ["3000", 8000]', { exposedPorts: ["3000", "8000"] }],
    ["networks: [back, front]", { networks: [attached("shop_back"), attached("shop_front")] }],
    [
      "networks: { back: , front: { priority: 1000, aliases: [www], ipv4_address: 172.16.238.10, ipv6_address: 2001:db8::10 } }",
      {
        networks: [
          {
            network: "shop_front",
            aliases: ["shop-web-1", "web", "www"],
            ipv4Address: "172.16.238.10",
            ipv6Address: "2001:db8::10",
          },
          attached("shop_back"),
        ],
      },
    ],
    [
      "networks: { outside: { mac_address: 02:42:ac:11:65:43, link_local_ips: [169.254.0.7], gw_priority: 1, driver_opts: { a: b } } }",
      {
        networks: [
          attached("corporate", {
            macAddress: "02:42:ac:11:65:43",
            linkLocalIps: ["169.254.0.7"],
            gwPriority: 1,
            driverOpts: { a: "b" },
          }),
        ],
      },
    ],
    [
      "mac_address: 02:42:ac:11:65:43",
      { networks: [attached("shop_default", { macAddress: "02:42:ac:11:65:43" })] },
    ],
    ["network_mode: host", { networkMode: "host" }],
    ["network_mode: service:vpn", { networkMode: new Reference("services.vpn.1") }],
    ["pid: service:db\nipc: shareable", { pidMode: new Reference("services.db.1"), ipcMode: "shareable" }],
    [
      "uts: host\nuserns_mode: host\ncgroup: private",
      { utsMode: "host", usernsMode: "host", cgroupnsMode: "private" },
    ],
    ["cgroup_parent: m-executor", { cgroupParent: "m-executor" }],
    [
      "dns: [8.8.8.8]\ndns_search: example.com\ndns_opt: [use-vc]",
      { dns: ["8.8.8.8"], dnsSearch: ["example.com"], dnsOptions: ["use-vc"] },
    ],
    [
      'extra_hosts: ["somehost=162.242.195.82", "myhostv6:[::1]"]',
      { extraHosts: { somehost: "162.242.195.82", myhostv6: "::1" } },
    ],

    ["volumes: [/etc/app:/etc/app:ro]", { volumes: ["/etc/app:/etc/app:ro"] }],
    ["volumes: [./data:/data]", { volumes: ["/app/data:/data:rw"] }],
    ["volumes: [data:/data]", { volumes: [{ type: "volume", source: "shop_data", target: "/data" }] }],
    [
      "volumes: [{ type: volume, source: nas, target: /nas, read_only: true, volume: { nocopy: true, subpath: a } }]",
      {
        volumes: [
          {
            type: "volume",
            source: "nas",
            target: "/nas",
            readOnly: true,
            volume: { noCopy: true, subpath: "a" },
          },
        ],
      },
    ],
    [
      "volumes: [{ type: bind, source: ./conf, target: /conf, bind: { create_host_path: false, propagation: rslave } }]",
      { volumes: [{ type: "bind", source: "/app/conf", target: "/conf", bind: { propagation: "rslave" } }] },
    ],
    [
      "volumes: [{ type: tmpfs, target: /cache, tmpfs: { size: 64m, mode: 0o1777 } }]",
      { volumes: [{ type: "tmpfs", target: "/cache", tmpfs: { size: "64m", mode: 0o1777 } }] },
    ],
    ['tmpfs: ["/run:mode=755,size=64m", /tmp]', { tmpfs: { "/run": "mode=755,size=64m", "/tmp": "" } }],
    [
      "volumes_from: [db, vpn:ro, container:old:rw]",
      { volumesFrom: [new Reference("services.db.1"), new Reference("services.vpn.1"), "old"] },
    ],
    ["shm_size: 64m\nread_only: true", { shmSize: "64m", readOnly: true }],
    ["storage_opt: { size: 1G }", { storageOpt: { size: "1G" } }],

    [
      "mem_limit: 512m\nmem_reservation: 128m\nmemswap_limit: -1\nmem_swappiness: 10",
      { memory: "512m", memoryReservation: "128m", memorySwap: -1, memorySwappiness: 10 },
    ],
    [
      'deploy: { resources: { limits: { cpus: "0.5", memory: 50M, pids: 10 }, reservations: { memory: 20M } } }',
      { cpus: 0.5, memory: "50M", pidsLimit: 10, memoryReservation: "20M" },
    ],
    [
      "cpus: 1.5\ncpu_shares: 73\ncpu_quota: 50000\ncpu_period: 20ms\ncpuset: 0-1",
      { cpus: 1.5, cpuShares: 73, cpuQuota: 50_000, cpuPeriod: 20_000, cpusetCpus: "0-1" },
    ],
    [
      "cpu_rt_runtime: 400ms\ncpu_rt_period: 1400us",
      { cpuRealtimeRuntime: 400_000, cpuRealtimePeriod: 1400 },
    ],
    [
      "pids_limit: 10\noom_kill_disable: true\noom_score_adj: -500",
      { pidsLimit: 10, oomKillDisable: true, oomScoreAdj: -500 },
    ],
    [
      `blkio_config:
  weight: 300
  weight_device: [{ path: /dev/sda, weight: 400 }]
  device_read_bps: [{ path: /dev/sdb, rate: 12mb }]
  device_read_iops: [{ path: /dev/sdb, rate: 120 }]
  device_write_bps: [{ path: /dev/sdb, rate: 1024k }]
  device_write_iops: [{ path: /dev/sdb, rate: 30 }]`,
      {
        blkioWeight: 300,
        blkioWeightDevice: { "/dev/sda": 400 },
        deviceReadBps: { "/dev/sdb": "12mb" },
        deviceReadIops: { "/dev/sdb": 120 },
        deviceWriteBps: { "/dev/sdb": "1024k" },
        deviceWriteIops: { "/dev/sdb": 30 },
      },
    ],
    [
      "ulimits: { nproc: 65535, nofile: { soft: 20000, hard: 40000 } }",
      { ulimits: { nproc: 65_535, nofile: { soft: 20_000, hard: 40_000 } } },
    ],
    [
      'devices: ["/dev/ttyUSB0:/dev/ttyUSB1:rw"]\ndevice_cgroup_rules: ["c 1:3 mr"]',
      {
        devices: [{ hostPath: "/dev/ttyUSB0", containerPath: "/dev/ttyUSB1", permissions: "rw" }],
        deviceCgroupRules: ["c 1:3 mr"],
      },
    ],
    ["gpus: all", { gpus: "all" }],
    [
      "gpus: [{ driver: nvidia, count: 2 }]",
      { deviceRequests: [{ driver: "nvidia", count: 2, capabilities: [["gpu"]] }] },
    ],
    [
      'deploy: { resources: { reservations: { devices: [{ capabilities: [gpu, tpu], driver: nvidia, device_ids: ["0", "3"], options: { virtualization: "false" } }] } } }',
      {
        deviceRequests: [
          {
            driver: "nvidia",
            deviceIds: ["0", "3"],
            capabilities: [["gpu", "tpu"]],
            options: { virtualization: "false" },
          },
        ],
      },
    ],
    [
      "privileged: true\ncap_add: [ALL]\ncap_drop: [NET_ADMIN]",
      { privileged: true, capAdd: ["ALL"], capDrop: ["NET_ADMIN"] },
    ],
    [
      "security_opt: [no-new-privileges:true, seccomp:unconfined, systempaths=unconfined]",
      {
        securityOpt: ["no-new-privileges:true", "seccomp:unconfined"],
        maskedPaths: [],
        readonlyPaths: [],
      },
    ],
    ["sysctls: { net.core.somaxconn: 1024 }", { sysctls: { "net.core.somaxconn": "1024" } }],
    [
      "logging: { driver: syslog, options: { syslog-address: tcp://192.168.0.42:123 } }",
      { logging: { driver: "syslog", options: { "syslog-address": "tcp://192.168.0.42:123" } } },
    ],
  ])("%s", (lines, expected) => {
    expect(web(lines)).toMatchObject(expected);
  });

  test("configs and secrets are files that everybody may read, unless the file says otherwise", () => {
    const { files } = web(`configs: [page, { source: page, target: /www/page, uid: "103", mode: 0440 }]
secrets: [pw]`);
    expect(files).toMatchObject({
      "/page": { mode: 0o444 },
      "/www/page": { mode: 0o440, uid: 103 },
      "/run/secrets/pw": { mode: 0o444 },
    });
  });

  test("labels of a file are the container's, beneath those of the service", () => {
    using folder = folderWith({ "web.labels": "a=1\nb=2\n" });
    const { labels } = web('label_file: web.labels\nlabels: { b: "3" }', {}, folder.path);
    expect(labels).toMatchObject({ a: "1", b: "3" });
  });

  test("a seccomp profile is sent as what its file says", () => {
    using folder = folderWith({ "profile.json": '{ "defaultAction": "SCMP_ACT_ALLOW" }\n' });
    const { securityOpt } = web("security_opt: [seccomp:profile.json]", {}, folder.path);
    expect(securityOpt).toEqual(['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}']);
    expect(messageOf(() => web("security_opt: [seccomp:other.json]", {}, folder.path))).toMatch(
      /compose\.yaml:4: `services\.web\.security_opt`: the seccomp profile cannot be read: .*other\.json/,
    );
  });
});
