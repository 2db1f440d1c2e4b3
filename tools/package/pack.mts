import { join } from "node:path";
import { run } from "../machine/command.mts";
import { clone } from "../machine/folders.mts";

/** Packs the package as npm would publish it, and returns the tarball. */
export async function packInto(folder: string): Promise<string> {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const [packed] = JSON.parse(await run("npm", args, { cwd: clone })) as { filename: string }[];
  if (!packed) throw new Error("npm pack made no tarball");
  return join(folder, packed.filename);
}
