// Every resource of 0.1.0, with every argument that one program can have. Never changed: `state.json` is what it made.

const pem = (name) => config.requireSecret(name);

const admin = new portainer.AdminUser("admin", {
  url: config.require("server"),
  username: "admin",
  password: config.requireSecret("password"),
  startupTimeout: "60s",
  setupToken: "not-needed",
});
const owner = new portainer.Provider("owner", {
  url: config.require("server"),
  username: admin.username,
  password: admin.password,
});
const key = new portainer.ApiKey("key", { description: "ci" }, { provider: owner });
const ci = new portainer.Provider("ci", {
  url: config.require("server"),
  apiKey: key.rawKey,
  headers: { "x-golden": "1" },
  requestTimeout: 30,
  concurrency: 4,
  skipUnreachable: false,
  deleteUnreachable: false,
});
const byKey = { provider: ci };

const local = new portainer.Endpoint(
  "local",
  { url: config.require("engine"), startupTimeout: "60s" },
  byKey,
);
const tcp = new portainer.Endpoint(
  "tcp",
  {
    name: named("tcp"),
    url: config.require("tcpEngine"),
    type: "docker",
    publicUrl: "tcp.example.com",
    groupId: 1,
    tagIds: [],
    access: { users: ["admin"], teams: [] },
    security: { allowBindMountsForRegularUsers: false, enableHostManagementFeatures: true },
    containerEngine: "docker",
  },
  byKey,
);
const tls = new portainer.Endpoint(
  "tls",
  {
    url: config.require("tlsEngine"),
    tls: { caCert: pem("caCert"), clientCert: pem("clientCert"), clientKey: pem("clientKey") },
  },
  byKey,
);
const lax = new portainer.Endpoint(
  "lax",
  {
    url: config.require("lax"),
    tls: { skipVerify: true, clientCert: pem("clientCert"), clientKey: pem("clientKey") },
  },
  byKey,
);

const data = new portainer.Volume(
  "data",
  {
    endpointId: local,
    name: named("data"),
    driver: "local",
    driverOpts: { type: "tmpfs", device: "tmpfs", o: "size=1m" },
    labels: { tier: "db" },
    recreate: false,
  },
  byKey,
);
const plainVolume = new portainer.Volume("plain-volume", { endpointId: local, name: named("plain") }, byKey);
const net = new portainer.Network(
  "net",
  {
    endpointId: local,
    name: named("net"),
    driver: "bridge",
    options: { "com.docker.network.driver.mtu": "1400" },
    internal: true,
    attachable: false,
    enableIPv6: false,
    ipam: {
      driver: "default",
      config: [
        {
          subnet: "10.214.77.0/24",
          gateway: "10.214.77.1",
          auxAddresses: { printer: "10.214.77.9" },
        },
      ],
    },
    labels: { tier: "db" },
  },
  byKey,
);
const plainNetwork = new portainer.Network(
  "plain-network",
  { endpointId: local, name: named("other") },
  byKey,
);

const least = { ...sleeper, endpointId: local };

