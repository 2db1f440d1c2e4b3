import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { step } from "../../machine/progress.mts";

/** Pulumi's own installer, for the version of the SDK in package.json. */
export async function downloadPulumi(folder: string): Promise<void> {
  await step("Downloading the Pulumi CLI", () =>
    PulumiCommand.install({ root: folder, skipVersionCheck: true }),
  );
}
