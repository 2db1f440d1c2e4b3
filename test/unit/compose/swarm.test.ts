import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { type Planned, type ProjectOptions, planProject, Reference, SecretText } from "../../../compose";
import { folderWith, messageOf, read } from "./kit";

const plan = (text: string, options: Partial<ProjectOptions> = {}, engineFolder?: string): Planned[] =>
  planProject(read(text, options), { type: "swarm", engineFolder });

/** Declarations that the lines of the service `web` may refer to. */
const TOP = `
  db: { image: postgres }
  job: { image: busybox, deploy: { mode: replicated-job } }
networks: { back: , outside: { external: true, name: corporate }, node: { external: true, name: host } }
volumes: { data: , disk: { driver: nfs, driver_opts: { a: b }, labels: { tier: "1" } }, nas: { external: true } }
secrets: { pw: { environment: PW }, token: { external: true, name: api-token } }
configs: { page: { content: hello }, motd: { external: true } }
`;
const options = { variables: { PW: "geheim" }, folder: "/app" };
const textOf = (lines: string) =>
  `services:\n  web:\n    image: nginx\n${lines.replace(/^/gm, "    ")}${TOP}`;
const web = (lines: string): Planned["args"] => {
  const found = plan(textOf(lines), options, "/srv").find(({ key }) => key === "services.web");
  return found?.args ?? {};
};

const own = (key: string, alias = "web") => ({ network: new Reference(`networks.${key}`), aliases: [alias] });
const LABEL = { "com.docker.stack.namespace": "shop" };

test("a service has the names and labels that `docker stack deploy` gives it", () => {
  expect(web('labels: [a=1]\ndeploy: { labels: { b: "2" } }')).toEqual({
    name: "shop_web",
    image: "nginx",
    labels: { b: "2", ...LABEL, "com.docker.stack.image": "nginx" },
    containerLabels: { a: "1", ...LABEL },
    networks: [own("default")],
    endpointMode: "vip",
  });
});

