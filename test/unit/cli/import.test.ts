import { describe, expect, it } from "@jest/globals";
import { program } from "../../../cli/import/program";
import { fileEntry, type ImportableOfType, importFile, named } from "../../../cli/import/resources";

const ID = "3f2ac1".padEnd(64, "0");

/** What is on an environment, of which only this is said. */
const environment = (all: {
  containers?: object[];
  volumes?: object[];
  networks?: object[];
}): ImportableOfType[] => {
  const objects = <Common extends object>(
    list: { name?: string; containerId?: string }[] = [],
    common: Common,
  ) =>
    list.map((inputs) => {
      const { containerId, ...rest } = { endpointId: 1, containerId: ID, ...common, ...inputs };
      return { id: `1/${rest.name}`, inputs: rest, outputs: { ...rest, containerId } };
    });
  return [
    [
      "Network",
      objects(all.networks, { driver: "bridge", internal: false, attachable: false, enableIPv6: false }),
    ],
    ["Volume", objects(all.volumes, { driver: "local" })],
    ["Container", objects(all.containers, { image: "nginx:1.27", desiredState: "running", name: "web" })],
  ];
};

const programOf = (all: Parameters<typeof environment>[0]) => program(named(environment(all)));
const textOf = (...containers: object[]) => programOf({ containers }).text;

