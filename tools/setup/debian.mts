import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { getuid } from "node:process";
import { run, which } from "../machine/command.mts";
import { SetUpError, step } from "../machine/progress.mts";

/** Whether Debian's packages can be installed here: that needs apt-get, and root. */
export async function canInstallPackages(): Promise<boolean> {
  return getuid?.() === 0 && (await which("apt-get")) !== undefined;
}

/** Installs Debian's packages; `purpose` completes "Debian's packages for … could not be installed". */
export async function installPackages(packages: readonly string[], purpose: string): Promise<void> {
  if (packages.length === 0) return;
  await step(`Installing ${packages.join(", ")}`, async (report) => {
    const unattended = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const aptGet = (...args: string[]) => run("apt-get", args, { env: unattended, onLine: report });
    try {
      // An earlier installation that was interrupted, by a power cut or a time limit, blocks every later one.
      await run("dpkg", ["--configure", "-a"], { env: unattended, onLine: report });
      await aptGet("update");
      await aptGet("install", "--yes", "--no-install-recommends", ...packages);
    } catch (cause) {
      throw new SetUpError(`Debian's packages for ${purpose} could not be installed. ${String(cause)}`, {
        cause,
      });
    }
  });
}

/** Unpacks a package of Debian into a folder, without installing it. */
export async function unpackDebianPackage(name: string, folder: string): Promise<void> {
  await downloadInto(folder, name);
  const archive = (await readdir(folder)).find((file) => file.startsWith(name) && file.endsWith(".deb"));
  if (!archive) throw new Error("apt-get download left no package behind");
  await run("dpkg-deb", ["--extract", join(folder, archive), folder]);
}

/** The package lists may be missing, as in most container images; only root can fetch them. */
async function downloadInto(folder: string, name: string): Promise<void> {
  const download = () => run("apt-get", ["download", name], { cwd: folder });
  try {
    await download();
  } catch {
    await run("apt-get", ["update"]);
    await download();
  }
}