describe("a key of a service is an argument of the Service", () => {
  test.each<[lines: string, args: object]>([
    ["command: serve --all", { command: ["serve", "--all"] }],
    ["entrypoint: [sh, -c]", { entrypoint: ["sh", "-c"] }],
    ["environment: [A=1, B=x=y]", { env: { A: "1", B: "x=y" } }],
    ['hostname: "{{.Node.Hostname}}-{{.Task.Slot}}"', { hostname: "{{.Node.Hostname}}-{{.Task.Slot}}" }],
    ['user: "1000:1000"', { user: "1000:1000" }],
    ["group_add: [audio, 10]", { groupAdd: ["audio", "10"] }],
    ["working_dir: /www", { workingDir: "/www" }],
    [
      "read_only: true\ninit: true\ntty: true\nstdin_open: true",
      { readOnly: true, init: true, tty: true, stdinOpen: true },
    ],
    ["cap_add: [NET_ADMIN]\ncap_drop: [ALL]", { capAdd: ["NET_ADMIN"], capDrop: ["ALL"] }],
    ["sysctls: [net.core.somaxconn=512]", { sysctls: { "net.core.somaxconn": "512" } }],
    [
      "ulimits: { nofile: 2048, nproc: { soft: 1, hard: 2 } }",
      { ulimits: { nofile: 2048, nproc: { soft: 1, hard: 2 } } },
    ],
    [
      "dns: 10.0.0.53\ndns_search: [a.test]\ndns_opt: [ndots:2]",
      { dns: ["10.0.0.53"], dnsSearch: ["a.test"], dnsOptions: ["ndots:2"] },
    ],
    ['extra_hosts: ["db:10.0.0.5"]', { extraHosts: { db: "10.0.0.5" } }],
    ["stop_grace_period: 1m30s\nstop_signal: SIGINT", { stopGracePeriod: "1m30s", stopSignal: "SIGINT" }],
    [
      "healthcheck: { test: curl localhost, interval: 10s, start_period: 5s, retries: 2 }",
      { healthcheck: { test: "curl localhost", interval: "10s", startPeriod: "5s", retries: 2 } },
    ],
    ["healthcheck: { disable: true }", { healthcheck: { disable: true } }],
    [
      "logging: { driver: json-file, options: { max-size: 1m } }",
      { logging: { driver: "json-file", options: { "max-size": "1m" } } },
    ],
    [
      'ports: ["8080:80", 53/udp]',
      {
        ports: [
          { containerPort: 80, hostPort: 8080, protocol: "tcp", mode: "ingress" },
          { containerPort: 53, protocol: "udp", mode: "ingress" },
        ],
      },
    ],
    [
      "ports: [{ target: 80, published: 8080, mode: host }]",
      { ports: [{ containerPort: 80, hostPort: 8080, protocol: "tcp", mode: "host" }] },
    ],
    ["deploy: { mode: global, endpoint_mode: dnsrr }", { mode: "global", endpointMode: "dnsrr" }],
    ["deploy: { replicas: 3 }", { replicas: 3 }],
    ["scale: 3", { replicas: 3 }],
    [
      "deploy: { mode: replicated-job, replicas: 2 }",
      { mode: "replicatedJob", maxConcurrent: 2, totalCompletions: 2 },
    ],
    ["deploy: { mode: global-job }", { mode: "globalJob" }],
    [
      "deploy: { placement: { constraints: [node.role == worker], preferences: [{ spread: node.labels.zone }], max_replicas_per_node: 2 } }",
      { placement: { constraints: ["node.role == worker"], spread: ["node.labels.zone"], maxReplicas: 2 } },
    ],
    [
      'deploy: { resources: { limits: { cpus: "0.5", memory: 64m, pids: 10 }, reservations: { cpus: 0.1, memory: 16m } } }',
      { limits: { cpus: 0.5, memory: "64m", pids: 10 }, reservations: { cpus: 0.1, memory: "16m" } },
    ],
    [
      "deploy: { resources: { reservations: { generic_resources: [{ discrete_resource_spec: { kind: gpu, value: 2 } }] } } }",
      { reservations: { generic: { gpu: 2 } } },
    ],
    [
      "mem_limit: 64m\ncpus: 0.5\npids_limit: 10\nmem_reservation: 16m",
      { limits: { cpus: 0.5, memory: "64m", pids: 10 }, reservations: { memory: "16m" } },
    ],
    [
      "restart: always\ndeploy: { restart_policy: { condition: on-failure, delay: 2s, max_attempts: 4, window: 1m } }",
      { restartPolicy: { condition: "on-failure", delay: "2s", maxAttempts: 4, window: "1m" } },
    ],
    ['restart: "no"', { restartPolicy: { condition: "none" } }],
    ["restart: unless-stopped", { restartPolicy: { condition: "any" } }],
    ["restart: on-failure:3", { restartPolicy: { condition: "on-failure", maxAttempts: 3 } }],
    [
      "deploy: { update_config: { parallelism: 0, delay: 1s, failure_action: rollback, monitor: 2s, max_failure_ratio: 0.5, order: start-first } }",
      {
        updateConfig: {
          parallelism: 0,
          delay: "1s",
          failureAction: "rollback",
          monitor: "2s",
          maxFailureRatio: 0.5,
          order: "start-first",
        },
      },
    ],
    [
      "deploy: { update_config: { order: start-first }, rollback_config: { delay: 1s } }",
      {
        updateConfig: { order: "start-first" },
        rollbackConfig: { delay: "1s" },
      },
    ],
    [
      "networks: { default: , back: { aliases: [www, web], driver_opts: { a: b } } }",
      {
        networks: [
          { network: new Reference("networks.back"), aliases: ["www", "web"], driverOpts: { a: "b" } },
          own("default"),
        ],
      },
    ],
    ["networks: [outside]", { networks: [{ network: "corporate", aliases: ["web"] }] }],
    ["networks: [node]", { networks: ["host"] }],
    ["network_mode: host", { networks: ["host"] }],
    [
      'volumes: ["data:/data:ro", "disk:/disk:nocopy", "nas:/nas", /cache]',
      {
        mounts: [
          { type: "volume", source: "shop_data", target: "/data", readOnly: true, volume: { labels: LABEL } },
          {
            type: "volume",
            source: "shop_disk",
            target: "/disk",
            volume: { noCopy: true, labels: { tier: "1", ...LABEL }, driver: "nfs", driverOpts: { a: "b" } },
          },
          { type: "volume", source: "nas", target: "/nas" },
          { type: "volume", target: "/cache" },
        ],
      },
    ],
    [
      'volumes: ["./conf:/conf:ro,rslave", "/etc/ssl:/ssl"]',
      {
        mounts: [
          {
            type: "bind",
            source: "/srv/conf",
            target: "/conf",
            readOnly: true,
            bind: { propagation: "rslave" },
          },
          { type: "bind", source: "/etc/ssl", target: "/ssl" },
        ],
      },
    ],
    [
      'volumes: [{ type: tmpfs, target: /run, tmpfs: { size: 64m, mode: 0700 } }]\ntmpfs: ["/tmp:size=16m,mode=1777", /var/run]',
      {
        mounts: [
          { type: "tmpfs", target: "/run", tmpfs: { size: "64m", mode: 0o700 } },
          { type: "tmpfs", target: "/tmp", tmpfs: { size: "16m", mode: 0o1777 } },
          { type: "tmpfs", target: "/var/run" },
        ],
      },
    ],
    [
      "secrets: [pw, { source: token, target: t, uid: '5', gid: '6', mode: 0400 }]",
      {
        secrets: [
          { secret: new Reference("secrets.pw"), target: "pw" },
          { secret: "api-token", target: "t", uid: "5", gid: "6", mode: 0o400 },
        ],
      },
    ],
    [
      "configs: [page, { source: motd, target: /etc/motd }]",
      {
        configs: [
          { config: new Reference("configs.page"), target: "page" },
          { config: "motd", target: "/etc/motd" },
        ],
      },
    ],
    ["expose: [80]\nattach: false\npull_policy: always\nprivileged: false", {}],
  ])("%s", (lines, args) => {
    const { name: _name, image: _image, labels: _labels, containerLabels: _containers, ...rest } = web(lines);
    expect({ networks: [own("default")], endpointMode: "vip", ...args }).toEqual(rest);
  });
});

