import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { parseDocument } from "yaml";

const ROOT = join(__dirname, "..", "..", "..");

type Properties = Readonly<Record<string, Type>>;
interface Type {
  readonly type?: string;
  readonly $ref?: string;
  readonly items?: Type;
  readonly additionalProperties?: Type;
  readonly oneOf?: readonly Type[];
}
interface Schema {
  readonly provider: { readonly inputProperties: Properties };
  readonly resources: Readonly<
    Record<
      string,
      { readonly description: string; readonly inputProperties: Properties; readonly properties: Properties }
    >
  >;
  readonly functions: Readonly<
    Record<
      string,
      {
        readonly description: string;
        readonly inputs: { readonly properties: Properties };
        readonly outputs: { readonly properties: Properties };
      }
    >
  >;
  readonly types: Readonly<Record<string, { readonly properties?: Properties }>>;
}
const schema = require("../../../plugin/schema.json") as Schema;

/** What the tool makes of programs in TypeScript, with the schema of this package. */
function converted(sources: readonly string[]): Record<string, string>[] {
  const url = (...path: string[]) => JSON.stringify(pathToFileURL(join(ROOT, ...path)).href);
  const script = `
    import { readFileSync } from "node:fs";
    import { convertedExample } from ${url("tools", "schema", "examples.mts")};
    const { sources, schema } = JSON.parse(readFileSync(0, "utf8"));
    console.log(JSON.stringify(sources.map((source) => Object.fromEntries(convertedExample(source, schema)))));`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    input: JSON.stringify({ sources, schema }),
    encoding: "utf8",
    maxBuffer: 1 << 24,
  });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, string>[];
}

interface Row {
  readonly about: string;
  readonly source: string;
  readonly yaml: string;
  /** Without its imports. */
  readonly python: string;
}

