import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  APPLICATIONS,
  applicationFolder,
  dockerCompose,
  type Fields,
  fieldsOf,
  inspectProject,
} from "../support/compose-project";
import { engineApi, namesLike, volumesLike } from "../support/engine-api";
import { freePort } from "../support/free-port";
import { importCommand } from "../support/import-command";
import { testImage } from "../support/needs";
import { openSite, type Site } from "../support/site";
import { composeStackOrSkip, must } from "../support/stack";

/** What differs from one run to the next, whoever makes the object. */
const FROM_RUN_TO_RUN = [
  /^(?:Id|ID|Created|CreatedAt|State\..*|.*Path|GraphDriver\..*|RestartCount|ExecIDs|Containers|Containers\..*)$/,
  /^NetworkSettings\.(?:Sandbox.*|EndpointID|Gateway|Bridge|IPAddress|MacAddress|.*IPv6.*|Ports\..*)$/,
  /^NetworkSettings\.Networks\.[^.]+\.(?:NetworkID|EndpointID|Gateway|IPAddress|IPPrefixLen|MacAddress|DNSNames)$/,
  /^HostConfig\.PortBindings\..*HostPort$/,
  /^Config\.Hostname$/,
  /^IPAM\.Config/,
  /^Mounts\.\/anonymous\.(?:Name|Source)$/,
  /^Labels\.com\.docker\.compose\.version$/,
];

/** The differences, each with its place in docs/guides/compose.md, which gives the reason. */
const DIFFERENCES: readonly (readonly [RegExp, string])[] = [
  [/Labels\.io\.pulumi\.portainer\./, "io.pulumi.portainer."],
  [/Labels\.com\.docker\.compose\.(?:config-hash|image|version)$/, "config-hash"],
  [/^Config\.Attach(?:Stdout|Stderr)$/, "AttachStdout"],
  [/^NetworkSettings\.Networks\..+\.Links$/, "`Links`"],
  [/^HostConfig\.NetworkMode$|^HostConfig\.IpcMode$|^HostConfig\.VolumesFrom$/, "container's id"],
];

const guide = readFileSync(join(__dirname, "..", "..", "docs", "guides", "compose.md"), "utf8");

composeStackOrSkip()("Compose files of well-known applications, and of what the specification shows", () => {
  let site: Site;
  let folder: Awaited<ReturnType<typeof applicationFolder>>;
  const seen = new Set<string>();

  beforeAll(async () => {
    folder = await applicationFolder();
    site = await openSite("");
    await engineApi("POST", "/networks/create", { Name: `${site.prefix}proxy` });
  });

  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  /** One after the other: an engine has few subnets for networks. */
  describe.each(APPLICATIONS)("%s", (application) => {
    let theirs: Record<string, unknown>;
    let ours: Record<string, unknown>;
    let services: string[];
    let takeover: string;

    beforeAll(async () => {
      const project = `${site.prefix}${application}`;
      const file = join(folder.path, `${application}.yaml`);
      const variables = {
        IMAGE: testImage,
        DB_PASSWORD: "secret-in-tests",
        PORT_1: String(await freePort()),
        PORT_2: String(await freePort()),
        PROXY: `${site.prefix}proxy`,
        SOCKET: "/dev/null",
        SUBNET: `10.${100 + Math.floor(Math.random() * 100)}.${Math.floor(Math.random() * 250)}.0`,
      };
      const compose = (...args: string[]) => dockerCompose(project, file, variables, ...args);
      try {
        await compose("up", "--detach", "--quiet-pull");
        theirs = await inspectProject(project);
        const envFile = join(folder.path, `${application}.variables`);
        await writeFile(
          envFile,
          Object.entries(variables)
            .map((pair) => `${pair.join("=")}\n`)
            .join(""),
        );
        const named = ["--compose", file, "--project", project, "--env-file", envFile];
        takeover = (await importCommand(site.stack, site.server).run(named)).stderr;
      } finally {
        await compose("down", "--volumes", "--timeout", "0");
      }
      await site.write(`new portainer.ComposeProject("${application}", {
        files: ${JSON.stringify(file)},
        projectName: ${JSON.stringify(project)},
        environment: { ...${JSON.stringify(variables)}, DB_PASSWORD: pulumi.secret("secret-in-tests") },
      });`);
      must(await site.stack.up());
      ours = await inspectProject(project);
      const list = await compose("ps", "--all", "--format", "{{.Service}}");
      services = list.trim().split("\n");
    });

    it("makes the same objects as Docker Compose, which knows its services", () => {
      expect(Object.keys(ours)).toEqual(Object.keys(theirs));
      const containers = Object.keys(theirs).filter((name) => name.startsWith("containers/"));
      expect(services).toHaveLength(containers.length);
    });

    it("makes each of them the same, field by field", () => {
      const different = Object.entries(theirs).flatMap(([name, object]) =>
        differences(fieldsOf(object), fieldsOf(ours[name])).flatMap(([field, their, our]) => {
          const known = DIFFERENCES.find(([pattern]) => pattern.test(field));
          if (known) seen.add(known[1]);
          return known ? [] : [{ name: name.replace(site.prefix, ""), field, theirs: their, ours: our }];
        }),
      );
      expect(different).toEqual([]);
    });

    it("takes over what Docker Compose has made, and finds no difference", () => {
      expect(takeover).toBe("");
    });

    it("changes nothing and asks nothing at the second preview", async () => {
      const requests = await site.requestsOf(async () => {
        expect(Object.keys(must(await site.stack.preview()).changes)).toEqual(["same"]);
      });
      expect(requests).toEqual([]);
    });

    it("differs in nothing when it is read again", async () => {
      const { changes } = must(await site.stack.preview({ args: ["--refresh"] }));
      expect(Object.keys(changes)).toEqual(["same"]);
    });
  });

  it("leave nothing behind", async () => {
    must(await site.stack.destroy());
    expect(await namesLike(site.prefix)).toEqual([]);
    expect(await volumesLike(site.prefix)).toEqual([]);
  });

  it.each(DIFFERENCES.map(([, words]) => words))("differ in %s, which the guide tells", (words) => {
    expect([...seen]).toContain(words);
    expect(guide).toContain(words);
  });
});

/** The fields that differ, but for those that differ from run to run. Unset and empty are the same. */
function differences(theirs: Fields, ours: Fields): [field: string, theirs: unknown, ours: unknown][] {
  const fields = new Set([...theirs.keys(), ...ours.keys()]);
  return [...fields]
    .filter((field) => !FROM_RUN_TO_RUN.some((pattern) => pattern.test(field)))
    .map((field): [string, unknown, unknown] => [field, theirs.get(field), ours.get(field)])
    .filter(([, left, right]) => JSON.stringify(plain(left)) !== JSON.stringify(plain(right)));
}

const plain = (value: unknown): unknown =>
  [undefined, null, "", false, 0].includes(value as never) ||
  JSON.stringify(value) === "{}" ||
  JSON.stringify(value) === "[]"
    ? null
    : value;
