import { rm } from "node:fs/promises";
import { join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { step } from "../../machine/progress.mts";

/** Pulumi's own installer, for the version of the SDK in package.json. Returns the folder of the programs. */
export function downloadPulumi(folder: string): Promise<string> {
  return step("Downloading the Pulumi CLI", async () => {
    await rm(folder, { recursive: true, force: true });
    await PulumiCommand.install({ root: folder, skipVersionCheck: true });
    return join(folder, "bin");
  });
}
