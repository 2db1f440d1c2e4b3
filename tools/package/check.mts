import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../machine/command.mts";
import { clone } from "../machine/folders.mts";
import { step } from "../machine/progress.mts";
import { ensurePackage } from "../setup/package.mts";
import { packInto } from "./pack.mts";

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