const rows: Row[] = [
  {
    about: "names as Pulumi's generator for Python spells them",
    source: 'new portainer.Network("n", { enableIPv6: true });',
    yaml: `resources:
  n:
    type: portainer:Network
    properties:
      enableIPv6: true
`,
    python: `portainer.Network("n", enable_i_pv6=True)
`,
  },
  {
    about: "literals, lists, objects, and a map whose keys stay as they are",
    source: `new portainer.Container("web", {
      image: "nginx", init: true, cpus: 1.5, oomScoreAdj: -5, command: ["a", "b"],
      ports: [{ containerPort: 80, hostPort: 8_080 }], env: { logLevel: "debug" },
    });`,
    yaml: `resources:
  web:
    type: portainer:Container
    properties:
      image: nginx
      init: true
      cpus: 1.5
      oomScoreAdj: -5
      command:
        - a
        - b
      ports:
        - containerPort: 80
          hostPort: 8080
      env:
        logLevel: debug
`,
    python: `portainer.Container(
    "web",
    image="nginx",
    init=True,
    cpus=1.5,
    oom_score_adj=-5,
    command=["a", "b"],
    ports=[{"container_port": 80, "host_port": 8080}],
    env={"logLevel": "debug"},
)
`,
  },
  {
    about: "a resource as an id, an output, an export, and a name of its own",
    source: `const team = new portainer.Team("ops");
const web = new portainer.Container("web", { image: "nginx", access: { teams: [team] } });
export const webId = web.containerId;`,
    yaml: `resources:
  team:
    type: portainer:Team
    name: ops
  web:
    type: portainer:Container
    properties:
      image: nginx
      access:
        teams:
          - \${team.id}
outputs:
  webId: \${web.containerId}
`,
    python: `team = portainer.Team("ops")
web = portainer.Container("web", image="nginx", access={"teams": [team.id]})
pulumi.export("webId", web.container_id)
`,
  },
  {
    about: "config, secret where it is asked for as a secret or where the property is one",
    source: `const config = new pulumi.Config();
new portainer.Registry("a", { type: "custom", url: config.require("registry"), password });
new portainer.User("b", { password: config.requireSecret("bPassword") });
new portainer.User("c", { password: new pulumi.Config().requireSecret("cPassword") });`,
    yaml: `config:
  registry:
    type: string
  password:
    type: string
    secret: true
  bPassword:
    type: string
    secret: true
  cPassword:
    type: string
    secret: true
resources:
  a:
    type: portainer:Registry
    properties:
      type: custom
      url: \${registry}
      password: \${password}
  b:
    type: portainer:User
    properties:
      password: \${bPassword}
  c:
    type: portainer:User
    properties:
      password: \${cPassword}
`,
    python: `config = pulumi.Config()
password = config.require_secret("password")
portainer.Registry(
    "a",
    type="custom",
    url=config.require("registry"),
    password=password,
)
portainer.User("b", password=config.require_secret("bPassword"))
portainer.User("c", password=config.require_secret("cPassword"))
`,
  },
  {
    about: "a provider, and a resource in the arguments of another",
    source: `const owner = new portainer.Provider("owner", { apiKey: "k" });
new portainer.TeamMembership("m", { userId: 1, teamId: new portainer.Team("ops") }, { provider: owner });`,
    yaml: `resources:
  owner:
    type: pulumi:providers:portainer
    properties:
      apiKey: k
  ops:
    type: portainer:Team
  m:
    type: portainer:TeamMembership
    properties:
      userId: 1
      teamId: \${ops.id}
    options:
      provider: \${owner}
`,
    python: `owner = portainer.Provider("owner", api_key="k")
portainer.TeamMembership(
    "m",
    user_id=1,
    team_id=portainer.Team("ops").id,
    opts=pulumi.ResourceOptions(provider=owner),
)
`,
  },
  {
    about: "functions: their answer, a part of it, and as an output",
    source: `const { tagId } = await portainer.getTag({ name: "production" });
const local = await portainer.getEndpoint({ name: "local" });
const image = "nginx:1.27";
const imageDigest = portainer.getRemoteImage({ image }).digest;
new portainer.Endpoint("e", { url: "unix:///a", tagIds: [tagId] });
new portainer.Container("web", { endpointId: local.endpointId, image, imageDigest });`,
    yaml: `variables:
  tagId:
    fn::invoke:
      function: portainer:getTag
      arguments:
        name: production
      return: tagId
  local:
    fn::invoke:
      function: portainer:getEndpoint
      arguments:
        name: local
  imageDigest:
    fn::invoke:
      function: portainer:getRemoteImage
      arguments:
        image: nginx:1.27
      return: digest
resources:
  e:
    type: portainer:Endpoint
    properties:
      url: unix:///a
      tagIds:
        - \${tagId}
  web:
    type: portainer:Container
    properties:
      endpointId: \${local.endpointId}
      image: nginx:1.27
      imageDigest: \${imageDigest}
`,
    python: `tag_id = portainer.get_tag(name="production").tag_id
local = portainer.get_endpoint(name="local")
image = "nginx:1.27"
image_digest = portainer.get_remote_image_output(image=image).digest
portainer.Endpoint("e", url="unix:///a", tag_ids=[tag_id])
portainer.Container(
    "web",
    endpoint_id=local.endpoint_id,
    image=image,
    image_digest=image_digest,
)
`,
  },
  {
    about: "texts of several lines, with what each language would read as its own, and files",
    source: `const content = \`a: "\\\${TAG}"
b: '\\\\'
\`;
new portainer.Stack("shop", { content, env: { PAGE: 'say "hi"' } });
new portainer.SslSettings("ssl", { cert: fs.readFileSync("portainer.pem", "utf8") });`,
    yaml: `resources:
  shop:
    type: portainer:Stack
    properties:
      content: |
        a: "$\${TAG}"
        b: '\\'
      env:
        PAGE: say "hi"
  ssl:
    type: portainer:SslSettings
    properties:
      cert:
        fn::readFile: portainer.pem
`,
    python: `content = """a: "\${TAG}"
b: '\\\\'
"""
portainer.Stack("shop", content=content, env={"PAGE": 'say "hi"'})
portainer.SslSettings("ssl", cert=pathlib.Path("portainer.pem").read_text())
`,
  },
  {
    about: "texts made of outputs",
    source: `const ops = new portainer.Team("ops");
new portainer.Tag("t", { name: pulumi.interpolate\`\${ops.name}-tag\` });
new portainer.Tag("u", { name: \`of \${ops.name}\` });`,
    yaml: `resources:
  ops:
    type: portainer:Team
  t:
    type: portainer:Tag
    properties:
      name: \${ops.name}-tag
  u:
    type: portainer:Tag
    properties:
      name: of \${ops.name}
`,
    python: `ops = portainer.Team("ops")
portainer.Tag("t", name=pulumi.Output.concat(ops.name, "-tag"))
portainer.Tag("u", name=pulumi.Output.concat("of ", ops.name))
`,
  },
];

const refused: [string, string][] = [
  ["a component", 'new portainer.Bootstrap("office", { url: "http://a" });'],
  ["a property that the schema does not have", 'new portainer.Tag("t", { nam: "a" });'],
  [
    "a property of an object that the schema does not have",
    'new portainer.Container("c", { ports: [{ a: 1 }] });',
  ],
  ["an output that the schema does not have", 'const t = new portainer.Tag("t");\nexport const a = t.b;'],
  ["a result that the function does not have", "const { a } = await portainer.getStatus();"],
  ["a computed value", 'new portainer.Tag("t", { name: 1 + 1 });'],
  ["a function of its own", "const f = () => 1;"],
  ["a spread", 'new portainer.Tag("t", { ...args });'],
  ["a step into an output", 'const c = new portainer.Container("c");\nexport const a = c.assignedPorts[0];'],
  ["another option", 'new portainer.Tag("t", {}, { protect: true });'],
  ["an object where the schema has none", 'new portainer.Tag("t", { name: { a: 1 } });'],
];

const results = converted([...rows.map(({ source }) => source), ...refused.map(([, source]) => source)]);

test.each(rows.map((row, index) => [row.about, row, index] as const))("converts %s", (_, row, index) => {
  const { yaml, python = "" } = results[index] ?? {};

  expect(yaml).toBe(row.yaml);
  expect(python.replace(/^(?:import .*\n)+\n/, "")).toBe(row.python);
});

