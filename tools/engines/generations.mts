import { DAEMON_DEFAULTS } from "../setup/engine/daemon-defaults.mts";

export interface Generation {
  /** What a person calls it. */
  title: string;
  /** The Debian release that has it. */
  release: string;
  /** Further arguments of `dockerd`. */
  args?: readonly string[];
  /** Variables of `dockerd`. */
  env?: Readonly<Record<string, string>>;
}

export const generations: readonly Generation[] = [
  { title: "20.10", release: "bookworm" },
  { title: "26.1", release: "trixie" },
  { title: "28.5", release: "sid" },
  { title: "28.5 with daemon defaults", release: "sid", args: DAEMON_DEFAULTS },
  // Docker 29 speaks no older API either.
  { title: "28.5 from API 1.44 on", release: "sid", env: { DOCKER_MIN_API_VERSION: "1.44" } },
];
