import { chmod, copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../machine/command.mts";
import { step } from "../../machine/progress.mts";
import { ensureGo } from "./go.mts";
import { CLI_BUILT_FROM_SOURCE } from "./versions.mts";

const CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const LANGUAGE_HOST = "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs";
const LAUNCHER = "pulumi-resource-pulumi-nodejs";
const SDK = "github.com/pulumi/pulumi/sdk/v3";
const VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/**
 * Builds the CLI and what it needs for Node programs, and returns the folder of the programs. All that the build downloads and
 * compiles stays in `folder`, so a build that was interrupted goes on where it was.
 */
export async function buildPulumi(folder: string): Promise<string> {
  const go = goIn(folder, await ensureGo(join(folder, "go")));
  const bin = join(folder, "bin");
  await build(go, folder, "cli", CLI, join(bin, "pulumi"));
  await build(go, folder, "language-host", LANGUAGE_HOST, join(bin, "pulumi-language-nodejs"));
  await copyLauncher(go, folder, join(bin, LAUNCHER));
  return bin;
}

/** What `go build -v` prints for each package it is done with. */
const PACKAGE_NAME = /^\S+$/;

type Go = (args: readonly string[], cwd: string, onLine?: (line: string) => void) => Promise<string>;

/** No C compiler is needed, and settings for another Go project must not leak in. */
function goIn(folder: string, go: string): Go {
  const env = {
    ...process.env,
    CGO_ENABLED: "0",
    GOCACHE: join(folder, "compiled"),
    GOMODCACHE: join(folder, "modules"),
    GOFLAGS: "-mod=mod -modcacherw",
    GOWORK: "off",
  };
  return (args, cwd, onLine = () => {}) => run(go, args, { cwd, env, onLine, progress: PACKAGE_NAME });
}

async function build(go: Go, folder: string, module: string, main: string, program: string): Promise<void> {
  const moduleFolder = join(folder, module);
  await mkdir(moduleFolder, { recursive: true });
  await copyFile(join(import.meta.dirname, `${module}.go.mod`), join(moduleFolder, "go.mod"));
  const linking = `-ldflags=-s -w -X ${VERSION_VARIABLE}=v${CLI_BUILT_FROM_SOURCE}`;
  await step(`Building ${main.split("/").pop()}`, (report) =>
    go(["build", "-v", linking, "-o", program, main], moduleFolder, report),
  );
}

/** What starts a dynamic provider is a shell script, and the module that the CLI was just built with carries it. */
async function copyLauncher(go: Go, folder: string, target: string): Promise<void> {
  const sdk = await go(["list", "-m", "-f", "{{.Dir}}", SDK], join(folder, "cli"));
  await copyFile(join(sdk.trim(), "nodejs", "dist", LAUNCHER), target);
  await chmod(target, 0o755);
}
