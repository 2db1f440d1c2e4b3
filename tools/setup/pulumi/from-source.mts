import { chmod, copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../machine/command.mts";
import { step } from "../../machine/progress.mts";
import { ensureGo } from "./go.mts";
import { CLI_BUILT_FROM_SOURCE } from "./versions.mts";

const CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const LANGUAGE_HOST = "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs";
const SDK = "github.com/pulumi/pulumi/sdk/v3";
const VERSION = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/** Builds the CLI and what it needs for Node programs into `folder/bin`. Downloads and compiled packages stay in Go's own caches. */
export async function buildPulumi(folder: string): Promise<void> {
  const go = await ensureGo();
  await build(go, folder, "cli", CLI, "pulumi");
  await build(go, folder, "language-host", LANGUAGE_HOST, "pulumi-language-nodejs");
  await copyDynamicProviderLauncher(go, folder);
}

async function build(
  go: string,
  folder: string,
  module: string,
  main: string,
  program: string,
): Promise<void> {
  const moduleFolder = join(folder, module);
  await mkdir(moduleFolder, { recursive: true });
  await copyFile(join(import.meta.dirname, `${module}.go.mod`), join(moduleFolder, "go.mod"));
  await step(`Building ${program}`, async (report) => {
    const flags = ["-mod=mod", "-trimpath", `-ldflags=-s -w -X ${VERSION}=v${CLI_BUILT_FROM_SOURCE}`];
    await run(go, ["build", "-v", ...flags, "-o", join(folder, "bin", program), main], {
      cwd: moduleFolder,
      env: goEnvironment(),
      onLine: report,
    });
  });
}

/** It is a shell script, and the module that the CLI was just built with carries it. */
async function copyDynamicProviderLauncher(go: string, folder: string): Promise<void> {
  const launcher = "pulumi-resource-pulumi-nodejs";
  const sdk = await run(go, ["list", "-mod=mod", "-m", "-f", "{{.Dir}}", SDK], {
    cwd: join(folder, "cli"),
    env: goEnvironment(),
  });
  await copyFile(join(sdk.trim(), "nodejs", "dist", launcher), join(folder, "bin", launcher));
  await chmod(join(folder, "bin", launcher), 0o755);
}

/** No C compiler is needed, and settings for another Go project must not leak in. */
function goEnvironment(): NodeJS.ProcessEnv {
  const { GOFLAGS: _flags, GOWORK: _workspace, ...env } = process.env;
  return { ...env, GOWORK: "off", CGO_ENABLED: "0", GOTOOLCHAIN: "auto" };
}
