import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheFolder } from "../machine/folders.mts";
import { say } from "../machine/progress.mts";
import { lock } from "../machine/reserve.mts";

/** Something that takes minutes to make and is kept, in the cache folder, for all clones. */
export interface Part {
  readonly title: string;
  /** Of its lock and its workshop in the cache folder. */
  readonly name: string;
  /** Where it goes when it is complete. */
  readonly folder: string;
  /** Its folder, or `undefined` while there is none that is ready to use. */
  find(): Promise<string | undefined>;
  /** Makes it in the workshop, and returns the folder there. What an interrupted run left in the workshop is still there. */
  make(workshop: string): Promise<string>;
}

/** The folder of a part that is there, or is made now, by one run at a time. */
export async function ensureOnce(part: Part): Promise<string> {
  const found = await part.find();
  if (found) {
    say(`✓ ${part.title}: ${found}`);
    return found;
  }
  using _turn = await lock(join(cacheFolder, `${part.name}.lock`), () =>
    say(`  ${part.title}: another run is setting it up, waiting for it`),
  );
  return (await part.find()) ?? (await make(part));
}

async function make({ name, folder, make }: Part): Promise<string> {
  const workshop = join(cacheFolder, `${name}.unfinished`);
  const made = await make(workshop);
  await mkdir(dirname(folder), { recursive: true });
  await rename(made, folder);
  await rm(workshop, { recursive: true, force: true });
  return folder;
}
