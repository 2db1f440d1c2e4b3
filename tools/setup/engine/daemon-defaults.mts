/** Arguments of `dockerd` that give every container what nobody's program asks for. */
export const DAEMON_DEFAULTS = [
  "--log-driver=json-file",
  "--log-opt=max-size=10m",
  "--log-opt=max-file=3",
  "--default-ulimit=nofile=1024:2048",
  "--default-shm-size=128m",
  "--default-ipc-mode=shareable",
];
