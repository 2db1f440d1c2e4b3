import { describe, expect, it } from "@jest/globals";
import { program } from "../../../cli/import/program";
import { importFile, named } from "../../../cli/import/resources";
import type { ImportableContainer } from "../../../provider/container";

const container = (inputs: object): ImportableContainer => {
  const all = { endpointId: 1, image: "nginx:1.27", desiredState: "running", name: "web", ...inputs };
  return { id: `1/${all.name}`, inputs: all, outputs: { ...all, containerId: "3f2ac1" } } as never;
};

const textOf = (...all: object[]) => program(named(all.map(container))).text;

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
      "myWeb12",
      "class2",
      "container1st",
      "pulumi2",
    ]);
  });

  it("tells containers of one name on two environments apart", () => {
    const text = textOf({}, { endpointId: 2 });
    expect(text).toContain('new portainer.Container("web", {\n  endpointId: 1,\n  image');
    expect(text).toContain('new portainer.Container("web-2", {\n  endpointId: 2,\n  name: "web",');
  });

  it("takes what looks secret from stack config", () => {
    const env = { MODE: "x", API_KEY: "k", DB_PASSWORD: "p", DB_PASSWORD_FILE: "/f", EMPTY_TOKEN: "" };
    const { text, secrets } = program(named([container({ env })]));
    expect(secrets).toEqual([
      { config: "web-API_KEY", value: "k" },
      { config: "web-DB_PASSWORD", value: "p" },
    ]);
    expect(text).toContain('DB_PASSWORD: config.requireSecret("web-DB_PASSWORD")');
    expect(text).toContain('DB_PASSWORD_FILE: "/f"');
    expect(text).toContain('import * as pulumi from "@pulumi/pulumi";');
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
    const { resources } = JSON.parse(importFile(named([container({})]))) as { resources: object[] };
    const __provider = 'exports.handler=()=>require("pulumi-portainer/provider").Container;';
    expect(resources).toEqual([
      {
        type: "pulumi-nodejs:dynamic/portainer:Container",
        name: "web",
        id: "1/web",
        inputs: expect.objectContaining({ __provider, image: "nginx:1.27" }),
        outputs: expect.objectContaining({ __provider, containerId: "3f2ac1" }),
      },
    ]);
  });
});
