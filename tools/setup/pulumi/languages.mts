// What programs in other languages than Node's need beside the CLI. The quick start needs none of it.

import { chmod, copyFile, mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isExecutable, run, which } from "../../machine/command.mts";
import { cacheFolder } from "../../machine/folders.mts";
import { messageOf, SetUpError, say, step } from "../../machine/progress.mts";
import { canInstallPackages, installPackages } from "../debian.mts";
import { type GoProgram, openWorkshop } from "../go.mts";
import { ensureOnce } from "../once.mts";

/** Programs that belong together in one folder, where the CLI finds them on PATH. */
interface Host {
  readonly title: string;
  /** Of its folder in the cache. */
  readonly name: string;
  readonly programs: readonly [string, ...string[]];
  /** Puts the programs into the folder `bin`. */
  build(workshop: string, bin: string): Promise<void>;
}

/** The folder of the programs: the machine's, that of an earlier run, or built from source now. */
async function ensureHost({ title, name, programs, build }: Host): Promise<string> {
  const own = join(cacheFolder, name);
  const find = async (): Promise<string | undefined> => {
    const onPath = await which(programs[0]);
    for (const folder of [onPath && dirname(onPath), own])
      if (folder && (await holdsAll(folder, programs))) return folder;
    return undefined;
  };
  const make = async (workshop: string): Promise<string> => {
    say(`  ${title}: built from Go modules, that takes minutes and 2 GB of disk, once; 50 MB stay.`);
    const bin = join(workshop, "bin");
    try {
      await mkdir(bin, { recursive: true });
      await build(workshop, bin);
    } catch (cause) {
      const remedy = `put ${programs.join(" and ")} on PATH`;
      throw new SetUpError(`${title} could not be built: ${remedy}.\n${messageOf(cause)}`, { cause });
    }
    return bin;
  };
  return await ensureOnce({ title, name, folder: own, find, make });
}

async function holdsAll(folder: string, programs: readonly string[]): Promise<boolean> {
  for (const program of programs) if (!(await isExecutable(join(folder, program)))) return false;
  return true;
}

const YAML: GoProgram = {
  main: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
  goMod: join(import.meta.dirname, "yaml-host.go.mod"),
  variables: {},
};

/** The folder of Pulumi's language host for YAML. */
export const ensureYaml = (): Promise<string> =>
  ensureHost({
    title: "Pulumi for YAML",
    name: "pulumi-yaml",
    programs: ["pulumi-language-yaml"],
    async build(workshop, bin) {
      await (await openWorkshop(workshop)).build(YAML, join(bin, "pulumi-language-yaml"));
    },
  });

const SDK = "github.com/pulumi/pulumi/sdk/v3";
const PYTHON: GoProgram = {
  main: `${SDK}/python/cmd/pulumi-language-python`,
  goMod: join(import.meta.dirname, "sdk-hosts.go.mod"),
  variables: {},
};
const RUNNER = "pulumi-language-python-exec";

const ensurePythonHost = (): Promise<string> =>
  ensureHost({
    title: "Pulumi for Python",
    name: "pulumi-python",
    programs: ["pulumi-language-python", RUNNER],
    async build(folder, bin) {
      const workshop = await openWorkshop(folder);
      await workshop.build(PYTHON, join(bin, "pulumi-language-python"));
      // What runs a program is a Python script, and the module that the host was just built of carries it.
      const sdk = await workshop.folderOf(PYTHON, SDK);
      await copyFile(join(sdk, "python", "cmd", RUNNER), join(bin, RUNNER));
      await chmod(join(bin, RUNNER), 0o755);
    },
  });

const requirements = join(import.meta.dirname, "requirements.txt");
const environment = join(cacheFolder, "python");

/**
 * The folders for PATH with which Pulumi runs Python programs: the Python of a virtual environment with Pulumi's SDK,
 * and the language host. Hosts built from source only know an environment that is active, not the one of `Pulumi.yaml`.
 */
export async function ensurePython(): Promise<readonly string[]> {
  const host = await ensurePythonHost();
  const venv = await ensureOnce({
    title: "Python with Pulumi's SDK",
    name: "python",
    folder: environment,
    find: async () =>
      (await hasRequirements(join(environment, "bin", "python3"))) ? environment : undefined,
    make: makeEnvironment,
  });
  return [join(venv, "bin"), host];
}

async function hasRequirements(python: string): Promise<boolean> {
  const check = ["-m", "pip", "install", "--quiet", "--no-index", "--dry-run", "-r", requirements];
  return (await isExecutable(python)) && succeeds(python, check);
}

const succeeds = (command: string, args: readonly string[]): Promise<boolean> =>
  run(command, args).then(
    () => true,
    () => false,
  );

/** Nothing in it names the folder, as long as programs are run as `python3 -m`: so it can be moved. */
async function makeEnvironment(workshop: string): Promise<string> {
  const python = await ensurePython3();
  return await step("Python with Pulumi's SDK", async (onLine) => {
    try {
      await rm(environment, { recursive: true, force: true }); // One with other requirements.
      await run(python, ["-m", "venv", "--clear", workshop], { onLine });
      const own = join(workshop, "bin", "python3");
      await run(own, ["-m", "pip", "install", "--disable-pip-version-check", "-r", requirements], { onLine });
      return workshop;
    } catch (cause) {
      throw new SetUpError(`Pulumi's SDK for Python could not be installed.\n${messageOf(cause)}`, { cause });
    }
  });
}

/** A Python 3 that can make virtual environments: the machine's, else Debian's, installed. */
async function ensurePython3(): Promise<string> {
  const found = await findPython3();
  if (found) return found;
  if (!(await canInstallPackages()))
    throw new SetUpError("No Python 3 with its module venv is installed: install them.");
  await installPackages(["python3-venv"], "Python");
  const installed = await findPython3();
  if (!installed) throw new SetUpError("Debian's package python3-venv has left no Python.");
  return installed;
}

async function findPython3(): Promise<string | undefined> {
  for (const python of [await which("python3"), "/usr/bin/python3"])
    if (python && (await succeeds(python, ["-c", "import ensurepip, venv"]))) return python;
  return undefined;
}

const generatorSources = join(import.meta.dirname, "sdk-generator");
const GENERATOR: GoProgram = {
  main: ".",
  goMod: join(generatorSources, "go.mod"),
  source: join(generatorSources, "main.go"),
  variables: {},
};
const [GENERATES_PYTHON, GENERATES_GO] = ["pulumi-language-python", "pulumi-language-go"] as const;

/**
 * The folder of language hosts that generate SDKs. Pulumi's own ones do; those that can be built here are too old, so
 * in their place stands a program that calls the same generators.
 */
export const ensureSdkGenerators = (): Promise<string> =>
  ensureHost({
    title: "Pulumi's generators of SDKs",
    name: "pulumi-sdk-generators",
    programs: [GENERATES_GO, GENERATES_PYTHON],
    async build(workshop, bin) {
      await (await openWorkshop(workshop)).build(GENERATOR, join(bin, GENERATES_GO));
      await copyFile(join(bin, GENERATES_GO), join(bin, GENERATES_PYTHON));
    },
  });
