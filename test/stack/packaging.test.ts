import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type RunningServer, startServer } from "../../server";
import { PASSWORD } from "../support/host";
import { yamlOrSkip, yamlProgram } from "../support/languages";
import { must, openStack } from "../support/stack";

const REPOSITORY = resolve(__dirname, "../..");
const execute = promisify(execFile);
const tool = (...args: string[]) =>
  execute(process.execPath, [join(REPOSITORY, "tools", "run.mjs"), ...args], { cwd: REPOSITORY });

yamlOrSkip()("the plugin as users install it", () => {
  let server: RunningServer;
  let folder: string;

  beforeAll(async () => {
    server = await startServer({ admin: { password: PASSWORD } });
    folder = await mkdtemp(join(tmpdir(), "packaging-"));
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const pulumi = (...args: string[]) =>
    execute(join(process.env["TEST_PULUMI"] ?? "", "pulumi"), args, {
      maxBuffer: 16 * 1024 ** 2,
      env: { ...process.env, PULUMI_HOME: join(folder, "home"), PULUMI_SKIP_UPDATE_CHECK: "true" },
    });

  const open = async (path: readonly string[]) =>
    await openStack(await yamlProgram("resources: { production: { type: portainer:Tag } }\n"), {
      path,
      env: { PULUMI_HOME: join(folder, "home") },
      config: { "portainer:url": server.url },
      secrets: { "portainer:apiKey": server.apiKey ?? "" },
    });

  it("is on PATH after `npm install --global`, and its program is a package for `pulumi package`", async () => {
    const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    const packed = await execute(
      "npm",
      ["pack", "--json", "--ignore-scripts", "--pack-destination", folder],
      {
        cwd: REPOSITORY,
      },
    );
    const [{ filename } = { filename: "" }] = JSON.parse(packed.stdout) as { filename: string }[];
    await execute("npm", ["install", "--global", "--prefix", folder, join(folder, filename), ...quiet]);

    await using stack = await open([join(folder, "bin")]);
    must(await stack.up());
    const { stdout } = await pulumi(
      "package",
      "get-schema",
      join(folder, "bin", "pulumi-resource-portainer"),
    );
    expect(stdout).toContain('"portainer:index:Container"');
    must(await stack.destroy());
  });

  it("is in an archive for `pulumi plugin install`, without anything on PATH but Node", async () => {
    await tool("archive", join(folder, "archives"));
    const archives = await readdir(join(folder, "archives"));
    expect(archives).toHaveLength(4);
    const archive = archives.find((name) => name.endsWith("linux-amd64.tar.gz")) ?? "";
    const [, version = ""] = /-v(.+)-linux/.exec(archive) ?? [];

    await using stack = await open([]);
    const file = join(folder, "archives", archive);
    await pulumi("plugin", "install", "resource", "portainer", version, "--file", file);
    must(await stack.up());
    must(await stack.destroy());
  });

  it("has SDKs for Python and Go", async () => {
    const { TEST_PULUMI = "", TEST_SDK_GENERATORS = "", PATH = "" } = process.env;
    await execute(process.execPath, [join(REPOSITORY, "tools/run.mjs"), "sdks", join(folder, "sdks")], {
      cwd: REPOSITORY,
      env: { ...process.env, PATH: [TEST_PULUMI, TEST_SDK_GENERATORS, PATH].join(delimiter) },
    });
    expect((await readdir(join(folder, "sdks"))).sort()).toEqual(["go", "python"]);
    expect(await readdir(join(folder, "sdks", "go", "portainer"))).toContain("container.go");
    expect(await readdir(join(folder, "sdks", "python", "pulumi_portainer"))).toContain("container.py");
  });
});
