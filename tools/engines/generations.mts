export interface Generation {
  /** What a person calls it. */
  title: string;
  /** The Debian release that has it. */
  release: string;
  /** Further arguments of `dockerd`. */
  args?: readonly string[];
}

/** Defaults that a daemon gives to every container, and that nobody's program asks for. */
const DAEMON_DEFAULTS = [
  "--log-driver=json-file",
  "--log-opt=max-size=10m",
  "--log-opt=max-file=3",
  "--default-ulimit=nofile=1024:2048",
  "--default-shm-size=128m",
  "--default-ipc-mode=shareable",
];

export const generations: readonly Generation[] = [
  { title: "20.10", release: "bookworm" },
  { title: "26.1", release: "trixie" },
  { title: "28.5", release: "sid" },
  { title: "28.5 with daemon defaults", release: "sid", args: DAEMON_DEFAULTS },
];
