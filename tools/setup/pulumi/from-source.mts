import { chmod, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { type GoProgram, openWorkshop } from "../go/workshop.mts";
import { CLI_BUILT_FROM_SOURCE } from "./versions.mts";

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
  goMod: join(import.meta.dirname, "language-host.go.mod"),
  variables,
};

/** Builds the CLI and what it needs for Node programs, and returns the folder of the programs. */
export async function buildPulumi(folder: string): Promise<string> {
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
