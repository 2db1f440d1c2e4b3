import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { apiOf } from "../support/api";
import { dockerCompose, inspectProject } from "../support/compose-project";
import { engineApi } from "../support/engine-api";
import { freePort } from "../support/free-port";
import { type ImportCommand, importCommand } from "../support/import-command";
import { testImage } from "../support/needs";
import { openSite, programEnvironment, type Site } from "../support/site";
import { composeStackOrSkip, must, openStack, program } from "../support/stack";

const SECRET = "hunter2-of-the-database";
const TOKEN = "token-of-an-env-file";

/** A database, a page that waits for it, a job that shares the database's network, a built image, and all of their settings. */
const composeFile = (mode: string) => `
services:
  db:
    image: \${IMAGE}
    command: [sleep, "1000"]
    stop_signal: SIGKILL
    env_file: db.env
    environment: { DB_PASSWORD: "\${DB_PASSWORD}", DB_URL: "postgres://app:\${DB_PASSWORD}@db/app" }
    volumes: ["data:/var/lib/db", "./conf:/conf:ro"]
    healthcheck: { test: [CMD, "true"], interval: 1s, retries: 5 }
    networks: { back: { aliases: [database] } }
    restart: unless-stopped
  web:
    build: ./app
    image: \${PREFIX}app
    command: [sleep, "1000"]
    stop_signal: SIGKILL
    environment: { MODE: ${mode} }
    labels: { team: ops }
    ports: ["127.0.0.1:\${PORT}:80"]
    networks: [back, default]
    depends_on: { db: { condition: service_healthy, restart: true } }
    secrets: [token]
    mem_limit: 64m
  worker:
    image: \${IMAGE}
    command: [sleep, "1000"]
    stop_signal: SIGKILL
    depends_on: [db]
  exporter:
    image: \${IMAGE}
    command: [sleep, "1000"]
    stop_signal: SIGKILL
    network_mode: service:db
  cron:
    image: \${IMAGE}
    command: ["true"]
    profiles: [jobs]
secrets:
  token: { file: token.txt }
volumes: { data: { labels: { tier: db } } }
networks: { back: { driver_opts: { com.docker.network.driver.mtu: "1400" } } }
`;

const taking = composeStackOrSkip();

