import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../machine/command.mts";

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
