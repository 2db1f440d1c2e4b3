import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { isExecutable, which } from "../machine/command.mts";
import { cacheFolder } from "../machine/folders.mts";
import { messageOf, SetUpError, say, step } from "../machine/progress.mts";
import { lock } from "../machine/reserve.mts";
import { unpackDebianPackage } from "./debian.mts";

const folder = join(cacheFolder, "registry");
const PROGRAM = "docker-registry";

/** The program of a real registry: on PATH, in the cache, or out of Debian's package. */
export async function ensureRegistry(): Promise<string> {
  const found = await findRegistry();
  if (found) return found;
  using _turn = await lock(join(cacheFolder, "registry.lock"), () =>
    say("  Registry: another run is setting it up, waiting for it"),
  );
  return (await findRegistry()) ?? (await step("Registry", unpack));
}

async function findRegistry(): Promise<string | undefined> {
  const own = join(folder, "usr", "bin", PROGRAM);
  return (await which(PROGRAM)) ?? ((await isExecutable(own)) ? own : undefined);
}

async function unpack(): Promise<string> {
  const workshop = `${folder}.unfinished`;
  try {
    await rm(workshop, { recursive: true, force: true });
    await mkdir(workshop, { recursive: true });
    await unpackDebianPackage(PROGRAM, workshop);
    await rename(workshop, folder);
    return join(folder, "usr", "bin", PROGRAM);
  } catch (cause) {
    throw new SetUpError(
      `A registry for tests could not be set up: put ${PROGRAM} on PATH.\n${messageOf(cause)}`,
      { cause },
    );
  }
}
