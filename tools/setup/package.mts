import { mkdir, readlink, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "../machine/command.mts";
import { clone, ownNode } from "../machine/folders.mts";
import { step } from "../machine/progress.mts";

const compiler = join(clone, "node_modules", "typescript", "bin", "tsc");

/** Compiles the package into `dist`, and lets the programs in `examples/` import it by name, as its users do. */
export function ensurePackage(): Promise<void> {
  return step("Package", async (report) => {
    report("compiling");
    await run(ownNode, [compiler, "-p", "tsconfig.build.json"], { cwd: clone });
    await linkForExamples();
  });
}

async function linkForExamples(): Promise<void> {
  const link = join(clone, "examples", "node_modules", "pulumi-portainer");
  const target = join("..", "..");
  if ((await readlink(link).catch(() => undefined)) === target) return;
  await mkdir(dirname(link), { recursive: true });
  await rm(link, { recursive: true, force: true });
  await symlink(target, link, "dir");
}