describe("the program that the command `import` writes", () => {
  it("says what does not go without saying", () => {
    expect(
      textOf({ command: ["nginx", "-g", "daemon off;"], labels: { "a.b": "1" } }),
    ).toBe(`import * as portainer from "pulumi-portainer";

export const web = new portainer.Container("web", {
  endpointId: 1,
  image: "nginx:1.27",
  command: ["nginx", "-g", "daemon off;"],
  labels: { "a.b": "1" },
});
`);
  });

  it("names its constants by words that JavaScript takes, each once", () => {
    const text = textOf(
      { name: "my-web.1" },
      { name: "my.web-1" },
      { name: "class" },
      { name: "1st" },
      { name: "pulumi" },
    );
    expect([...text.matchAll(/export const (\w+) /g)].map(([, name]) => name)).toEqual([
      "myWeb1",
      "myWeb1Container",
      "classContainer",
      "container1st",
      "pulumiContainer",
    ]);
  });

  it("tells containers of one name on two environments apart", () => {
    const text = textOf({}, { endpointId: 2 });
    expect(text).toContain('new portainer.Container("web", {\n  endpointId: 1,\n  image');
    expect(text).toContain('new portainer.Container("web-2", {\n  endpointId: 2,\n  name: "web",');
  });

  it("takes what looks secret from stack config", () => {
    const env = { MODE: "x", API_KEY: "k", DB_PASSWORD: "p", DB_PASSWORD_FILE: "/f", EMPTY_TOKEN: "" };
    const { text, secrets } = programOf({ containers: [{ env }] });
    expect(secrets).toEqual([
      { config: "web-API_KEY", value: "k" },
      { config: "web-DB_PASSWORD", value: "p" },
    ]);
    expect(text).toContain('DB_PASSWORD: config.requireSecret("web-DB_PASSWORD")');
    expect(text).toContain('DB_PASSWORD_FILE: "/f"');
    expect(text).toContain('import * as pulumi from "@pulumi/pulumi";');
  });

  it("takes from stack config what has a password in it", () => {
    const { text, secrets } = programOf({
      containers: [{ env: { DATABASE: "postgres://shop:p4ss@db/shop", SITE: "https://example.com:8443/a" } }],
      volumes: [{ name: "nas", driverOpts: { type: "cifs", o: "username=nas,password=p4ss" } }],
    });
    expect(secrets.map(({ config }) => config)).toEqual(["nas-o", "web-DATABASE"]);
    expect(text).not.toContain("p4ss");
    expect(text).toContain('o: config.requireSecret("nas-o")');
  });

  it("declares volumes and networks, and refers to them in every form of a mount", () => {
    const { text } = programOf({
      containers: [
        {
          networks: ["shop", { network: "back", aliases: ["api"] }, "elsewhere"],
          volumes: [
            "data:/data",
            "data:/rw:rw",
            "data:/ro:ro",
            "data:/copied:ro,z",
            "/srv/data:/bind",
            "elsewhere:/elsewhere",
            { type: "volume", source: "data", target: "/mounted" },
            { type: "bind", source: "/data", target: "/data" },
            { target: "/nameless" },
          ],
        },
      ],
      volumes: [{ name: "data", labels: { tier: "db" } }],
      networks: [{ name: "shop", internal: true }, { name: "back" }],
    });
    expect(text).toBe(`import * as pulumi from "@pulumi/pulumi";
import * as portainer from "pulumi-portainer";

export const shop = new portainer.Network("shop", {
  endpointId: 1,
  internal: true,
});

export const back = new portainer.Network("back", {
  endpointId: 1,
});

export const data = new portainer.Volume("data", {
  endpointId: 1,
  labels: { tier: "db" },
});

export const web = new portainer.Container("web", {
  endpointId: 1,
  image: "nginx:1.27",
  networks: [shop, { network: back, aliases: ["api"] }, "elsewhere"],
  volumes: [
    { source: data, target: "/data" },
    { source: data, target: "/rw" },
    { source: data, target: "/ro", readOnly: true },
    pulumi.interpolate\`\${data.name}:/copied:ro,z\`,
    "/srv/data:/bind",
    "elsewhere:/elsewhere",
    { type: "volume", source: data, target: "/mounted" },
    { type: "bind", source: "/data", target: "/data" },
    { target: "/nameless" },
  ],
});
`);
  });

  it("declares whose namespaces a container shares before it, and refers to it", () => {
    const db = "d8".padEnd(64, "0");
    const text = textOf(
      {
        name: "a",
        networkMode: `container:${db}`,
        pidMode: `container:${db}`,
        ipcMode: "container:elsewhere",
        volumesFrom: ["db:ro", "db", db, "other"],
        links: ["db:database"],
      },
      { name: "db", containerId: db },
    );
    expect(text.indexOf("const db")).toBeLessThan(text.indexOf("const a"));
    expect(text).toContain(`  networkMode: db,
  pidMode: db,
  ipcMode: "container:elsewhere",
  volumesFrom: [pulumi.interpolate\`\${db.name}:ro\`, db.name, db.containerId, "other"],
  links: [pulumi.interpolate\`\${db.name}:database\`],
`);
  });

  it("breaks a circle of references, and refers to nothing on another environment", () => {
    const text = textOf({ name: "a", volumesFrom: ["b"] }, { name: "b", volumesFrom: ["a"] });
    expect(text).toContain('volumesFrom: ["a"]');
    expect(text).toContain("volumesFrom: [b.name]");
    const two = program(
      named([
        ...environment({ containers: [{ networks: ["shop"] }] }),
        ...environment({ networks: [{ endpointId: 2, name: "shop" }] }),
      ]),
    );
    expect(two.text).toContain('networks: ["shop"]');
  });

  it("names a container and its network apart", () => {
    const { text } = programOf({ containers: [{ networks: ["web"] }], networks: [{ name: "web" }] });
    expect(text).toContain('export const webNetwork = new portainer.Network("web", {');
    expect(text).toContain("networks: [webNetwork]");
  });

  it("writes any text so that it stays that text", () => {
    const hostile = 'a"; process.exit(); //`\n\u2028';
    const text = textOf({ name: hostile, command: [hostile] });
    expect(text.split("\n")[2]).toBe(
      `export const aProcessExit = new portainer.Container(${JSON.stringify(hostile)}, {`,
    );
    expect(text).toContain(`command: [${JSON.stringify(hostile)}]`);
  });
});

describe("the import file", () => {
  it("has each resource with the class that carries it out", () => {
    const { resources } = JSON.parse(
      importFile(
        named(
          environment({ containers: [{}], volumes: [{ name: "nas", driverOpts: { o: "password=p" } }] }),
        ).map((resource) => fileEntry(resource)),
      ),
    ) as { resources: object[] };
    const __provider = (type: string) => `exports.handler=()=>require("pulumi-portainer/provider").${type};`;
    const secret = { "4dabf18193072939515e22adb298388d": expect.any(String), plaintext: '"password=p"' };
    expect(resources).toEqual([
      {
        type: "pulumi-nodejs:dynamic/portainer:Volume",
        name: "nas",
        id: "1/nas",
        inputs: expect.objectContaining({ __provider: __provider("Volume"), driverOpts: { o: secret } }),
        outputs: expect.objectContaining({ driverOpts: { o: secret } }),
      },
      {
        type: "pulumi-nodejs:dynamic/portainer:Container",
        name: "web",
        id: "1/web",
        inputs: expect.objectContaining({ __provider: __provider("Container"), image: "nginx:1.27" }),
        outputs: expect.objectContaining({ __provider: __provider("Container"), containerId: ID }),
      },
    ]);
  });
});
