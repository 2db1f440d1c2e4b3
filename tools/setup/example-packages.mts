import { mkdir, readlink, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { clone } from "../machine/folders.mts";

/** Lets the programs in `examples/` import `pulumi-portainer` by name, as its users do. */
export async function linkPackageForExamples(): Promise<void> {
  const link = join(clone, "examples", "node_modules", "pulumi-portainer");
  const target = join("..", "..");
  if ((await readlink(link).catch(() => undefined)) === target) return;
  await mkdir(dirname(link), { recursive: true });
  await rm(link, { recursive: true, force: true });
  await symlink(target, link, "dir");
}