describe("a key that a swarm cannot do is an error with its line, or a warning", () => {
  test.each<[lines: string, message: string]>([
    ["container_name: web", "container_name`: is not carried out on a swarm: a swarm names the containers"],
    ["build: .", "build`: is not carried out on a swarm: nodes pull their images: build and push"],
    ["devices: [/dev/ttyUSB0]", "devices`: is not carried out on a swarm: a task gets no devices"],
    ["privileged: true", "privileged`: is not carried out on a swarm: a task gets no rights of its node"],
    [
      "network_mode: bridge",
      "network_mode`: is not carried out on a swarm: a task is on networks of the swarm",
    ],
    ["pull_policy: never", "pull_policy`: is not carried out on a swarm: a node pulls the image"],
    ["ipc: host", "ipc`: is not carried out on a swarm: a task shares no namespaces"],
    ["volumes_from: [db]", "volumes_from`: is not carried out on a swarm: a task may be on another node"],
    ["shm_size: 64m", "shm_size`: is not carried out on a swarm: mount memory there"],
    ["links: [db:database]", 'links[0]`: is not carried out on a swarm: give the service "db" the name'],
    [
      'ports: ["127.0.0.1:80:80"]',
      "ports[0]`: is not carried out on a swarm: a swarm listens on all addresses",
    ],
    [
      "networks: { back: { ipv4_address: 10.0.0.9 } }",
      "networks.back.ipv4_address`: is not carried out on a swarm",
    ],
    [
      'volumes: ["/a:/a:z"]',
      "volumes[0]`: is not carried out on a swarm: a mount of a task changes no labels",
    ],
    [
      "deploy: { resources: { reservations: { devices: [{ capabilities: [gpu] }] } } }",
      "reservations.devices`: is not carried out on a swarm: a task gets no devices",
    ],
  ])("%s", (lines, message) => {
    expect(messageOf(() => web(lines))).toMatch(/^compose\.yaml:4: `services\.web\./);
    expect(messageOf(() => web(lines))).toContain(message);
    const lenient = read(textOf(lines), { ...options, unsupported: "warn" });
    planProject(lenient, { type: "swarm" });
    expect(lenient.warnings).toHaveLength(1);
  });

  test.each<[lines: string, message: string]>([
    ["deploy: { mode: global, replicas: 2 }", 'deploy.replicas`: the mode "global" has a task on each node'],
    [
      "depends_on: { db: { condition: service_completed_successfully } }",
      '"db" never ends: give it `deploy.mode',
    ],
    ['ports: ["8000-8010:80"]', '"8000-8010" is a range for one port'],
    ["tmpfs: /run:noexec", 'has `size` and `mode`, and no "noexec"'],
  ])("and nothing goes on with %s", (lines, message) => {
    expect(messageOf(() => web(lines))).toContain(message);
  });

  test("a service that was to have no networks of its own gets the default one", () => {
    const project = read(textOf("network_mode: none"), { ...options, unsupported: "warn" });
    const all = planProject(project, { type: "swarm" });
    expect(all.map(({ key }) => key)).toContain("networks.default");
    expect(all.find(({ key }) => key === "services.web")?.args["networks"]).toEqual([own("default")]);
  });

  test("an image that is built only is none for a swarm, whatever is left out", () => {
    const text = "services:\n  web:\n    build: .";
    expect(messageOf(() => plan(text, { unsupported: "warn" }))).toBe(
      "compose.yaml:2: `services.web`: names no `image`: the nodes of a swarm pull theirs from a registry",
    );
  });
});

test("networks are overlays, secrets and configs are those of services, and volumes are left to the nodes", () => {
  const all = plan(
    textOf("networks: [back, outside]\nsecrets: [pw, token]\nconfigs: [page]\nvolumes: [data:/data]"),
    options,
  );
  expect(
    all.map(({ kind, suffix, args: { name, driver, labels } }) => [kind, suffix, name, driver, labels]),
  ).toEqual([
    ["Network", "back", "shop_back", "overlay", LABEL],
    ["Network", "default", "shop_default", "overlay", LABEL],
    ["Secret", "pw", "shop_pw", undefined, LABEL],
    ["Config", "page", "shop_page", undefined, LABEL],
    ["Service", "web", "shop_web", undefined, { ...LABEL, "com.docker.stack.image": "nginx" }],
    ["Service", "db", "shop_db", undefined, { ...LABEL, "com.docker.stack.image": "postgres" }],
    ["Service", "job", "shop_job", undefined, { ...LABEL, "com.docker.stack.image": "busybox" }],
  ]);
  expect(all.find(({ kind }) => kind === "Secret")?.args["data"]).toEqual(new SecretText("geheim"));
  expect(all.flatMap(({ unmanagedLabels }) => unmanagedLabels)).toEqual([]);
});

test("a network keeps what the file says of it", () => {
  const [network] = plan(`
services: { web: { image: a, networks: [back] } }
networks: { back: { driver_opts: { encrypted: "" }, attachable: true, internal: true, labels: { a: "1" }, ipam: { config: [{ subnet: 10.9.0.0/24 }] } } }
`);
  expect(network?.args).toEqual({
    name: "shop_back",
    driver: "overlay",
    options: { encrypted: "" },
    attachable: true,
    internal: true,
    labels: { a: "1", ...LABEL },
    ipam: { config: [{ subnet: "10.9.0.0/24" }] },
  });
});

test("drivers and templates of secrets and configs are those of the swarm", () => {
  const all = plan(`
services: { web: { image: a, secrets: [vault], configs: [page] } }
secrets: { vault: { driver: vault, driver_opts: { path: a }, name: exact } }
configs: { page: { content: "{{ .Node.Hostname }}", template_driver: golang } }
`);
  expect(all.slice(1, 3).map(({ args }) => args)).toEqual([
    { name: "exact", driver: { name: "vault", options: { path: "a" } }, labels: LABEL },
    { name: "shop_page", data: "{{ .Node.Hostname }}", templating: { name: "golang" }, labels: LABEL },
  ]);
});

test("a file that is no text is data in base64, which is secret in a secret", () => {
  using folder = folderWith({});
  writeFileSync(join(folder.path, "key.p12"), Buffer.from([0xff, 0xfe, 0x00]));
  const text = `
services: { web: { image: a, secrets: [key], configs: [logo] } }
secrets: { key: { file: ./key.p12 } }
configs: { logo: { file: ./key.p12 } }
`;
  const [, secret, config] = plan(text, { folder: folder.path });
  expect(secret?.args).toEqual({ name: "shop_key", dataBase64: new SecretText("//4A"), labels: LABEL });
  expect(config?.args).toEqual({ name: "shop_logo", dataBase64: "//4A", labels: LABEL });
});

test("services are made in the order in which they depend on each other", () => {
  const all = plan(
    "services: { web: { image: a, depends_on: [api] }, api: { image: b, links: [db] }, db: { image: c } }",
  );
  expect(all.map(({ key }) => key)).toEqual([
    "networks.default",
    "services.db",
    "services.api",
    "services.web",
  ]);
});
