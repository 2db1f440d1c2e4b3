import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheFolder } from "../../machine/folders.mts";
import { lock } from "../../machine/lock.mts";
import { say } from "../../machine/progress.mts";
import { messageOf, SetUpError } from "../../machine/set-up-error.mts";
import { findPulumi, ownPulumi } from "./find.mts";
import { buildPulumi } from "./from-source.mts";
import { downloadPulumi } from "./official.mts";

/** The folder with the CLI and its Node language host: on PATH, in the cache, downloaded, or built from source. */
export async function ensurePulumi(): Promise<string> {
  const found = await findPulumi();
  if (found) {
    say(`✓ Pulumi CLI: ${found}`);
    return found;
  }
  using _turn = await lock(join(cacheFolder, "pulumi.lock"), () =>
    say("  Pulumi CLI: another run is setting it up, waiting for it"),
  );
  return (await findPulumi()) ?? (await make());
}

async function make(): Promise<string> {
  const workshop = join(cacheFolder, "pulumi.unfinished");
  const folder = await downloadOrBuild(workshop);
  await mkdir(dirname(ownPulumi), { recursive: true });
  await rename(folder, ownPulumi);
  await rm(workshop, { recursive: true, force: true });
  return ownPulumi;
}

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
