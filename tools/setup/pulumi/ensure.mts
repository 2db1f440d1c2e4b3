import { join } from "node:path";
import { say } from "../../machine/progress.mts";
import { messageOf, SetUpError } from "../../machine/set-up-error.mts";
import { ensureOnce } from "../once.mts";
import { findPulumi, ownPulumi } from "./find.mts";
import { buildPulumi } from "./from-source.mts";
import { downloadPulumi } from "./official.mts";

/** The folder with the CLI and its Node language host: on PATH, in the cache, downloaded, or built from source. */
export const ensurePulumi = (): Promise<string> =>
  ensureOnce({
    title: "Pulumi CLI",
    name: "pulumi",
    folder: ownPulumi,
    find: findPulumi,
    make: downloadOrBuild,
  });

async function downloadOrBuild(workshop: string): Promise<string> {
  try {
    return await downloadPulumi(join(workshop, "download"));
  } catch (refusal) {
    say(`  It cannot be downloaded here (${messageOf(refusal)}).`);
    say("  So it is built from its Go modules: that takes minutes and 4 GB of disk, once; 200 MB stay.");
  }
  try {
    return await buildPulumi(join(workshop, "build"));
  } catch (cause) {
    throw new SetUpError(
      `The Pulumi CLI could neither be downloaded nor built: install it and put it on PATH.\n${messageOf(cause)}`,
      { cause },
    );
  }
}
