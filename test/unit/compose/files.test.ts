import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { readProject } from "../../../compose";
import { folderWith, messageOf } from "./kit";

const load = (files: Record<string, string>, names = ["compose.yaml"], options: object = {}) => {
  using folder = folderWith(files);
  const project = readProject({
    files: names.map((name) => join(folder.path, name)),
    otherwise: "shop",
    ...options,
  });
  return { ...project, path: folder.path, services: project.model.services };
};

describe("several files", () => {
  const base = `services:
  web:
    image: nginx
    command: [a, b]
    environment: [A=1, B=2]
    ports: ["8080:80"]
    volumes: ["data:/data", "/etc/a:/etc/a"]
    labels: { one: "1" }
    depends_on: [db]
    dns: 10.0.0.1
    healthcheck: { test: [CMD, old], retries: 2 }
    logging: { driver: json-file, options: { max-size: 1m } }
  db: { image: postgres, networks: [default] }
volumes: { data: , other: }
`;
  const merged = (override: string) =>
    load({ "compose.yaml": base, "two.yaml": override }, ["compose.yaml", "two.yaml"]).services;
  const webOf = (lines: string) => merged(`services: { web: { ${lines} } }`)["web"];

  test.each([
    ["image: other", { image: "other" }],
    ["command: [c]", { command: ["c"] }],
    ["environment: { B: 3, C: 4 }", { environment: { A: "1", B: "3", C: "4" } }],
    ["labels: [two=2]", { labels: { one: "1", two: "2" } }],
    ["dns: [10.0.0.2]", { dns: ["10.0.0.1", "10.0.0.2"] }],
    ["healthcheck: { test: [CMD, new] }", { healthcheck: { test: ["CMD", "new"], retries: 2 } }],
    ["logging: { driver: none }", { logging: { driver: "none" } }],
    [
      "logging: { options: { max-file: 3 } }",
      { logging: { driver: "json-file", options: { "max-size": "1m", "max-file": "3" } } },
    ],
    [
      "depends_on: { db: { condition: service_healthy } }",
      { depends_on: { db: { condition: "service_healthy", required: true, restart: false } } },
    ],
    ["environment: !reset null", { environment: {} }],
    ["environment: !override { Z: 1 }", { environment: { Z: "1" } }],
    ["ports: !reset []", { ports: [] }],
    ["image:", { image: "nginx" }],
  ])("merge by the specification: %s", (lines, expected) => {
    expect(webOf(lines)).toMatchObject(expected);
    for (const [key, value] of Object.entries(expected))
      expect(webOf(lines)?.[key as "image"]).toEqual(value);
  });

  test("keep one mount for each target, and all ports", () => {
    expect(
      webOf('volumes: ["other:/data", "/etc/b:/etc/b"]')?.volumes.map(
        ({ source, target }) => `${source}:${target}`,
      ),
    ).toEqual(["other:/data", "/etc/a:/etc/a", "/etc/b:/etc/b"]);
    expect(webOf('ports: ["8080:80", "9090:90"]')?.ports.map(({ target }) => target)).toEqual([80, 90]);
  });
});

describe("extends", () => {
  test("takes a service of the same file, or of another with its own folder", () => {
    const { services, path } = load({
      "compose.yaml": `services:
  web:
    extends: { file: common/base.yaml, service: base }
    environment: { B: 2 }
  api: { extends: web, image: api }
`,
      "common/base.yaml": `services:
  grand: { image: nginx, volumes: ["./conf:/conf"] }
  base: { extends: grand, environment: { A: 1, B: 1 }, env_file: base.env }
`,
      "common/base.env": "FILE=base\n",
    });
    expect(services["web"]).toMatchObject({ image: "nginx", environment: { A: "1", B: "2", FILE: "base" } });
    expect(services["web"]?.volumes[0]?.source).toBe(join(path, "common/conf"));
    expect(services["api"]).toMatchObject({ image: "api", environment: { A: "1" } });
  });

  test.each([
    [{ "compose.yaml": "services:\n  a: { extends: b }\n  b: { extends: a }" }, "a extends b extends a"],
    [
      { "compose.yaml": "services:\n  a: { extends: none }" },
      'compose.yaml:2: `services.a.extends`: there is no service "none" in compose.yaml',
    ],
    [
      { "compose.yaml": "services:\n  a: { extends: { file: none.yaml, service: b } }" },
      "compose.yaml:2: there is no file ",
    ],
    [
      {
        "compose.yaml": "services:\n  a: { extends: { file: two.yaml, service: b } }",
        "two.yaml": "services:\n  b: { extends: { file: compose.yaml, service: a } }",
      },
      "includes or extends itself",
    ],
  ])("refuses what leads nowhere: %j", (files, message) => {
    expect(messageOf(() => load(files as unknown as Record<string, string>))).toContain(message);
  });
});