taking("a project that Docker Compose has started", () => {
  let site: Site;
  let folder: string;
  let command: ImportCommand;
  let project: string;
  let variables: Record<string, string>;
  /** Where Docker Compose was started. */
  const file = (name: string) => join(folder, "srv", name);
  /** The same files elsewhere, where Pulumi runs. */
  const checkout = (name: string) => join(folder, "checkout", name);
  const compose = (...args: string[]) => dockerCompose(project, file("compose.yaml"), variables, ...args);
  const take = (...args: string[]) =>
    command.run(["--compose", checkout("compose.yaml"), "--env-file", checkout("prod.env"), ...args]);
  /** What may not change: the id of each object, and when it was started. */
  const alive = async (): Promise<Record<string, unknown>> =>
    Object.fromEntries(
      Object.entries(await inspectProject(project)).map(([name, object]) => [
        name,
        [object["Id"] ?? object["CreatedAt"], (object["State"] as { StartedAt?: string })?.StartedAt],
      ]),
    );

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "takeover-"));
    site = await openSite("");
    project = `${site.prefix}media`;
    command = importCommand(site.stack, site.server);
    variables = {
      IMAGE: testImage,
      PREFIX: site.prefix,
      DB_PASSWORD: SECRET,
      PORT: String(await freePort()),
    };
    await mkdir(file("app"), { recursive: true });
    await mkdir(file("conf"));
    await Promise.all([
      writeFile(file("app/Dockerfile"), `FROM ${testImage}\n`),
      writeFile(file("compose.yaml"), composeFile("production")),
      writeFile(
        file("old.yaml"),
        `services: { old: { image: "${testImage}", command: [sleep, "1000"], stop_signal: SIGKILL } }`,
      ),
      writeFile(
        file("changed.yaml"),
        "services: { web: { environment: { MODE: staging }, mem_limit: 32m } }",
      ),
      writeFile(file("db.env"), `TZ=Europe/Rome\nEMPTY=\nAPI_TOKEN=${TOKEN}\n`),
      writeFile(file("token.txt"), "token-of-the-page"),
      writeFile(
        file("prod.env"),
        Object.entries(variables)
          .map((pair) => `${pair.join("=")}\n`)
          .join(""),
      ),
    ]);
    await cp(file("."), checkout("."), { recursive: true });
    const [repo, tag] = [`${site.prefix}app`, "latest"];
    await engineApi("POST", `/images/${testImage}/tag?repo=${repo}&tag=${tag}`);
    await compose(
      "-f",
      file("old.yaml"),
      "up",
      "--detach",
      "--quiet-pull",
      "--scale",
      "worker=2",
      "db",
      "web",
      "worker",
      "old",
      "exporter",
    );
  });

  afterAll(async () => {
    await compose("down", "--volumes", "--remove-orphans", "--timeout", "0");
    await site[Symbol.asyncDispose]();
    await engineApi("DELETE", `/images/${site.prefix}app`);
    await rm(folder, { recursive: true, force: true });
  });

  describe("and that is not as the files say", () => {
    let said: string;

    beforeAll(async () => {
      await compose("stop", "exporter");
      const before = await alive();
      const changed = ["--compose", checkout("changed.yaml"), "--profile", "jobs", "--project", project];
      said = (await take(...changed)).stderr;
      expect(await alive()).toEqual(before);
    });

    it.each([
      [
        "a container of a service that is not in the files",
        /^Left out: container \S+-old-1, whose service "old" is not in the files/m,
      ],
      [
        "a replica that the files do not have",
        /^Left out: container \S+-worker-2, whose service "worker" has one container in the files/m,
      ],
      [
        "a container that is stopped",
        /^Differs: container \S+-exporter-1: desiredState \("stopped", in the files "running"\)\.$/m,
      ],
      ["a service that does not run", /^Not there: container \S+-cron-1: `pulumi up` makes it\.$/m],
      [
        "files that Docker Compose was not started with",
        /^Docker Compose was started with compose.yaml, old.yaml, and you name compose.yaml, changed.yaml/m,
      ],
      [
        "what differs, and what an up would do",
        /^Differs: container \S+-web-1: env\.MODE, memory \("?64m"?, in the files "?32m"?\)\. At `pulumi up` the container is recreated by a roll-out, because of: env\.$/m,
      ],
    ])("names %s", (_what, line) => {
      expect(said).toMatch(line);
    });

    it("names nothing else", () => {
      expect(said.trim().split("\n")).toHaveLength(6);
    });
  });

  describe("and that is not found", () => {
    it("is refused as a stack that Portainer deploys itself", async () => {
      const name = `${site.prefix}portal`;
      const api = apiOf(() => site.server);
      const stack = await api("POST", "/stacks/create/standalone/string?endpointId=1", {
        name,
        stackFileContent: `services: { web: { image: "${testImage}", command: [sleep, "1000"], stop_signal: SIGKILL } }`,
      });
      const refusal = `"${name}" is a stack of Portainer (id ${stack.Id}), which deploys its containers itself`;
      await expect(take("--project", name)).rejects.toMatchObject({
        stderr: expect.stringContaining(refusal),
      });
      await api("DELETE", `/stacks/${stack.Id}?endpointId=1`);
    });

    it.each([
      [
        "another name",
        () => ["--project", "other"],
        /no container of a Compose project "other"\. environment 1 \(.+\) has .*-media.*\nNothing was written\./,
      ],
      ["a file that is no Compose file", () => ["--compose", checkout("prod.env")], /prod\.env:1/],
      [
        "a file that is not there",
        () => ["--compose", checkout("none.yaml")],
        /there is no file .*none\.yaml/,
      ],
      ["a class of objects", () => ["--kind", "Team"], /--kind and --compose exclude each other/],
    ])("is refused with %s", async (_what, args, message) => {
      await expect(take("--project", project, ...args())).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(message),
      });
    });
  });

  describe("and that is as the files say", () => {
    let before: Record<string, unknown>;

    beforeAll(async () => {
      await compose("up", "--detach", "--quiet-pull", "--remove-orphans");
      before = await alive();
    });

    it("is taken over: the first preview shows no change, and nothing is recreated or restarted", async () => {
      let stderr = "";
      const requests = await site.requestsOf(async () => {
        ({ stderr } = await take("--project", project));
      });
      expect(stderr).toBe("");
      expect(requests.filter((request) => !request.startsWith("GET"))).toEqual([]);
      const written = await command.written();
      expect(written).toContain(`engineFolder: "${file("")}`.replace(/\/$/, ""));
      expect(written).not.toContain(SECRET);
      await site.stack.setConfig({}, { [`${project}-DB_PASSWORD`]: SECRET });
      await command.take();

      const silent = await site.requestsOf(async () => {
        expect(Object.keys(must(await site.stack.preview()).changes)).toEqual(["same"]);
      });
      expect(silent).toEqual([]);
      expect(Object.keys(must(await site.stack.up()).changes)).toEqual(["same"]);
      must(await site.stack.refresh({ args: ["--expect-no-changes"] }));
      expect(await alive()).toEqual(before);
      const state = await site.stack.stateFile();
      for (const secret of [SECRET, TOKEN]) expect(state).not.toContain(secret);
    });

    it("is adopted by another program, whose up changes nothing either", async () => {
      const imported = await readFile(join(site.stack.program.folder, "imported.js"), "utf8");
      const adopting = await program('require("./imported");');
      await writeFile(
        join(adopting.folder, "imported.js"),
        imported.replace("endpointId: 1,", 'endpointId: 1, adopt: "matching",'),
      );
      await using other = await openStack(adopting, { env: programEnvironment(site.prefix, site.server) });
      await other.setConfig({}, { [`${project}-DB_PASSWORD`]: SECRET });
      must(await other.up());
      must(await other.refresh({ args: ["--expect-no-changes"] }));
      expect(await alive()).toEqual(before);
    });

    it("rolls out the one service that changes", async () => {
      await writeFile(checkout("compose.yaml"), composeFile("staging"));
      must(await site.stack.up());
      const after = await alive();
      const web = `containers/${project}-web-1`;
      expect(after[web]).not.toEqual(before[web]);
      expect({ ...after, [web]: before[web] }).toEqual(before);
      const list = await compose("ps", "--format", "{{.Service}}");
      expect(list.trim().split("\n").sort()).toEqual(["db", "exporter", "web", "worker"]);
    });
  });
});
