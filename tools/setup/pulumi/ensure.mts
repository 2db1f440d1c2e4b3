import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheFolder } from "../../machine/folders.mts";
import { lock } from "../../machine/lock.mts";
import { say } from "../../machine/progress.mts";
import { messageOf, SetUpError } from "../../machine/set-up-error.mts";
import { findPulumi, installedPulumi } from "./find.mts";
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
  const unfinished = `${installedPulumi}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(join(unfinished, "bin"), { recursive: true });
  try {
    await downloadPulumi(unfinished);
  } catch (refusal) {
    say(
      `  The official Pulumi CLI cannot be downloaded here (${messageOf(refusal)}); building it from its Go modules instead, which takes minutes, once.`,
    );
    await build(unfinished);
  }
  await mkdir(dirname(installedPulumi), { recursive: true });
  await rename(unfinished, installedPulumi);
  return join(installedPulumi, "bin");
}

async function build(folder: string): Promise<void> {
  try {
    await buildPulumi(folder);
  } catch (cause) {
    throw new SetUpError(
      `the Pulumi CLI: it could neither be downloaded nor built. ${messageOf(cause)}\nInstall it and put it on PATH`,
      { cause },
    );
  }
}