describe("include", () => {
  test("takes projects with their own folders and variables", () => {
    const { services, model, path } = load({
      "compose.yaml":
        'include: [one/compose.yaml, { path: two/compose.yaml, env_file: two.env, project_directory: . }]\nservices: { web: { image: "a:$TAG", depends_on: [one] } }',
      ".env": "TAG=main\n",
      "one/compose.yaml":
        'services: { one: { image: "b:$TAG-$OWN", volumes: ["./data:/data"] } }\nnetworks: { shared: }',
      "one/.env": "OWN=one\nTAG=ignored\n",
      "two/compose.yaml": 'services: { two: { image: "c:$X", volumes: ["./data:/data"] } }',
      "two.env": "X=2\n",
    });
    expect(Object.fromEntries(Object.entries(services).map(([name, { image }]) => [name, image]))).toEqual({
      web: "a:main",
      one: "b:main-one",
      two: "c:2",
    });
    expect(services["one"]?.volumes[0]?.source).toBe(join(path, "one/data"));
    expect(services["two"]?.volumes[0]?.source).toBe(join(path, "data"));
    expect(Object.keys(model.networks)).toEqual(["shared"]);
  });

  test.each([
    [{ "compose.yaml": "include: [compose.yaml]" }, "includes or extends itself"],
    [{ "compose.yaml": "include:\n  - none.yaml" }, "compose.yaml:2: there is no file"],
    [
      {
        "compose.yaml": "include: [a.yaml, b.yaml]",
        "a.yaml": "services: { x: { image: a } }",
        "b.yaml": "services: { x: { image: b } }",
      },
      "`services.x`: is in a.yaml:1 too",
    ],
  ])("refuses what cannot be: %j", (files, message) => {
    expect(messageOf(() => load(files as unknown as Record<string, string>))).toContain(message);
  });
});

describe("files of variables", () => {
  const files = {
    "compose.yaml": 'services: { web: { image: "a:$TAG-$KIND-$NODE" } }',
    ".env": "TAG=of-env\nKIND=of-env\nNODE=of-env\n",
    "one.env": "TAG=one\nKIND=one\n",
    "two.env": "KIND=two-$TAG\nNODE=two\n",
  };
  const imageWith = (names: readonly string[] | undefined) => {
    using folder = folderWith(files);
    const { model } = readProject({
      files: [join(folder.path, "compose.yaml")],
      envFiles: names?.map((name) => join(folder.path, name)),
      variables: { NODE: "given" },
      otherwise: "shop",
    });
    return model.services["web"]?.image;
  };

  test.each([
    [undefined, "a:of-env-of-env-given"],
    [["one.env", "two.env"], "a:one-two-one-given"],
    [["two.env", "one.env"], "a:one-one-given"],
  ])(
    "%j: the later ones win, and given values over all; `.env` counts where none is named",
    (names, image) => {
      expect(imageWith(names)).toBe(image);
    },
  );

  test("are refused where they are not there", () => {
    expect(messageOf(() => imageWith(["none.env"]))).toMatch(/^there is no file .*none\.env$/);
  });
});

test("env files: later ones and `environment` win, names alone are looked up, one that is not required may be missing", () => {
  const { services } = load(
    {
      "compose.yaml": `services:
  web:
    image: a
    env_file: [one.env, { path: two.env, format: raw }, { path: none.env, required: false }]
    environment: [C=own, GIVEN, NONE]
`,
      "one.env": "A=1\nB=${TAG:-x}\nC=1\n",
      "two.env": 'A="2"\n',
    },
    ["compose.yaml"],
    { variables: { TAG: "v1", GIVEN: "yes" } },
  );
  expect(services["web"]?.environment).toEqual({ A: '"2"', B: "v1", C: "own", GIVEN: "yes" });
});
