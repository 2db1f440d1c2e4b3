import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { run } from "../machine/command.mts";
import { clone } from "../machine/folders.mts";
import { IMAGE } from "../setup/image.mts";

/** The plugin's program, in the clone. */
export const PLUGIN = join("dist", "plugin", "bin.js");

export const COUNT = 100;

/** What Pulumi does at once by default on two cores, for both sides of the comparison. */
export const PARALLEL = 8;

export const specification = { image: IMAGE, command: ["sleep", "1000"], stopSignal: "SIGKILL" };

export function nameOf(index: number): string {
  return `bench-${index}`;
}

/** A program that declares so many containers. */
export function containersProgram(count: number, more: object = {}): string {
  return `
    const portainer = require("pulumi-portainer");
    for (let index = 0; index < ${count}; index += 1) {
      new portainer.Container("bench-" + index, { endpointId: 1, ...${JSON.stringify({ ...specification, ...more })} });
    }
  `;
}

/** The same containers through the plugin, by a class such as a generated SDK has. */
export function pluginProgram(count: number, more: object = {}): string {
  return `
    const pulumi = require("@pulumi/pulumi");
    for (let index = 0; index < ${count}; index += 1) {
      const name = "bench-plugin-" + index;
      new pulumi.CustomResource("portainer:index:Container", name, { endpointId: 1, ...${JSON.stringify({ ...specification, ...more })} });
    }
  `;
}

/** A program that declares as many resources whose provider does nothing: what Pulumi itself costs. */
export function idleProgram(count: number): string {
  return `
    const pulumi = require("@pulumi/pulumi");
    const provider = { create: (inputs) => Promise.resolve({ id: "1", outs: inputs }) };
    for (let index = 0; index < ${count}; index += 1) {
      new pulumi.dynamic.Resource(provider, "idle-" + index, { endpointId: 1, ...${JSON.stringify(specification)} });
    }
  `;
}

export interface Program extends AsyncDisposable {
  run(args: readonly string[]): Promise<string>;
}

/**
 * A Pulumi program in a temporary folder, with state of its own.
 *
 * @param pulumi the folder of the CLI.
 * @param source plain JavaScript: nothing has to be compiled.
 * @param server the environment that leads to a Portainer server.
 */
export async function openProgram(
  pulumi: string,
  source: string,
  server: Record<string, string>,
): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-portainer-bench-"));
  await mkdir(join(folder, "backend"));
  await mkdir(join(folder, "node_modules"));
  await symlink(clone, join(folder, "node_modules", "pulumi-portainer"));
  await symlink(join(clone, "node_modules", "@pulumi"), join(folder, "node_modules", "@pulumi"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "bench", main: "index.js" }));
  await writeFile(
    join(folder, "Pulumi.yaml"),
    "name: bench\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
  );
  await writeFile(join(folder, "index.js"), source);

  const launcher = join(folder, "bin", "pulumi-resource-portainer");
  await mkdir(join(folder, "bin"));
  await writeFile(launcher, `#!/bin/sh\nexec node "${join(clone, PLUGIN)}" "$@"\n`, { mode: 0o755 });
  const { PATH = "" } = process.env;
  const env = {
    ...process.env,
    ...server,
    PATH: [join(folder, "bin"), join(clone, "node_modules", ".bin"), pulumi, PATH].join(delimiter),
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: "bench",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  const runPulumi = (args: readonly string[]) =>
    run("pulumi", [...args, "--non-interactive"], { cwd: folder, env });
  await runPulumi(["stack", "init", "bench"]);
  return {
    run: (args) => runPulumi([...args, "--parallel", String(PARALLEL)]),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
