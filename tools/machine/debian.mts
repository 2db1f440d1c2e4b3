import { getuid } from "node:process";
import { run, which } from "./command.mts";
import { step } from "./progress.mts";
import { SetUpError } from "./set-up-error.mts";

/** Whether Debian's packages can be installed here: that needs apt-get, and root. */
export async function canInstallPackages(): Promise<boolean> {
  return getuid?.() === 0 && (await which("apt-get")) !== undefined;
}

/** Installs Debian's packages; `purpose` completes "Debian's packages for … could not be installed". */
export async function installPackages(packages: readonly string[], purpose: string): Promise<void> {
  if (packages.length === 0) return;
  await step(`Installing ${packages.join(", ")}`, async (report) => {
    const aptGet = (...args: string[]) =>
      run("apt-get", args, { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, onLine: report });
    try {
      await aptGet("update");
      await aptGet("install", "--yes", "--no-install-recommends", ...packages);
    } catch (cause) {
      throw new SetUpError(`Debian's packages for ${purpose} could not be installed. ${String(cause)}`, {
        cause,
      });
    }
  });
}