test.each(refused.map(([about], index) => [about, index] as const))("gives no example for %s", (_, index) => {
  expect(results[rows.length + index]).toEqual({});
});

test("gives no YAML where two things would have one name", () => {
  const [result = {}] = converted([
    'const password = new portainer.User("a", { password: config.require("password") });',
  ]);

  expect(Object.keys(result)).toEqual(["python"]);
});

/** The block of a description in a language. */
const exampleIn = (description: string, language: string): string | undefined =>
  new RegExp(
    `\\{\\{% example %\\}\\}.*^\`\`\`${language}\n(.*?)^\`\`\`$.*\\{\\{% /example %\\}\\}`,
    "ms",
  ).exec(description)?.[1];

const described = Object.entries({ ...schema.resources, ...schema.functions }).map(
  ([token, { description }]) => ({
    token,
    yaml: exampleIn(description, "yaml"),
    python: exampleIn(description, "python"),
  }),
);

test("every resource and every function has an example in YAML and in Python", () => {
  const lacking = described.filter(({ yaml, python }) => yaml === undefined || python === undefined);

  expect(lacking.map(({ token }) => token)).toEqual([]);
});

describe("examples in YAML", () => {
  test.each(described)("$token can be read, and has what the schema has", ({ yaml = "" }) => {
    const document = parseDocument(yaml);
    expect(document.errors).toEqual([]);

    expect(complaintsOf(document.toJS() as Template)).toEqual([]);
  });

  test("notices what the schema does not have", () => {
    const wrong = {
      resources: {
        a: { type: "portainer:Tag", properties: { nam: "a" } },
        b: { type: "portainer:Container", properties: { ports: [{ port: 1 }], env: { ANY: "b" } } },
        c: { type: "portainer:Tags", properties: { name: `\${d.id}` } },
      },
      outputs: { e: `\${a.tagIds}` },
    };

    expect(complaintsOf(wrong)).toEqual([
      "a.nam",
      "b.ports[].port",
      "portainer:Tags",
      `\${d.id}`,
      `\${a.tagIds}`,
    ]);
  });
});

interface Template {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly resources?: Readonly<Record<string, { readonly type: string; readonly properties?: object }>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** What a program names and the schema, or the program itself, does not have. */
function complaintsOf({ config = {}, variables = {}, resources = {}, outputs = {} }: Template): string[] {
  const inputs = Object.entries(resources).flatMap(([name, { type, properties = {} }]) => {
    const spec =
      type === "pulumi:providers:portainer"
        ? schema.provider
        : schema.resources[type.replace(":", ":index:")];
    return spec ? unknownIn(name, properties, spec.inputProperties) : [type];
  });
  const asked = [...JSON.stringify(variables).matchAll(/"function":"(.*?)"/g)].map(([, name = ""]) => name);
  const unknownFunctions = asked.filter((name) => !(name.replace(":", ":index:") in schema.functions));
  const text = JSON.stringify([variables, resources, outputs]);
  const references = [...text.matchAll(/(?<!\$)\$\{([\w-]+)(?:\.(\w+))?\}/g)].filter(
    ([, name = "", property]) => {
      const resource = resources[name];
      if (!resource) return !(name in config || name in variables);
      const found = schema.resources[resource.type.replace(":", ":index:")]?.properties ?? {};
      return property !== undefined && property !== "id" && !(property in found);
    },
  );
  return [...inputs, ...unknownFunctions, ...references.map(([reference]) => reference)];
}

function unknownIn(path: string, value: object, properties: Properties): string[] {
  return Object.entries(value).flatMap(([key, inner]) => {
    const spec = properties[key];
    return spec ? unknownInValue(`${path}.${key}`, inner, spec) : [`${path}.${key}`];
  });
}

function unknownInValue(path: string, value: unknown, spec: Type): string[] {
  const members = spec.oneOf ?? [spec];
  if (Array.isArray(value)) {
    const items = members.find(({ type }) => type === "array")?.items ?? {};
    return value.flatMap((item) => unknownInValue(`${path}[]`, item, items));
  }
  if (typeof value !== "object" || value === null || "fn::readFile" in value) return [];
  if (members.some(({ additionalProperties }) => additionalProperties)) return [];
  const found = members.map(({ $ref = "" }) => schema.types[$ref.replace("#/types/", "")]?.properties ?? {});
  return unknownIn(path, value, Object.assign({}, ...found) as Properties);
}

const hasPython = spawnSync("python3", ["--version"]).status === 0;

/** Where there is no Python, the table above compares texts. */
(hasPython ? test : test.skip)("examples in Python are Python", () => {
  const script = `
import ast, json, sys
for example in json.load(sys.stdin):
    try:
        ast.parse(example["python"])
    except SyntaxError as error:
        print(example["token"], error)`;
  const check = (examples: readonly object[]) =>
    spawnSync("python3", ["-c", script], { input: JSON.stringify(examples), encoding: "utf8" });

  expect(check([{ token: "wrong", python: "a = = 1" }]).stdout).toMatch(/^wrong invalid syntax/);
  expect(check(described)).toMatchObject({ stdout: "", stderr: "", status: 0 });
});
