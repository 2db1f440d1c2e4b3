import { join } from "node:path";
import { run } from "../machine/command.mts";
import { clone, ownNode } from "../machine/folders.mts";
import { step } from "../machine/progress.mts";

/** Compiles the package into `dist`; the compiler itself remembers what has not changed. */
export function ensureBuild(): Promise<string> {
  return step("Package", async (report) => {
    report("compiling");
    await run(
      ownNode,
      [join(clone, "node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.build.json"],
      { cwd: clone },
    );
    return join(clone, "dist");
  });
}
