import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../machine/command.mts";
import { clone } from "../machine/folders.mts";
import { step } from "../machine/progress.mts";
import { ensurePackage } from "../setup/package.mts";

/** Packs the package as npm would publish it, and returns the tarball. */
export async function packInto(folder: string): Promise<string> {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const [packed] = JSON.parse(await run("npm", args, { cwd: clone })) as { filename: string }[];
  if (!packed) throw new Error("npm pack made no tarball");
  return join(folder, packed.filename);
}

/** Whether every entry resolves, with types, for every kind of consumer: publint and Are the Types Wrong, on the packed tarball. */
export async function checkPackage(): Promise<void> {
  await rm(join(clone, "dist"), { recursive: true, force: true });
  await ensurePackage();
  const folder = await mkdtemp(join(tmpdir(), "pulumi-portainer-package-"));
  try {
    const tarball = await step("Packing", () => packInto(folder));
    await step("publint", () => run("publint", ["run", tarball, "--strict"], { cwd: clone }));
    await step("Are the types wrong", () =>
      run("attw", [tarball, "--no-emoji", "--no-color"], { cwd: clone }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
