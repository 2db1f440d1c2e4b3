import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

const { XDG_CACHE_HOME, XDG_STATE_HOME } = process.env;

/** The clone this file belongs to. */
export const clone = dirname(dirname(import.meta.dirname));

export const ownNode = process.execPath;

/** What can be made again at a cost of minutes: kept between runs and shared by all clones of this user. */
export const cacheFolder = join(XDG_CACHE_HOME || join(homedir(), ".cache"), "pulumi-portainer");

/** What the quick start keeps between runs and removes with `--destroy`. */
export const quickstartFolder = join(
  XDG_STATE_HOME || join(homedir(), ".local", "state"),
  "pulumi-portainer",
  "quickstart",
);

/** A short name for a long path: Unix socket paths end at 108 bytes. */
export function shortNameOf(path: string): string {
  return createHash("sha256").update(path).digest("hex").slice(0, 8);
}
