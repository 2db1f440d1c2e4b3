import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { interruption, run } from "../machine/command.mts";
import { clone, quickstartFolder } from "../machine/folders.mts";
import { isRunning } from "../machine/process.mts";
import { SetUpError, say, step } from "../machine/progress.mts";
import type { Engine } from "../setup/engine/find.mts";
import { IMAGE } from "../setup/image.mts";
import type { Server, Settings } from "./parts.mts";

interface EnvironmentParts {
  bin: string;
  backend: string;
  engine: Engine;
  settings: Settings;
}

/** What the CLI needs to find this stack, this package's Node and this engine, and nothing of the user's own Pulumi. */
function environmentOf({ bin, backend, engine, settings }: EnvironmentParts): Record<string, string> {
  const { PATH = "" } = process.env;
  return {
    PATH: [join(clone, "node_modules", ".bin"), bin, PATH].join(delimiter),
    PULUMI_HOME: join(quickstartFolder, "pulumi-home"),
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: settings.passphraseFile,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    DOCKER_HOST: engine.url,
  };
}

/** The same for a person's shell: `. file`, then `pulumi` and `docker` as usual. */
async function writeEnvironmentFile(environment: Record<string, string>): Promise<string> {
  const file = join(quickstartFolder, "env");
  const lines = Object.entries(environment).map(
    ([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
  );
  await writeFile(file, `${lines.join("\n")}\n`);
  return file;
}

interface Project {
  folder: string;
  stack: string;
  /** Folder of the state. */
  backend: string;
  environment: Record<string, string>;
}

/** What is read of `pulumi stack export`. */
interface Export {
  deployment: { pending_operations?: unknown[] };
}

/** The CLI on one stack. */
function pulumiIn({ folder, stack, backend, environment }: Project) {
  const options = { cwd: folder, env: { ...process.env, ...environment } };
  const withStack = ([command, ...rest]: readonly string[]) => [
    command ?? "",
    "--stack",
    stack,
    "--non-interactive",
    ...rest,
  ];

  const runQuietly = (args: readonly string[], input?: string) =>
    run("pulumi", withStack(args), { ...options, ...(input !== undefined && { input }) });

  /** Prints what the CLI prints, except the dots with which it passes the time. */
  const show = async (args: readonly string[]) => {
    try {
      const print = (line: string) => line.trim() && !line.startsWith("@") && say(`  ${line}`);
      return await run("pulumi", withStack(args), { ...options, onLine: print });
    } catch (cause) {
      throw new SetUpError(`pulumi ${args[0]} failed for the reasons above.`, { cause });
    }
  };

  const hasPendingOperations = async () => {
    const { deployment } = JSON.parse(await runQuietly(["stack", "export"])) as Export;
    return (deployment.pending_operations ?? []).length > 0;
  };

  /** An update that was killed leaves its lock, and perhaps a process that still works under it; each leaves operations half done. */
  const recover = async () => {
    const lock = await readLock(backend);
    if (!lock && !(await hasPendingOperations())) return;
    await step("Recovering from an interrupted update", async () => {
      while (lock && (await isRunning(lock.pid, "pulumi")))
        await sleep(500, undefined, { signal: interruption });
      if (await readLock(backend)) await runQuietly(["cancel", "--yes"]);
      await runQuietly(["refresh", "--yes", "--skip-preview", "--clear-pending-creates"]);
    });
  };

  return { run: runQuietly, show, recover };
}

async function readLock(backend: string): Promise<{ pid: number } | undefined> {
  const folder = join(backend, ".pulumi", "locks");
  if (!existsSync(folder)) return undefined;
  const files = await readdir(folder, { recursive: true });
  const lock = files.find((file) => file.endsWith(".json"));
  return lock === undefined
    ? undefined
    : (JSON.parse(await readFile(join(folder, lock), "utf8")) as { pid: number });
}

export const example = join(clone, "examples", "bootstrap");
export const stackName = "quickstart";
const backend = join(quickstartFolder, "pulumi");

interface Parts {
  /** The folder of the CLI. */
  pulumi: string;
  engine: Engine;
  server: Server;
  settings: Settings;
}

/** The stack of the example program, configured for these parts, in a state folder of its own. */
export async function bootstrapStack({ pulumi: bin, engine, server, settings }: Parts) {
  await mkdir(backend, { recursive: true, mode: 0o700 });
  const environment = environmentOf({ bin, backend, engine, settings });
  const environmentFile = await writeEnvironmentFile(environment);
  const pulumi = pulumiIn({ folder: example, stack: stackName, backend, environment });

  const configure = () =>
    step("Pulumi stack", async () => {
      await pulumi.run(["stack", "select", "--create"]);
      const plain = {
        "portainer:url": server.url,
        "bootstrap:engine": engine.url,
        "bootstrap:image": IMAGE,
        "bootstrap:hostPort": String(settings.containerPort),
      };
      const pairs = Object.entries(plain).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
      await pulumi.run(["config", "set-all", ...pairs]);
      const password = await readFile(settings.adminPasswordFile, "utf8");
      await pulumi.run(["config", "set", "--secret", "bootstrap:password"], password);
    });

  const up = async () => {
    await configure();
    await pulumi.recover();
    say("\n$ pulumi up");
    const output = await pulumi.show(["up", "--yes", "--skip-preview"]);
    return { changed: /^\s+[+~-]+ ?\d+ (created|updated|replaced|deleted)/m.test(output) };
  };

  /** Without `--refresh` Pulumi compares the program with its own state only, and does not see what others changed. */
  const repair = async () => {
    say("\n$ pulumi up --refresh   (the container does not answer: something else has changed it)");
    await pulumi.show(["up", "--refresh", "--yes", "--skip-preview"]);
  };

  /** The proof that nothing is left to do; fails if Pulumi finds a change. */
  const upWithoutChange = async () => {
    say("\n$ pulumi up --expect-no-changes");
    await pulumi.show(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
  };

  const destroy = async () => {
    await configure();
    await pulumi.recover();
    say("\n$ pulumi destroy");
    await pulumi.show(["destroy", "--yes", "--skip-preview", "--remove"]);
  };

  return { environmentFile, up, repair, upWithoutChange, destroy };
}
