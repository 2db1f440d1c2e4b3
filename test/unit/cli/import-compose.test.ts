import { describe, expect, it } from "@jest/globals";
import { programOf } from "../../../cli/import/compose";
import { findProject, strangers } from "../../../cli/import/running";
import { differencesIn } from "../../../cli/import/takeover";
import type { Planned } from "../../../compose";
import type { Connection } from "../../../provider/connection";
import { ProviderError } from "../../../provider/core/errors";

const container = (service: string, number: number): Planned => ({
  kind: "Container",
  key: `services.${service}.${number}`,
  suffix: `${service}-${number}`,
  args: { name: `media-${service}-${number}` },
  dependsOn: [],
  unmanagedLabels: [],
  service,
});
const running = (name: string, labels: Readonly<Record<string, string>>) => ({
  name,
  labels: Object.fromEntries(
    Object.entries(labels).map(([key, value]) => [`com.docker.compose.${key}`, value]),
  ),
});

describe("what the files do not have", () => {
  const reasonsFor = (...containers: ReturnType<typeof running>[]) =>
    strangers({ containers }, [container("web", 1), container("api", 1), container("api", 2)]).map(
      ({ name, reason }) => `${name}, ${reason}`,
    );

  it.each([
    ["media-web-1", { service: "web", oneoff: "False" }, undefined],
    ["media-web-2", { service: "web" }, 'whose service "web" has one container in the files'],
    ["media-api-3", { service: "api" }, 'whose service "api" has 2 containers in the files'],
    [
      "media-old-1",
      { service: "old" },
      'whose service "old" is not in the files, or only in a profile that is not active',
    ],
    ["media-web-run-1f", { service: "web", oneoff: "True" }, "which `docker compose run` has started"],
  ])("of %s with %j", (name, labels, reason) => {
    expect(reasonsFor(running(name, labels))).toEqual(
      reason === undefined ? [] : [expect.stringContaining(`container ${name}, ${reason}`)],
    );
  });
});

describe("the environment of a project", () => {
  /** Environments by number, each with the projects of its containers; a text is why its engine does not answer. */
  const finding = (
    environments: Readonly<Record<number, readonly string[] | string>>,
    asked: string[] = [],
  ) =>
    findProject(
      {
        client: {
          endpoints: {
            list: async () =>
              Object.keys(environments).map((id) => ({ Id: Number(id), Name: `host-${id}`, Type: 1 })),
          },
          docker: (id: number) => ({
            containers: {
              list: async () => {
                const projects = environments[id] ?? [];
                if (typeof projects === "string") throw new ProviderError(projects);
                return projects.map((project) => ({
                  Names: [`/${project}-web-1`],
                  Labels: { "com.docker.compose.project": project },
                }));
              },
            },
          }),
        },
      } as unknown as Connection,
      asked,
      "media",
    );

  it("is the one that has its containers", async () => {
    const { endpoint, containers } = await finding({ 1: ["blog"], 2: ["media", "shop"], 3: "it is off" });
    expect(endpoint.Id).toBe(2);
    expect(containers.map(({ name }) => name)).toEqual(["media-web-1"]);
  });

  it.each([
    [
      { 1: ["shop", "blog", "blog"], 2: [], 3: "it is off" },
      /environment 1 \(host-1\) has blog, shop; environment 2 \(host-2\) has none; environment 3 \(host-3\) does not answer: it is off/,
    ],
    [
      { 1: ["media"], 2: ["media"] },
      /runs on environment 1 \(host-1\) and environment 2 \(host-2\): choose one by --endpoint/,
    ],
    [{}, /There is no Docker environment\. Name the project/],
  ])("is said to be missing or unclear: %j", async (environments, message) => {
    await expect(finding(environments)).rejects.toThrow(message);
  });

  it("may be named", async () => {
    expect((await finding({ 1: ["media"], 2: ["media"] }, ["host-2"])).endpoint.Id).toBe(2);
  });
});

describe("what differs", () => {
  it.each([
    ["image", "a:1", "a:2", ['image ("a:1", in the files "a:2")']],
    ["memory", undefined, "64m", ['memory (unset, in the files "64m")']],
    ["env", { MODE: "a", PASSWORD: "hunter2" }, { MODE: "a", PASSWORD: "hunter3" }, ["env.PASSWORD"]],
    ["env", { MODE: "a" }, { MODE: "a", TZ: "UTC" }, ["env.TZ"]],
    ["command", ["sleep", "1"], ["sleep", "2"], ["command"]],
    [
      "labels",
      { "com.docker.compose.config-hash": "1", team: "a" },
      { "com.docker.compose.config-hash": "2", team: "b" },
      ["labels.team"],
    ],
  ])("in %s is named without a secret", (key, actual, desired, differences) => {
    expect(differencesIn(key, actual, desired)).toEqual(differences);
  });
});

it("writes a program that reads secrets from stack config", () => {
  const declared = { files: "compose.yaml", projectName: undefined, endpointId: 1, fileMode: "bind" };
  expect(
    programOf("my-media", declared, [{ config: "my-media-DB_PASSWORD", value: "hunter2" }]),
  ).toBe(`import * as pulumi from "@pulumi/pulumi";
import * as portainer from "pulumi-portainer";

const config = new pulumi.Config();

export const myMedia = new portainer.ComposeProject("my-media", {
  files: "compose.yaml",
  endpointId: 1,
  fileMode: "bind",
  environment: { DB_PASSWORD: config.requireSecret("my-media-DB_PASSWORD") },
});
`);
});