const web = new portainer.Container(
  "web",
  {
    ...least,
    name: named("web"),
    pull: "missing",
    entrypoint: ["sleep"],
    command: ["1000"],
    env: { MODE: "production", PASSWORD: config.requireSecret("password") },
    labels: { tier: "web", token: config.requireSecret("password") },
    user: "0:0",
    workingDir: "/tmp/",
    hostname: "web",
    domainname: "example.test",
    tty: false,
    stdinOpen: false,
    init: true,
    stopSignal: "KILL",
    stopTimeout: "1s",
    groupAdd: ["7"],
    healthcheck: { test: "true", interval: "30s", timeout: 5, startPeriod: "1s", retries: 3 },
    ports: [{ containerPort: 80, hostIp: "127.0.0.1" }, "127.0.0.1::53/udp"],
    publishAllPorts: false,
    exposedPorts: ["90", "91/udp"],
    networks: [{ network: net, aliases: ["www"], ipv4Address: "10.214.77.20" }, plainNetwork],
    dns: ["127.0.0.53"],
    dnsSearch: ["a.test"],
    dnsOptions: ["ndots:2"],
    extraHosts: { one: "127.0.0.1" },
    volumes: [
      { source: data, target: "/data", readOnly: true },
      `${named("cache")}:/cache`,
      { type: "bind", source: "/tmp", target: "/host", readOnly: true },
      { type: "tmpfs", target: "/t", tmpfs: { size: "1m", mode: 0o700 } },
      { target: "/nameless" },
    ],
    tmpfs: { "/scratch": "size=1m" },
    shmSize: "32m",
    files: {
      "/etc/plain": "text",
      "/etc/secret": config.requireSecret("password"),
      "/etc/asset": new pulumi.asset.StringAsset("asset"),
      "/etc/script": { content: "#!/bin/sh", mode: 0o755, uid: 1, gid: 1, onChange: { signal: "SIGHUP" } },
      "/etc/bytes": { contentBase64: "AAE=", onChange: "none" },
    },
    memory: "64m",
    memoryReservation: 33554432,
    cpus: 0.5,
    cpuShares: 512,
    pidsLimit: 50,
    oomScoreAdj: 500,
    ulimits: { nofile: { soft: 1024, hard: 2048 }, nproc: 4096 },
    devices: ["/dev/null:/dev/xnull:rw", { hostPath: "/dev/zero", containerPath: "/dev/xzero" }],
    deviceCgroupRules: ["c 1:3 mr"],
    ipcMode: "shareable",
    capAdd: ["NET_ADMIN", "sys_time"],
    capDrop: ["all"],
    securityOpt: ["no-new-privileges"],
    sysctls: { "net.ipv4.ip_forward": "1" },
    runtime: "runc",
    maskedPaths: ["/proc/acpi", "/proc/kcore"],
    readonlyPaths: [],
    logging: { driver: "json-file", options: { "max-size": "1m" } },
    restart: "unless-stopped",
    autoRemove: false,
    waitFor: "started",
    replacement: "rollout",
    force: false,
    removeVolumes: false,
    triggers: { version: "1" },
    access: "public",
  },
  byKey,
);
const paused = new portainer.Container(
  "paused",
  { ...least, name: named("paused"), desiredState: "paused", volumes: [`${named("cache")}:/cache`] },
  byKey,
);
const joined = new portainer.Container(
  "joined",
  {
    ...least,
    name: named("joined"),
    networkMode: web,
    pidMode: web,
    ipcMode: web,
    volumesFrom: [paused],
    readOnly: true,
    access: { users: ["admin"], teams: [] },
  },
  byKey,
);
const job = new portainer.Container(
  "job",
  {
    endpointId: local,
    name: named("job"),
    image,
    command: ["echo", "done"],
    waitFor: "exited",
    networkMode: "none",
    healthcheck: { disable: true },
    replacement: "replace",
    removeVolumes: true,
  },
  byKey,
);
// Not started: not every machine has what it asks for.
const created = new portainer.Container(
  "created",
  {
    ...least,
    name: named("created"),
    desiredState: "created",
    ports: ["8080:80", { containerPort: 443, hostPort: 8443 }],
    publishAllPorts: true,
    memory: "64m",
    memorySwap: "128m",
    cpuPeriod: 50000,
    cpuQuota: 50000,
    cpusetCpus: "0",
    cpusetMems: "0",
    blkioWeightDevice: { "/dev/null": 200 },
    deviceReadBps: { "/dev/null": "1m" },
    deviceWriteBps: { "/dev/null": "1m" },
    deviceReadIops: { "/dev/null": 100 },
    deviceWriteIops: { "/dev/null": 100 },
    gpus: 2,
    pidMode: "host",
    utsMode: "host",
    cgroupParent: "/golden",
    isolation: "default",
    privileged: true,
    restart: "on-failure:3",
    replacement: "never",
  },
  byKey,
);
const requests = new portainer.Container(
  "requests",
  {
    ...least,
    name: named("requests"),
    desiredState: "created",
    deviceRequests: [{ driver: "nvidia", count: 1, capabilities: [["gpu"]], options: { a: "1" } }],
    links: [web.name],
    cgroupnsMode: "private",
    usernsMode: "host",
    entrypoint: [],
    env: {},
    volumes: [],
  },
  byKey,
);

const looked = config.get("image");
if (looked) exports.digest = portainer.getRemoteImage({ image: looked, endpointId: local }, byKey).digest;
exports.ids = [
  tcp.id,
  tls.id,
  lax.id,
  plainVolume.id,
  joined.id,
  job.logs,
  created.id,
  requests.id,
  paused.id,
];
