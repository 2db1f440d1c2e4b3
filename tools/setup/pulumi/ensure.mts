import { chmod, copyFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { isExecutable, run, which } from "../../machine/command.mts";
import { cacheFolder } from "../../machine/folders.mts";
import { messageOf, SetUpError, say, step } from "../../machine/progress.mts";
import { type GoProgram, openWorkshop } from "../go.mts";
import { ensureOnce } from "../once.mts";

/** The newest release of the CLI that the Go module proxy serves; see the two `.go.mod` files beside this one. */
const CLI_BUILT_FROM_SOURCE = "3.259.0";

/** What the CLI needs beside itself to run Node programs with dynamic providers. */
const PROGRAMS = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"] as const;

/** Where a CLI of our own goes when it is complete. */
const ownPulumi = join(cacheFolder, "pulumi", "bin");

/** The folder of a CLI that is ready to use, or `undefined`. */
export async function findPulumi(): Promise<string | undefined> {
  const onPath = await which("pulumi");
  const folders = [onPath && dirname(onPath), ownPulumi];
  for (const folder of folders) {
    if (folder && (await isComplete(folder))) return folder;
  }
  return undefined;
}

async function isComplete(folder: string): Promise<boolean> {
  for (const program of PROGRAMS) {
    if (!(await isExecutable(join(folder, program)))) return false;
  }
  return answersVersion(join(folder, "pulumi"));
}

async function answersVersion(pulumi: string): Promise<boolean> {
  try {
    return (
      (await run(pulumi, ["version"], { env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "1" } })) !== ""
    );
  } catch {
    return false;
  }
}

const SDK = "github.com/pulumi/pulumi/sdk/v3";
const LAUNCHER = "pulumi-resource-pulumi-nodejs";
const variables = { [`${SDK}/go/common/version.Version`]: `v${CLI_BUILT_FROM_SOURCE}` };

const CLI: GoProgram = {
  main: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  goMod: join(import.meta.dirname, "cli.go.mod"),
  variables,
};
const LANGUAGE_HOST: GoProgram = {
  main: `${SDK}/nodejs/cmd/pulumi-language-nodejs`,
  goMod: join(import.meta.dirname, "sdk-hosts.go.mod"),
  variables,
};

/** Builds the CLI and what it needs for Node programs, and returns the folder of the programs. */
async function buildPulumi(folder: string): Promise<string> {
  const workshop = await openWorkshop(folder);
  const bin = join(folder, "bin");
  await workshop.build(CLI, join(bin, "pulumi"));
  await workshop.build(LANGUAGE_HOST, join(bin, "pulumi-language-nodejs"));
  // What starts a dynamic provider is a shell script, and the module that the CLI was just built with carries it.
  const sdk = await workshop.folderOf(CLI, SDK);
  await copyFile(join(sdk, "nodejs", "dist", LAUNCHER), join(bin, LAUNCHER));
  await chmod(join(bin, LAUNCHER), 0o755);
  return bin;
}

/** Pulumi's own installer, for the version of the SDK in package.json. Returns the folder of the programs. */
function downloadPulumi(folder: string): Promise<string> {
  return step("Downloading the Pulumi CLI", async () => {
    await rm(folder, { recursive: true, force: true });
    await PulumiCommand.install({ root: folder, skipVersionCheck: true });
    return join(folder, "bin");
  });
}

/** The folder with the CLI and its Node language host: on PATH, in the cache, downloaded, or built from source. */
export const ensurePulumi = (): Promise<string> =>
  ensureOnce({
    title: "Pulumi CLI",
    name: "pulumi",
    folder: ownPulumi,
    find: findPulumi,
    make: downloadOrBuild,
  });

async function downloadOrBuild(workshop: string): Promise<string> {
  try {
    return await downloadPulumi(join(workshop, "download"));
  } catch (refusal) {
    say(`  It cannot be downloaded here (${messageOf(refusal)}).`);
    say("  So it is built from its Go modules: that takes minutes and 4 GB of disk, once; 200 MB stay.");
  }
  try {
    return await buildPulumi(join(workshop, "build"));
  } catch (cause) {
    throw new SetUpError(
      `The Pulumi CLI could neither be downloaded nor built: install it and put it on PATH.\n${messageOf(cause)}`,
      { cause },
    );
  }
}
