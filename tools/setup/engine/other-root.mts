import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { getuid } from "node:process";
import { run, which } from "../../machine/command.mts";
import { cacheFolder } from "../../machine/folders.mts";
import { SetUpError, step } from "../../machine/progress.mts";

const PACKAGES = ["docker.io", "iptables", "ca-certificates"];

/**
 * The root folder of a Debian release with its Docker engine in it: half a minute and 500 MB, once.
 *
 * @param release its code name, `"trixie"`.
 */
export async function ensureDebianRoot(release: string): Promise<string> {
  const root = join(cacheFolder, "engines", release);
  if (existsSync(root)) return root;
  await refuseIfImpossible();
  await step(`Docker engine of Debian ${release}`, async (report) => {
    const unfinished = `${root}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(dirname(root), { recursive: true });
    if (!(await which("debootstrap")))
      await run("apt-get", ["install", "--yes", "debootstrap"], { onLine: report });
    const args = [
      "--variant=minbase",
      `--include=${PACKAGES.join(",")}`,
      release,
      unfinished,
      await mirror(),
    ];
    await run("debootstrap", args, { onLine: report });
    await rename(unfinished, root);
  });
  return root;
}

async function refuseIfImpossible(): Promise<void> {
  if (getuid?.() === 0 && (await which("apt-get"))) return;
  throw new SetUpError(
    "Engines of other generations are taken from Debian: this needs root on a Debian-like system.",
  );
}

/** The machine's own mirror; updates of security come from another, which has not all packages. */
async function mirror(): Promise<string> {
  const targets = (await run("apt-get", ["indextargets", "--format", "$(SITE) $(CODENAME)"]))
    .trim()
    .split("\n");
  const site = targets.find((target) => !target.includes("security"))?.split(" ")[0];
  if (!site) throw new SetUpError("apt-get knows no mirror: run apt-get update first.");
  return site;
}

/** Where a program in another root finds the machine's own files. */
const OUTSIDE = "/.old";

/** Makes the folder `$0` the root of a mount namespace of its own and becomes the program. A plain chroot breaks `docker load`. */
const ENTER = [
  'mount --bind "$0" "$0"',
  'cd "$0"',
  "mkdir -p .old",
  "for folder in proc sys dev; do mount --rbind /$folder $folder; done",
  "pivot_root . .old",
  'exec "$@"',
].join(" && ");

/** How a program is started: here, or in the root folder of another system. */
export interface Launch {
  command: string;
  args: string[];
}

/** @param root the other system's folder; without one the program is started here. */
export function launchIn(root: string | undefined, program: string, args: readonly string[]): Launch {
  if (root === undefined) return { command: program, args: [...args] };
  const inside = ["/bin/sh", "-c", ENTER, root, program, ...args];
  return { command: "unshare", args: ["--mount", "--propagation", "private", ...inside] };
}

/** A path of this machine, as a program in `root` sees it. */
export function pathIn(root: string | undefined, path: string): string {
  return root === undefined ? path : `${OUTSIDE}${path}`;
}
