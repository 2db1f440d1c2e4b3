import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../machine/command.mts";
import { step } from "../../machine/progress.mts";
import { ensureGo } from "./toolchain.mts";

/** A program of a Go module. */
export interface GoProgram {
  /** Its package. */
  readonly main: string;
  /** A `go.mod` that requires the module in the version wanted: version lists are not served everywhere. */
  readonly goMod: string;
  /** Variables that its releases are built with. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Where Go programs are built. */
export interface Workshop {
  build(program: GoProgram, target: string): Promise<void>;
  /** The folder of a module that the program was built with. */
  folderOf(program: GoProgram, module: string): Promise<string>;
}

/** What `go build -v` prints for each package it is done with. */
const PACKAGE_NAME = /^\S+$/;

/** All that builds download and compile stays in `folder`, so a build that was interrupted goes on where it was. */
export async function openWorkshop(folder: string): Promise<Workshop> {
  const go = await ensureGo(join(folder, "go"));
  // No C compiler is needed, and settings for another Go project must not leak in.
  const env = {
    ...process.env,
    CGO_ENABLED: "0",
    GOCACHE: join(folder, "compiled"),
    GOMODCACHE: join(folder, "modules"),
    GOFLAGS: "-mod=mod -modcacherw",
    GOWORK: "off",
  };
  const moduleOf = async ({ goMod, main }: GoProgram) => {
    const module = join(folder, "builds", main.replaceAll("/", "-"));
    await mkdir(module, { recursive: true });
    await copyFile(goMod, join(module, "go.mod"));
    return module;
  };

  return {
    async build(program, target) {
      const cwd = await moduleOf(program);
      const { main, variables } = program;
      const setting = Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`);
      const linking = `-ldflags=${["-s", "-w", ...setting].join(" ")}`;
      await step(`Building ${target.split("/").pop()}`, (onLine) =>
        run(go, ["build", "-v", linking, "-o", target, main], { cwd, env, onLine, progress: PACKAGE_NAME }),
      );
    },
    async folderOf(program, module) {
      const cwd = await moduleOf(program);
      return (await run(go, ["list", "-m", "-f", "{{.Dir}}", module], { cwd, env })).trim();
    },
  };
}
