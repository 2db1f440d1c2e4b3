import { describe, expect, test } from "@jest/globals";
import { planProject, SecretText } from "../../../compose";
import { messageOf, read, web } from "./kit";

describe("a short form means the same as its long one", () => {
  test.each([
    ['ports: ["8080:80"]', "ports: [{ target: 80, published: 8080 }]"],
    [
      'ports: ["127.0.0.1:8080:80/udp"]',
      'ports: [{ target: 80, published: "8080", host_ip: 127.0.0.1, protocol: udp }]',
    ],
    ["ports: [80]", "ports: [{ target: 80 }]"],
    ['ports: ["3000-3001:4000-4001"]', 'ports: ["3000:4000", "3001:4001"]'],
    ['ports: ["[::1]:8080:80"]', 'ports: [{ target: 80, published: 8080, host_ip: "::1" }]'],
    ["environment: [A=1, B=x=y]", "environment: { A: 1, B: x=y }"],
    ["environment: [FLAG=true]", "environment: { FLAG: true }"],
    ["labels: [a=b, c]", 'labels: { a: b, c: "" }'],
    ["depends_on: []", "depends_on: {}"],
    ["dns: 10.0.0.1", "dns: [10.0.0.1]"],
    ["tmpfs: /run", "tmpfs: [/run]"],
    ["command: sh -c 'echo \"a b\"'", 'command: ["sh", "-c", "echo \\"a b\\""]'],
    ["entrypoint: /run me\\ too", 'entrypoint: [/run, "me too"]'],
    ["build: .", "build: { context: . }"],
    ["env_file: []", "env_file: []"],
    [
      "extra_hosts: [host.docker.internal:host-gateway]",
      "extra_hosts: { host.docker.internal: host-gateway }",
    ],
    ["extra_hosts: [a=10.0.0.1]", "extra_hosts: { a: 10.0.0.1 }"],
    ["networks: [default]", "networks: { default: }"],
    ["devices: [/dev/a:/dev/b:r]", "devices: [{ source: /dev/a, target: /dev/b, permissions: r }]"],
    ["mem_limit: 536870912", 'mem_limit: "536870912"'],
    ["tty: true", 'tty: "true"'],
    ["restart: no", 'restart: "no"'],
    ["ulimits: { nofile: 1024 }", 'ulimits: { nofile: "1024" }'],
  ])("%s is %s", (short, long) => {
    expect(web(short)).toEqual(web(long));
  });

  test("also of mounts", () => {
    const volumes = "volumes: { data: }\n";
    const mounts = (lines: string) =>
      read(`${volumes}services: { web: { image: a, volumes: [${lines}] } }`, { folder: "/app" }).model
        .services["web"]?.volumes;
    expect(mounts('"data:/data:ro"')).toEqual(
      mounts("{ type: volume, source: data, target: /data, read_only: true }"),
    );
    expect(mounts('"./sub:/data:rw,z"')).toEqual(
      mounts("{ type: bind, source: ./sub, target: /data, bind: { create_host_path: true, selinux: z } }"),
    );
    expect(mounts("/anonymous")).toEqual(mounts("{ type: volume, target: /anonymous }"));
    expect(mounts('"./sub:/data"')?.[0]?.source).toBe("/app/sub");
  });

  test("and of files in configs and secrets, with octal modes", () => {
    const text = (entry: string) =>
      `configs: { page: { content: hello } }\nservices: { web: { image: a, configs: [${entry}] } }`;
    expect(read(text("page")).model.services["web"]?.configs).toEqual(
      read(text("{ source: page }")).model.services["web"]?.configs,
    );
    expect(read(text("{ source: page, mode: 0440 }")).model.services["web"]?.configs[0]?.mode).toBe(0o440);
    expect(read(text('{ source: page, mode: "0440" }')).model.services["web"]?.configs[0]?.mode).toBe(0o440);
  });
});

test("anchors, merge keys and extensions are read, and mean what they say", () => {
  const { model } = read(`
x-base: &base
  image: nginx
  restart: always
  environment: &env { A: 1, B: 2 }
services:
  web:
    <<: *base
    restart: "no"
    x-note: ignored
    environment: { <<: *env, B: 3 }
  api: { <<: [{ image: api }, *base] }
x-other: { anything: [1] }
version: "3.9"
`);
  expect(model.services["web"]).toMatchObject({
    image: "nginx",
    restart: "no",
    environment: { A: "1", B: "3" },
  });
  expect(model.services["api"]).toMatchObject({ image: "api", restart: "always" });
});

