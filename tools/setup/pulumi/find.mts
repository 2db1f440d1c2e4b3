import { dirname, join } from "node:path";
import { isExecutable, run, which } from "../../machine/command.mts";
import { cacheFolder } from "../../machine/folders.mts";
import { PROGRAMS } from "./versions.mts";

/** Where a CLI of our own goes when it is complete. */
export const ownPulumi = join(cacheFolder, "pulumi", "bin");

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
