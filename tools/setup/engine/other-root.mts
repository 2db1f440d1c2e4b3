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