describe("an error names file, line and key", () => {
  test.each([
    [
      "services:\n  web: { image: a }\n  other: { imag: b }",
      "compose.yaml:3: `services.other.imag`: is no key of the Compose specification here",
    ],
    [
      "services:\n  web:\n    image: a\n    provider: { type: x }",
      "compose.yaml:4: `services.web.provider`: is not carried out: it is carried out by",
    ],
    [
      "services:\n  web:\n    image: a\n    build:\n      context: .\n      ssh: [default]",
      "compose.yaml:6: `services.web.build.ssh`: is not carried out",
    ],
    [
      'services:\n  web:\n    image: a\n    ports:\n      - "80:http"',
      'compose.yaml:5: `services.web.ports[0]`: "80:http" is no port: write "8080:80"',
    ],
    [
      "services:\n  web:\n    image: a\n    ports:\n      - target: 80\n        publishd: 1",
      "compose.yaml:6: `services.web.ports[0].publishd`: is no key",
    ],
    [
      "services:\n  web:\n    image: a\n    init: perhaps",
      "compose.yaml:4: `services.web.init`: must be true or false",
    ],
    [
      "services:\n  web:\n    depends_on: [db]",
      'compose.yaml:3: `services.web.depends_on.db`: there is no service "db"',
    ],
    ["services:\n  web: {}", "compose.yaml:2: `services.web`: a service has an `image` or a `build`"],
    [
      'services:\n  web:\n    image: a\n    volumes: ["data:/data"]',
      'compose.yaml:4: `services.web.volumes[0]`: there is no volume "data" in `volumes`',
    ],
    [
      "services:\n  web:\n    image: a\n    networks: [back]",
      'compose.yaml:4: `services.web.networks.back`: there is no network "back"',
    ],
    [
      "services:\n  web:\n    image: a\n    secrets: [pw]",
      'compose.yaml:4: `services.web.secrets[0]`: there is no secret "pw"',
    ],
    [
      "services:\n  web:\n    image: a\n    network_mode: service:vpn",
      'compose.yaml:4: `services.web.network_mode`: there is no service "vpn"',
    ],
    [
      "services:\n  web:\n    image: a\n    networks: [default]\n    network_mode: host",
      "compose.yaml:5: `services.web.network_mode`: `networks` and `network_mode` exclude each other",
    ],
    ["services: {}\nsecrets:\n  pw:", "compose.yaml:3: `secrets.pw`: has nothing in it"],
    [
      "services:\n  web:\n    image: ${IMAGE:?which one}",
      "compose.yaml:3: the variable IMAGE is not set: which one",
    ],
    ["services:\n  web: *nothing", "compose.yaml:2: "],
    ["services: [", "compose.yaml:1: this is no YAML"],
    [
      "services:\n  a: { image: x }\n  a: { image: y }",
      "compose.yaml:3: this is no YAML: Map keys must be unique",
    ],
    ["- a", "compose.yaml:1: a Compose file is a mapping"],
  ])("%j", (text, message) => {
    expect(messageOf(() => read(text))).toContain(message);
  });

  test('and with `unsupported: "warn"` is a warning, if it is about a key that is not carried out', () => {
    const project = read(
      "services:\n  web:\n    image: a\n    provider: { type: x }\n    nonsense: 1\n    ports: [80]",
      {
        unsupported: "warn",
      },
    );
    expect(project.warnings).toEqual([
      expect.stringContaining("compose.yaml:4: `services.web.provider`: is left out: is not carried out"),
      expect.stringContaining("compose.yaml:5: `services.web.nonsense`: is left out"),
    ]);
    expect(project.model.services["web"]?.ports).toHaveLength(1);
  });
});

test("profiles choose services", () => {
  const text =
    "services: { web: { image: a }, debug: { image: b, profiles: [debug, all] }, db: { image: c, profiles: [db] } }";
  const names = (...profiles: string[]) => Object.keys(read(text, { profiles }).model.services);
  expect(names()).toEqual(["web"]);
  expect(names("debug")).toEqual(["web", "debug"]);
  expect(names("*")).toEqual(["web", "debug", "db"]);
  const needs = "services: { web: { image: a, depends_on: [db] }, db: { image: c, profiles: [db] } }";
  expect(messageOf(() => read(needs))).toContain('only in the profile "db"');
});

test("a variable that is not set is warned of with its first place", () => {
  expect(read('services:\n  web: { image: a, command: "$NONE $NONE" }').warnings).toEqual([
    "compose.yaml:2: the variable NONE is not set: nothing is put in for it",
  ]);
});

test.each([
  [{}, "name: media\n", "media"],
  [{ projectName: "given" }, "name: media\n", "given"],
  [{ variables: { N: "x" } }, "name: media-$N\n", "media-x"],
  [{ otherwise: "My App!" }, "", "myapp"],
])("a project is named by the call, its file or its resource: %j", (options, head, name) => {
  const project = read(
    `${head}services: { web: { image: a, labels: { p: "$COMPOSE_PROJECT_NAME" } } }`,
    options,
  );
  expect(project.name).toBe(name);
  expect(project.model.services["web"]?.labels).toEqual({ p: name });
});

test.each(["standalone", "swarm"] as const)("variables that look secret are secret: %s", (type) => {
  const environment =
    "{ DB_PASSWORD: p1, DB_URL: 'postgres://a:p2@db', DB_PASSWORD_FILE: /run/secrets/db, MODE: a }";
  const project = read(`services: { web: { image: a, environment: ${environment} } }`);
  const planned = planProject(project, { type });
  const { env } = planned.find(({ service }) => service === "web")?.args ?? {};
  expect(env).toEqual({
    DB_PASSWORD: new SecretText("p1"),
    DB_URL: new SecretText("postgres://a:p2@db"),
    DB_PASSWORD_FILE: "/run/secrets/db",
    MODE: "a",
  });
});
